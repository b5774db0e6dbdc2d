// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct CSVTableTests {
  private func table(
    _ text: String, _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  @Test func aTableHasNamesNumbersAndClasses() throws {
    let table = try table("length,width,species\n1.5,2,rose\n-3,4e-1,iris\n5,.25,rose\n")
    #expect(table.table.columnNames == ["length", "width", "species"])
    #expect(table.schema.columns.map(\.type) == [.number, .number, .category])
    #expect(table.schema.columns.map(\.role) == [.feature, .feature, .classes])
    #expect(table.labels == ["rose", "iris", "rose"])
    #expect(try table.features().matrix == Matrix([[1.5, 2], [-3, 0.4], [5, 0.25]]))
    #expect(table.note == "read as comma, header, 3 rows, classes in \"species\" (the last column)")
    let dataset = try table.dataset()
    #expect(dataset.classNames == ["iris", "rose"] && dataset.labels == [1, 0, 1])
    #expect(dataset.featureShape == [2])
    #expect(dataset.schema == table.schema)
  }

  @Test(arguments: [
    "1,2,a\n3,4,b\n", "1,2,a\n3,4,b", "1,2,a\r\n3,4,b\r\n", "1,2,a\r3,4,b\r", "1;2;a\n3;4;b\n",
    "1\t2\ta\n3\t4\tb\n", "1|2|a\n3|4|b\n", "\u{feff}1,2,a\n3,4,b\n",
    "\n\n1,2,a\n\r\n3,4,b\n\n\n", "\"1\",\"2\",\"a\"\n\"3\",\"4\",\"b\"\n",
    " 1 ,  2, a\n3 , 4,b \n", "+1,2.,a\n3e0,0.4E+1,b\n", "1,2,a,\n3,4,b,\n", "1,2,a\n3,4,b,\n",
    "1,\t2,\ta\n3,\t4,\tb\n", "sep=,\n1,2,a\n3,4,b\n", "\u{feff}sep=;\r\n1;2;a\r\n3;4;b\r\n",
    "\"sep=|\"\n1|2|a\n3|4|b\n", "1,2,a\n   \n3,4,b\n\t\n", "1\t2\ta\n \t\n3\t4\tb\n \t\n",
  ])
  func spellingsOfOneTableAreOne(text: String) throws {
    let table = try table(text)
    #expect(table.table.columnNames == nil)
    #expect(try table.features().matrix.elements == [1, 2, 3, 4])
    #expect(table.labels == ["a", "b"])
  }

  @Test func quotesHoldSeparatorsLinesAndQuotes() throws {
    let table = try table(
      "\"a,b\",\"the \"\"class\"\"\"\n1,\"x, y\"\n2,\"first\nsecond\"\n3,\" x \"\n4,\"\"\"\"\n")
    #expect(table.table.columnNames == ["a,b", "the \"class\""])
    #expect(table.labels == ["x, y", "first\nsecond", " x ", "\""])
    // A line within quotes counts as one.
    let error = error { () throws(SoftmaxError) in
      _ = try self.table("1,\"first\nsecond\"\nbad,c\n").features()
    }
    #expect(error?.location == .cell(path: "table.csv", line: 3, column: 1))
  }

  @Test func aCarriageReturnAndALineFeedAreOneLineEnd() throws {
    let error = error { () throws(SoftmaxError) in
      _ = try self.table("1,a\r\n2,b\r\nbad,c\r\n").features()
    }
    #expect(error?.location == .cell(path: "table.csv", line: 3, column: 1))
  }

  @Test func theTargetIsAColumnByNameOrNumber() throws {
    let text = "kind,a,b\nx,1,2\ny,3,4\n"
    for target in [CSVFormat.Target.column("kind"), .index(0), .column("1")] {
      let table = try table(text, CSVFormat(target: target))
      #expect(table.labels == ["x", "y"])
      #expect(table.schema.features.map(\.name) == ["a", "b"])
      #expect(table.schema.target?.name == "kind")
    }
    // A name comes before a number where the columns are said to have names.
    let numbered = try table("2,1\n7,8\n9,8\n", CSVFormat(target: .column("2"), hasHeader: true))
    #expect(numbered.labels == ["7", "9"])
  }

  @Test func columnsAreLeftOutByNameOrNumber() throws {
    let text = "id,a,kind\nu1,1,x\nu2,3,y\n"
    for column in ["id", "1"] {
      let table = try table(text, CSVFormat(ignoredColumns: [column]))
      #expect(table.schema.columns.map(\.role) == [.ignored, .feature, .classes])
      #expect(try table.features().matrix.elements == [1, 3])
    }
    // The last of those that are left holds the classes.
    let other = try table("a,kind,note\n1,x,p\n3,y,q\n", CSVFormat(ignoredColumns: ["note"]))
    #expect(other.labels == ["x", "y"])
    let joined = #expect(throws: SoftmaxError.self) {
      try table(text, CSVFormat(ignoredColumns: ["id,a"]))
    }
    #expect(joined?.remedy == "2 columns are called so: name each by itself")
    for columns in [["nothing"], ["4"], ["id", "a"]] {
      #expect(throws: SoftmaxError.self) { try table(text, CSVFormat(ignoredColumns: columns)) }
    }
    #expect(throws: SoftmaxError.self) {
      try table(text, CSVFormat(target: .column("a"), ignoredColumns: ["a"]))
    }
  }

  @Test func aTableWithoutClassesHasNone() throws {
    let all = try table("1,2\n3,4\n", CSVFormat(target: CSVFormat.Target.none))
    #expect(all.labels == nil)
    #expect(try all.features().columnCount == 2)
    #expect(error { () throws(SoftmaxError) in _ = try all.dataset() }?.code == .invalidData)
    #expect(all.note == "read as comma, no header, 2 rows, no classes")
  }

  @Test func classesAreSorted() throws {
    func classes(_ labels: [String]) throws -> [String] {
      try table(labels.map { "0,\($0)\n" }.joined()).dataset().classNames
    }
    #expect(try classes(["10", "9", "-1", "1e1", "9.5"]) == ["-1", "9", "9.5", "10", "1e1"])
    #expect(try classes(["b", "10", "a", "B", "9"]) == ["10", "9", "B", "a", "b"])
    #expect(try classes(["Zürich", "zu", "Äpfel"]) == ["Zürich", "zu", "Äpfel"])
  }

  @Test func knownClassesKeepTheirOrder() throws {
    let known = CSVFormat(knownClassNames: ["z", "y", "x"])
    let some = try table("1,x\n2,x\n", known).dataset()
    #expect(some.classNames == ["z", "y", "x"])
    #expect(some.labels == [2, 2])
    #expect(try table("1,x\n2,w\n", known).dataset().classNames == ["w", "x"])
  }

  @Test func aPackedTableIsUnpacked() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      try Fixtures.gzip(Array("a,b\n1,x\n2,y\n".utf8)), to: "table.csv.gz")
    #expect(try LabeledDataset(csv: path).features.row(1) == [2])
  }

  /// Where a piece of the file ends must not matter.
  @Test func piecesOfAnySizeGiveTheSameTable() throws {
    let text = "\u{feff}\"a\"\"\",b\r\n1.25,\"x\ny\"\r\n\r\n-7e2,\"\"\"\"\r\n3,z"
    let whole = try table(text)
    #expect(whole.rowCount == 3)
    // The mark at the beginning is looked for in the first piece.
    for count in 3...text.utf8.count {
      let reader = try UnpackingReader(ByteSource(bytes: Array(text.utf8), name: "table.csv"))
      let table = try CSVTable.read(
        reader, as: CSVFormat(), maximumByteCount: 1_000, chunkByteCount: count)
      #expect(table.table == whole.table, "\(count)")
      #expect(table.note == whole.note, "\(count)")
    }
  }

  private func read(_ text: String, mark: CSVFormat.DecimalMark = .point) -> CSVNumber.Reading {
    unsafe Array(text.utf8).withUnsafeBufferPointer {
      unsafe CSVNumber.read($0, mark: mark.byte)
    }
  }

  @Test func numbersAreReadAsTheNearestDouble() throws {
    var generator = CounterBasedGenerator(seed: 11)
    var texts = [
      "0", "-0", "16777217", "9007199254740993", "9007199254740995", "18014398509481985", "0.1",
      "5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308",
      "1.7976931348623157e308", "1.7976931348623158e308", "9223372036854775807",
      "9999999999999999999", "18446744073709551615", "123456789012345678901234567890",
      "0.000000000000000000000000000000012", "1e22", "1e23", "8.5e27", "1234567890123456789e27",
      "1234567890123456789e-27", "1e-400", "1.e1", ".5", "00000000000000000000001.5", "1e39",
      "1.00000000000000011102230246251565", "1.00000000000000011102230246251566",
      "17179869184.00000000000000000001", "4503599627370496.5", "4503599627370497.5",
    ]
    for _ in 0..<4_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      texts += ["\(value)", "\(generator.next() >> 40).\(generator.next() >> 20)"]
      // Up to 19 digits with the exponents that are computed, not looked up.
      texts.append("\(generator.next() >> 1)e\(Int(generator.next() % 61) - 30)")
      // What lies between two numbers of 53 bits, and next to it.
      let odd = generator.next() >> 10 | 1
      texts += ["\(odd)", "\(odd)e-1", "\(odd).5", "\(odd).4999999999"]
    }
    for text in texts {
      let expected = try #require(Double(text))
      #expect(read(text) == .number(expected), "\(text)")
    }
  }

  @Test func aCommaMayStandBeforeTheDecimals() throws {
    #expect(read("-1,5e1", mark: .comma) == .number(-15))
    #expect(read("1.5", mark: .comma) == .none)
    let table = try table("1,5;a\n2;b\n,25;a\n", CSVFormat(decimalMark: .comma))
    #expect(try table.features().matrix.elements == [1.5, 2, 0.25])
  }

  @Test func onlyDecimalsAreNumbers() {
    for text in [
      "", "+", "-", ".", "e5", "1e", "1e+", "1,5", "0x10", "1_000", "1 2", "--1", "1.2.3", "nan",
      "inf", "infinity", "1f", "١", "1e5.0", "+-1", "\0",
    ] {
      #expect(read(text) == .none, "\(text)")
    }
    for text in ["1e309", "1.8e308", "1e400", "1e99999999999999999999", "-1e309"] {
      #expect(read(text) == .tooGreat, "\(text)")
    }
  }
}
