// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct CSVDamageTests {
  private func failure(
    _ bytes: [UInt8], _ format: CSVFormat = CSVFormat(), maximumByteCount: Int = 1 << 24
  ) throws -> SoftmaxError {
    try #require(
      error { () throws(SoftmaxError) in
        _ = try CSVTable.decode(
          bytes, name: "table.csv", as: format, maximumByteCount: maximumByteCount
        ).dataset()
      })
  }

  private func failure(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> SoftmaxError {
    try failure(Array(text.utf8), format)
  }

  /// Text, what its message holds, line and column.
  static let cells: [(String, SoftmaxError.Code, String, Int, Int?)] = [
    ("a,b,c\n1,2,x\n3,oops,y\n", .invalidData, "in \"b\", got \"oops\"", 3, 2),
    ("1,2,x\n3,oops,y\n", .invalidData, "expected a number, got \"oops\"", 2, 2),
    ("1,2,x\n3,4,\n", .invalidData, "class is missing", 2, 3),
    ("1,2,x\n3,4,\"\"\n", .invalidData, "class is missing", 2, 3),
    ("1,2,x\n3,4,NA\n", .invalidData, "class is missing, got NA", 2, 3),
    ("1,2,x\n3,4,?\n5,6,\n", .invalidData, "class is missing, got ?", 2, 3),
    ("1,2,x\n3,-Inf,y\n", .nonFiniteValue, "got \"-Inf\"", 2, 2),
    ("1,2,x\n3,1e309,y\n", .nonFiniteValue, "got \"1e309\"", 2, 2),
    ("1,2,x\n3,y\n", .invalidData, "has 2 cells, but line 1 has 3", 2, nil),
    ("a,b,c\n\n1,2,x\n3,4,y,z\n", .invalidData, "has 4 cells, but line 1 has 3", 4, nil),
    (
      "1,2,x\n3,y\n4\n5,6,z\n7,8,9,y\n", .invalidData,
      "has 2 cells, but line 1 has 3 (and 2 more: line 3, 1 cell; line 5, 4 cells)", 2, nil
    ),
    (
      "1,2,x\n" + String(repeating: "1\n", count: 12), .invalidData,
      "line 11, 1 cell; ...)", 2, nil
    ),
    ("1,2,x\n3,y\n5,\"6,z\n", .invalidData, "has 2 cells, but line 1 has 3", 2, nil),
    ("1,2,x\n3,\"4,y\n", .invalidData, "never closed", 2, 2),
    ("1,2,x\n3,\"4\"5,y\n", .invalidData, "closing quote", 2, 2),
    ("1,2,x\n3,4\"5,y\n", .invalidData, "quote stands within", 2, 2),
    ("1;2;x\n3;4,500;y\n", .invalidData, "got \"4,500\"", 2, 2),
    ("1;2.5;x\n3;4,5;y\n", .invalidData, "got \"4,5\"", 2, 2),
    ("sep=!\n1!2!x\n", .unsupported, "names \"!\" as the separator", 1, nil),
    ("only\n1\n2\n", .invalidData, "one column", 1, nil),
  ]

  @Test(arguments: cells.indices)
  func whatIsWrongInATableHasALineAndAColumn(index: Int) throws {
    let (text, code, message, line, column) = Self.cells[index]
    let error = try failure(text)
    #expect(error.code == code, "\(error)")
    #expect(error.message.contains(message), "\(error)")
    #expect(error.location == .cell(path: "table.csv", line: line, column: column), "\(error)")
    #expect(error.remedy != nil)
  }

  @Test func anErrorNamesTheFirstTenInvalidCellsInTheOrderOfTheFile() throws {
    let two = try failure("a,b,c\n1,2,x\n3,oops,y\n5,6,\n7,8,x\n-inf,9,y\n")
    #expect(
      two.message
        == "expected a number in \"b\", got \"oops\" (and 2 more: line 4, column 3, missing; "
        + "line 6, column 1, got \"-inf\")")
    #expect(two.location == .cell(path: "table.csv", line: 3, column: 2))
    let classes = try failure("1,2,x\n3,4,\n5,6,?\n7,8,y\n")
    #expect(classes.message == "the class is missing (and 1 more: line 3, column 3, missing)")
    // A column of numbers, since the first lines are some, with as many texts as it may have.
    let lines = (0..<600).map { "\($0 >= 400 && $0 < 411 ? "bad\($0)" : "\($0)"),\($0 % 2)" }
    let many = try failure(lines.joined(separator: "\n"))
    #expect(many.message.hasPrefix("expected a number, got \"bad400\" (and 10 more: line 402, "))
    #expect(many.message.hasSuffix("line 410, column 1, got \"bad409\"; ...)"))
  }

  @Test func rowsWithoutAClassAreLeftOutWhereThatIsSaid() throws {
    let text = "1,2,x\n3,4,\n5,6,?\n,8,y\n"
    let format = CSVFormat(dropsUnlabeled: true)
    let table = try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
    #expect(table.warnings == ["2 of its rows have no class and are left out"])
    let dataset = try table.dataset()
    #expect(dataset.labels == [0, 1] && dataset.classNames == ["x", "y"])
    #expect(dataset.features.table?.columns[1].number(inRow: 1) == 8)
    #expect(try table.features().rowCount == 4)
    #expect(try failure(text).remedy?.contains("--drop-unlabeled") == true)
    // What is wrong in other columns stays an error.
    #expect(
      try failure("1,2,x\n3,4,\n-inf,6,y\n", format).location
        == .cell(path: "table.csv", line: 3, column: 1))
    #expect(try failure("a,b,c\n1,2,?\n3,4,?\n", format).message.contains("class"))
  }

  @Test func aRemedyNamesTheOptionThatHelps() throws {
    for (text, option) in [
      ("1;2;x\n3;4,500;y\n", "--decimal comma"), ("1,2,x\n3,oops,y\n", "--ignore"),
      ("1,2,x\n3,4\n", "--separator"), ("1,2,x\n3,4,NA\n", "--missing ''"),
      ("1,2,x\n3,oops,y\n", "--missing"), ("1\n2\n", "--separator"),
    ] {
      #expect(try failure(text).remedy?.contains(option) == true, "\(text)")
    }
  }

  @Test func aTextBehindTheFirstLinesHasALineAndAColumn() throws {
    let lines = (0..<400).map { $0 == 300 ? "0,many,x" : "\($0),1,\($0 % 2 == 0 ? "x" : "y")" }
    let text = lines.joined(separator: "\n")
    let error = try failure(text)
    #expect(error.message == "expected a number, got \"many\"")
    #expect(error.location == .cell(path: "table.csv", line: 301, column: 2))
    // A column that is left out may hold anything.
    let rest = try CSVTable.decode(
      Array(text.utf8), name: "table.csv", as: CSVFormat(ignoredColumns: ["2"]))
    #expect(try rest.dataset().count == 400)
  }

  @Test func emptyLinesWithoutEndAreRefused() throws {
    for line in [[UInt8](repeating: 0x20, count: 4_095) + [0x0a], [0x0a], [0x0d, 0x0a]] {
      let member = try Fixtures.gzip(
        Array([[UInt8]](repeating: line, count: (16 << 20) / line.count).joined()))
      // Members in a row are one stream; where it is damaged nobody comes.
      let bytes = Array([[UInt8]](repeating: member, count: 2).joined()) + [0]
      #expect(try failure(bytes, maximumByteCount: 1 << 40).message.contains("empty lines"))
    }
  }

  @Test func aLineWithTooManyCellsIsRefused() throws {
    let commas = [UInt8](repeating: 0x2c, count: CSVScanner.Limit.columns)
    #expect(try failure(commas + [0x0a]).message == "has more than 1048576 cells")
    // As many as that are split.
    let scanner = CSVScanner(
      sample: Array(commas.dropLast()) + [0x0a], firstLine: 1, separator: 0x2c, path: "table.csv")
    #expect(try scanner.advance() && scanner.cells.count == CSVScanner.Limit.columns)
  }

  @Test func emptyLinesOfAllKindsCountAsLines() throws {
    for (text, line) in [
      ("1,2,x\n\r\n\r\n\n3,4\n", 5), ("1,2,x\r\r\r3,4\r", 4), ("1,2,x\r\n\r\n \r\n\n3,4", 5),
      ("\n\n\n1,2,x\n3,4\n", 5),
    ] {
      #expect(
        try failure(text).location == .cell(path: "table.csv", line: line, column: nil), "\(text)")
    }
  }

  @Test func aTableNeedsRowsAndClasses() throws {
    for (text, message) in [
      ("", "empty"), ("\n\r\n\n", "empty"), ("\u{feff}", "empty"), ("a,b,c\n", "no rows"),
      ("a,b,c", "no rows"),
    ] {
      let error = try failure(text)
      #expect(error.code == .invalidData)
      #expect(error.message.contains(message), "\(error)")
      #expect(error.path == "table.csv")
    }
    let single = try failure("1,x\n2,x\n")
    #expect(single.message == "all rows are of one class, \"x\", in column 2")
    #expect(single.location == .cell(path: "table.csv", line: 1, column: 2))
  }

  @Test func aTargetThatIsNotThereIsAnError() throws {
    let near = try failure("length,species\n1,x\n2,y\n", CSVFormat(target: .column("Specie")))
    #expect(near.code == .notFound)
    #expect(near.message.contains("\"length\", \"species\""))
    #expect(near.remedy?.contains("\"species\"") == true)
    for target in [CSVFormat.Target.column("0"), .column("3"), .index(2), .index(-1)] {
      #expect(try failure("1,x\n2,y\n", CSVFormat(target: target)).code == .notFound)
    }
    let twice = try failure("a,a,b\n1,2,x\n3,4,y\n", CSVFormat(target: .column("a")))
    #expect(twice.message.contains("2 columns"))
  }

  @Test func whatIsNoTextIsRefused() throws {
    #expect(try failure([0x50, 0x4b, 3, 4, 0, 0]).message.contains("zero byte"))
    let invalid: [[UInt8]] = [
      [0x31, 0x2c, 0x81, 0x0a, 0x32, 0x2c, 0x61, 0x0a], [0x81, 0x2c, 0x61, 0x0a, 0x31, 0x2c, 0x62],
      [0x31, 0x2c, 0x61, 0x0a, 0x81, 0x2c, 0x62],
    ]
    for bytes in invalid { #expect(try failure(bytes).message.contains("UTF-8")) }
    // A zero byte far behind the beginning.
    let rows = String(repeating: "1,x\n2,y\n", count: 1_000)
    for row in ["3,x\0\n", "\0,x\n"] {
      let error = try failure(rows + row)
      #expect(error.message.contains("no text"))
      #expect(error.location?.line == 2_001)
    }
  }

  @Test func aFileThatIsNotThereIsAnError() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path("none.csv"), folder.path, "a\0b"] {
      #expect(error { () throws(SoftmaxError) in _ = try LabeledDataset(csv: path) } != nil)
    }
  }

  @Test func cellsLinesAndTablesHaveLimits() throws {
    let long = [UInt8](repeating: 0x31, count: 5_000)
    let format = CSVFormat(hasHeader: false, columnTypes: ["1": .category])
    for cell in [long, [0x22] + long + [0x22]] {
      let error = try failure(Array("a,x\n".utf8) + cell + Array(",y\n".utf8), format)
      #expect(error.code == .unsupported && error.message.contains("category has more than 4096"))
      #expect(error.location == .cell(path: "table.csv", line: 2, column: 1))
      let ofClass = try failure(Array("1,x\n2,".utf8) + cell, CSVFormat(hasHeader: false))
      #expect(ofClass.message.contains("class has more than 4096"))
    }
    let text = Array("1,x\n2,y\n".utf8)
    let large = Array([[UInt8]](repeating: text, count: 100).joined())
    #expect(try failure(large, maximumByteCount: 700).code == .unsupported)
    // 200 numbers take 800 bytes, as the text does.
    let numbers = Array(String(repeating: "1,", count: 300).utf8) + Array("x\n".utf8)
    #expect(try failure(numbers, maximumByteCount: 700).message.contains("cells"))
  }

  /// Lines of 32 MiB, packed: only their beginning is unpacked.
  @Test func aLineWithoutEndIsNotReadToItsEnd() throws {
    for pattern in ["1", "1,", "\"", "\"\n", "1.00000000000000000000000,"] {
      let member = try Fixtures.gzip(
        Array(String(repeating: pattern, count: (1 << 22) / pattern.utf8.count).utf8))
      // Members in a row are one stream; where it is damaged nobody comes.
      let bytes = Array([[UInt8]](repeating: member, count: 8).joined()) + [0]
      let reader = try UnpackingReader(ByteSource(bytes: bytes, name: "table.csv"))
      let error = error { () throws(SoftmaxError) in
        _ = try CSVTable.read(reader, as: CSVFormat(), maximumByteCount: 1 << 40)
      }
      #expect(error != nil)
      #expect(reader.offset < 6 << 22, "\(pattern.debugDescription): \(reader.offset)")
    }
  }

  /// Its separator, or its keys, are found although the sample holds no whole line.
  @Test func aFirstLineOfManyMegabytesIsRead() throws {
    let names = (0..<500).map { "\($0)" + String(repeating: " long", count: 2_000) }
    func line(_ cell: (Int) -> String) -> String {
      names.indices.map(cell).joined(separator: ";") + ";\(cell(0))\n"
    }
    let csv = line { names[$0] } + line { "\($0)" } + line { "\($0 + 1)" }
    let long = String(repeating: "word ", count: 500_000)
    let json = """
      {"a":"\(long)","b":"\(long)","c":"x"}
      {"b":"text","c":"y","a":"a text"}
      """
    for (text, name, columnCount) in [(csv, names[1], 501), (json, "b", 3)] {
      let table = try CSVTable.decode(
        Array(text.utf8), name: "table", as: CSVFormat(hasHeader: text == csv ? true : nil)
      ).table
      #expect(table.rowCount == 2 && table.columns.count == columnCount)
      #expect(table.columns[1].name == name)
    }
  }

  @Test func everyCutAndEveryFlippedByteIsATableOrAnError() throws {
    let bytes = Array("\u{feff}a,\"b\"\"\",c\r\n1.5,-2e3,x\r\n0.25,4,\"y, z\"\r\n".utf8)
    for count in 0..<bytes.count {
      _ = error { () throws(SoftmaxError) in
        _ = try CSVTable.decode(Array(bytes[..<count]), name: "t")
      }
    }
    var readable = 0
    for index in bytes.indices {
      for flip: UInt8 in [0x01, 0x20, 0x80, 0xff] {
        var damaged = bytes
        damaged[index] ^= flip
        if let table = try? CSVTable.decode(damaged, name: "t") {
          readable += 1
          let features = error { () throws(SoftmaxError) in
            #expect(try table.features().matrix.elements.allSatisfy { $0.isFinite })
          }
          #expect(features == nil || features?.location != nil)
        }
      }
    }
    #expect(readable > 0)
  }
}

extension SoftmaxError.Location {
  /// The line of a cell.
  var line: Int? {
    if case .cell(_, let line, _) = self { return line }
    return nil
  }
}
