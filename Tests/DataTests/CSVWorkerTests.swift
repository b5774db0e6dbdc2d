// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// Tables that several workers read, which must be those that one reads.
@Suite struct CSVWorkerTests {
  /// What came of reading a table, to the last bit.
  private struct Outcome: Equatable {
    var cells: [String] = []
    var texts: [String] = []
    var error: String?

    init(_ error: SoftmaxError) { self.error = Self.description(error) }

    init(_ table: CSVTable) {
      for column in table.table.columns {
        switch column.cells {
        case .numbers(let numbers), .dates(let numbers):
          cells.append("\(numbers.map(\.bitPattern))")
        case .categories(let codes, let names): cells.append("\(codes) \(names)")
        case .texts(let texts): cells.append("\((0..<texts.count).map { texts.text(inRow: $0) })")
        case .indicators: break
        }
      }
      let places = table.table.columns.indices.map { (column: $0, canBeMissing: false) }
      texts =
        [table.note] + table.warnings
        + ["\(table.categories.sorted()) \(table.dateOrders.keys.sorted())"]
      error = table.error(in: places).map(Self.description)
    }

    private static func description(_ error: SoftmaxError) -> String {
      let location = error.location.map { "\($0)" } ?? ""
      return "\(error.code): \(error.message); \(error.remedy ?? ""), at \(location)"
    }
  }

  private func outcome(
    _ bytes: [UInt8], _ format: CSVFormat = CSVFormat(), maximumByteCount: Int = 1 << 24,
    chunkByteCount: Int = 1 << 18, workerCount: Int, byteCountOfBlock: Int
  ) -> Outcome {
    do throws(SoftmaxError) {
      return try Outcome(
        CSVTable.read(
          UnpackingReader(ByteSource(bytes: bytes, name: "t.csv")), as: format,
          maximumByteCount: maximumByteCount, chunkByteCount: chunkByteCount,
          by: CSVBlockQueue.Work(workerCount: workerCount, byteCountOfBlock: byteCountOfBlock)))
    } catch {
      return Outcome(error)
    }
  }

  // Compares what workers read with what one reads record by record, which is returned.
  @discardableResult private func expectSame(
    _ bytes: [UInt8], _ format: CSVFormat = CSVFormat(), maximumByteCount: Int = 1 << 24,
    chunkByteCount: Int = 1 << 18, byteCountsOfBlocks: [Int], _ name: String
  ) -> Outcome {
    let expected = outcome(
      bytes, format, maximumByteCount: maximumByteCount, chunkByteCount: chunkByteCount,
      workerCount: 1, byteCountOfBlock: 1)
    for (index, byteCount) in byteCountsOfBlocks.enumerated() {
      let found = outcome(
        bytes, format, maximumByteCount: maximumByteCount, chunkByteCount: chunkByteCount,
        workerCount: 2 + index % 3, byteCountOfBlock: byteCount)
      #expect(found == expected, "\(name), blocks of \(byteCount) bytes")
    }
    return expected
  }

  /// A table as nobody would write it, from a seed.
  private struct RandomTable {
    private var generator: CounterBasedGenerator
    private(set) var bytes: [UInt8] = []

    init(seed: UInt64, rowCount: Int) {
      generator = CounterBasedGenerator(seed: seed)
      let separator = pick([",", ";", "\t"])
      let ends = pick([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
      let isAllQuoted = isOne(in: 5)
      let damagedRow = isOne(in: 2) ? Int.random(in: 0..<2 * rowCount, using: &generator) : .max
      if isOne(in: 4) { bytes += [0xef, 0xbb, 0xbf] }
      if isOne(in: 4) { bytes += "sep=\(separator)\(ends[0])".utf8 }
      if isOne(in: 2) {
        let names = ["x", "price", "when", "kind", "said", "y"].joined(separator: separator)
        bytes += (names + ends[0]).utf8
      }
      for row in 0..<rowCount {
        var cells = self.cells(row, of: rowCount)
        if isAllQuoted {
          cells = cells.map { $0.hasPrefix("\"") ? $0 : "\"\($0)\"" }
        }
        if isOne(in: 9) { cells.append("") }
        if isOne(in: 200) { cells.removeLast() }
        if row == damagedRow { cells[1] = pick(["a\"b", "\"a\"b", "\"open", "\"a\"\"", "9x"]) }
        bytes += cells.joined(separator: separator).utf8
        if isOne(in: 300) { bytes += [0xff] }
        if row < rowCount - 1 || isOne(in: 2) { bytes += pick(ends).utf8 }
        if isOne(in: 20) { bytes += (pick(["", "  ", "\t"]) + pick(ends)).utf8 }
      }
    }

    private mutating func cells(_ row: Int, of rowCount: Int) -> [String] {
      let number = Double(Int.random(in: -9_999..<9_999, using: &generator)) / 8
      let isLate = row > rowCount * 3 / 4
      let day = Int.random(in: 10..<29, using: &generator)
      return [
        isOne(in: 15)
          ? pick(["", "NA", " "]) : isOne(in: 90) ? pick(["inf", "oops", "1e999"]) : "\(number)",
        isOne(in: 40) ? "" : "$1\(day)0.25", isOne(in: 40) ? "n/a" : "2024-0\(1 + day % 9)-\(day)",
        pick(isLate ? ["red", "blue", "late \(row / 9)"] : ["red", "blue", "\"a\"\"b\""]),
        pick([
          "\"two\nlines of words, row \(row)\"", "\"a\r\nb \(row) c d e\"", "\"\rx y z \(row)\"",
          "some words of \(row)",
        ]),
        pick(isLate ? ["u", "v", "w"] : ["u", "v"]),
      ]
    }

    private mutating func isOne(in count: UInt64) -> Bool { generator.next() % count == 0 }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
      elements[Int(generator.next() % UInt64(elements.count))]
    }
  }

  @Test(arguments: 0..<24) func workersReadWhatOneReads(seed: UInt64) {
    let table = RandomTable(seed: seed, rowCount: seed % 2 == 0 ? 60 : 320)
    expectSame(
      table.bytes, byteCountsOfBlocks: [1, 2, 7, 64, 501, 4_096], "seed \(seed)")
  }

  @Test(arguments: 0..<6) func bytesBehindTheSampleAreReadInPieces(seed: UInt64) throws {
    let table = RandomTable(seed: 100 + seed, rowCount: 5_000)
    #expect(table.bytes.count > CSVSample.byteCount)
    let bytes = seed % 2 == 0 ? table.bytes : try Fixtures.gzip(table.bytes)
    expectSame(
      bytes, chunkByteCount: 1_001, byteCountsOfBlocks: [900, 40_000], "seed \(seed)")
    // A limit of the text, and a file that is cut off, are errors behind those of the lines before.
    expectSame(
      bytes, maximumByteCount: CSVSample.byteCount + 10_000, chunkByteCount: 1_001,
      byteCountsOfBlocks: [5_000], "limited, seed \(seed)")
    expectSame(
      Array(bytes.dropLast(3_000)), chunkByteCount: 5_000, byteCountsOfBlocks: [5_000],
      "cut off, seed \(seed)")
  }

  @Test(arguments: CSVDamageTests.cells.indices)
  func aDamagedTableGivesTheSameErrorInBlocksOfAnySize(index: Int) {
    let text = Array(CSVDamageTests.cells[index].0.utf8)
    expectSame(text, byteCountsOfBlocks: Array(1...text.count), "\(index)")
  }

  @Test func lineEndsAtTheEndsOfBlocksEndOneLine() {
    for text in [
      "a,b\r\n\r\n1,x\r\n2,y\r\n3\r\n4,z\r\n", "a,b\r\r1,x\r2,y\r3\r4,z\r",
      "a,b\n1,\"x\r\n\"\r\n2,\"\r\"\r\n\"3\"\r\n\r4,z\n", "a,b\r\n1,x\r\n2,\"y\"\"\r\n\",\r\n4",
    ] {
      let bytes = Array(text.utf8)
      expectSame(bytes, byteCountsOfBlocks: Array(1...bytes.count), text.debugDescription)
    }
  }

  @Test func aTextBeyondTheLimitIsAnErrorWhereTheLastChunkIsShort() {
    // More bytes of text than of cells, and more than types are found from.
    let text = Array(
      (0..<20_000).map { "0.\($0 % 10)00000000000000000000000000,k\($0 % 3)\n" }.joined().utf8)
    for beyond in [1, 10, 10_000] {
      let found = expectSame(
        text, maximumByteCount: text.count - beyond, chunkByteCount: 100_000,
        byteCountsOfBlocks: [5_000], "\(beyond)")
      #expect(found.error?.contains("bytes of text") == true, "\(found.error ?? "")")
    }
  }

  @Test func theLimitOfMemoryIsThatOfAllBlocks() {
    let text = Array(
      (0..<400).map { "\($0 % 10),\($0 % 7),c\($0 / 20),k\($0 % 3)\n" }.joined().utf8)
    // The least limit with which it is read.
    var (tooLow, needed) = (0, 20_000)
    while needed - tooLow > 1 {
      let limit = (tooLow + needed) / 2
      let found = outcome(text, maximumByteCount: limit, workerCount: 1, byteCountOfBlock: 1)
      if found.error == nil { needed = limit } else { tooLow = limit }
    }
    for limit in stride(from: needed - 64, through: needed + 1, by: 5) {
      expectSame(text, maximumByteCount: limit, byteCountsOfBlocks: [1, 1_000], "\(limit)")
    }
  }

  @Test func theLimitOfClassesIsThatOfAllBlocks() {
    let text = Array((0..<65_540).map { "\($0 % 9),c\($0)\n" }.joined().utf8)
    let found = expectSame(text, byteCountsOfBlocks: [100_000], "classes")
    #expect(found.error?.contains("more than 65536 classes") == true, "\(found.error ?? "")")
  }

  @Test func aLongRecordIsReadByItself() {
    let long = String(repeating: "word ", count: (4 << 20) / 5 + 9)
    for text in [
      "a,b\n1,\"\(long)\"\n2,x\n", "a,b\n1,x\n2,\"\(long)", "a,b\n1,x\n2,\(long)\n3,y\n",
      "a,b\n1,\"\(long.dropLast(90))\"\n2,x\n3\n",
    ] {
      expectSame(
        Array(text.utf8), CSVFormat(target: CSVFormat.Target.none), byteCountsOfBlocks: [100_000],
        "\(text.prefix(20))")
    }
  }
}
