// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

@Suite struct CSVBlockTests {
  private static let text =
    "\u{feff}id,x,\"na\r\nme\",kind\r\n1,2.5,\"a \"\"b\"\"\",u\r\n\r\n2,-3,\"c\r\nd\",v,\r\n3,,e,u"

  private func schema(_ names: [String] = ["x", "na\r\nme"]) throws -> TableSchema {
    try TableSchema(
      names.map {
        TableSchema.Column(
          name: $0, type: $0 == "x" ? .number : .category, role: .feature, hasGaps: true)
      })
  }

  private func reader(
    _ text: String = text, _ names: [String] = ["x", "na\r\nme"]
  ) throws -> CSVBlockReader {
    try CSVBlockReader(
      featuresOf: DataFile(bytes: Array(text.utf8), name: "t.csv"),
      as: CSVFormat(schema: schema(names)))
  }

  private func blocks(_ reader: CSVBlockReader, of rowCount: Int) throws -> [CSVBlock] {
    var blocks: [CSVBlock] = []
    while let block = try reader.next(rowCount: rowCount, byteCount: .max) { blocks.append(block) }
    return blocks
  }

  @Test(arguments: 1...4) func blocksHaveTheRowsOfTheTable(rowCount: Int) throws {
    let whole = try CSVTable.decode(
      Array(Self.text.utf8), name: "t.csv", as: CSVFormat(schema: schema()))
    let reader = try reader()
    let blocks = try blocks(reader, of: rowCount)
    #expect(blocks.map(\.table.rowCount).reduce(0, +) == 3)
    #expect(blocks.map(\.isLast).last == true && blocks.count { $0.isLast } == 1)
    let features = try #require(try whole.features().table)
    for block in blocks {
      let rows = block.firstRow..<block.firstRow + block.table.rowCount
      #expect(try block.table.features().table == features.selecting(rows: rows))
    }
    #expect(reader.note(rowCount: 3) == whole.note)
  }

  @Test func recordsAreTheBytesOfTheFile() throws {
    let reader = try reader()
    var bytes: [UInt8] = []
    reader.header?.append(0, to: &bytes)
    for block in try blocks(reader, of: 2) {
      for row in 0..<block.records.count {
        bytes += reader.lineEnd
        block.records.append(row, to: &bytes)
      }
    }
    // Without the mark, the empty line and the separator after the last column.
    let kept = Self.text.dropFirst().replacing("\r\n\r\n", with: "\r\n").replacing("v,", with: "v")
    #expect(String(decoding: bytes, as: UTF8.self) == kept)
    #expect(reader.hasByteOrderMark && reader.lineEnd == [0x0d, 0x0a])
  }

  @Test func cellsGetQuotesWhereAnotherSeparatorNeedsThem() throws {
    let block = try #require(
      try reader("x,name\n1,a;b\n2,\"c;d\"\n3,e\n", ["x"]).next(rowCount: 9, byteCount: 99))
    let records = try block.records.separated(by: .semicolon)
    var bytes: [UInt8] = []
    for row in 0..<3 { records.append(row, to: &bytes) }
    #expect(String(decoding: bytes, as: UTF8.self) == "1;\"a;b\"2;\"c;d\"3;e")
  }

  @Test func aRowOfOneBlankCellStaysARow() throws {
    let block = try #require(try reader("x\n1\n ,\n2\n", ["x"]).next(rowCount: 9, byteCount: 99))
    #expect(block.table.rowCount == 3)
    var rows: [[CSVCell]] = []
    try block.forEachRow { rows.append($1) }
    #expect(rows == [[.number("1")], [.missing], [.number("2")]])
  }

  @Test func onlyTheFeaturesOfAModelAreRead() throws {
    // A column that is none may have cells that would be errors.
    let long = String(repeating: "y", count: 5_000)
    let block = try #require(
      try reader("x,other\n1,\(long)\n2,\u{1}\n", ["x"]).next(rowCount: 9, byteCount: .max))
    #expect(try block.table.features().matrix.elements == [1, 2])
    #expect(throws: SoftmaxError.self) { try reader("y,other\n1,2\n2,3\n", ["x"]) }
  }

  @Test func aBlockEndsAfterItsBytes() throws {
    let reader = try reader("x,y\n1,a\n2,b\n3,c\n", ["x"])
    #expect(try reader.next(rowCount: 9, byteCount: 4)?.table.rowCount == 1)
    #expect(try reader.next(rowCount: 9, byteCount: 5)?.table.rowCount == 2)
    #expect(try reader.next(rowCount: 9, byteCount: 5) == nil)
  }

  @Test(arguments: [
    ("1.50", CSVCell.number("1.50")), ("-0.5e-3", .number("-0.5e-3")), ("0", .number("0")),
    ("+5", .number("5.0")), (".5", .number("0.5")), ("5.", .number("5.0")), ("007", .text("007")),
    ("-01", .text("-01")), ("NA", .missing), ("", .missing), ("-9", .missing), ("x", .text("x")),
    ("1e999", .text("1e999")),
  ])
  func numbersAreWrittenAsJSONWritesThem(text: String, expected: CSVCell) throws {
    let marks = MissingMarks(CSVFormat(missingMarks: ["NA", "-9"]))
    let cell = CSVCell(
      text, type: .number, notation: nil, isClass: false, marks: marks, decimalMark: .point)
    #expect(cell == expected)
  }

  @Test func aNumberInTheNotationOfItsColumnIsItsValue() {
    let marks = MissingMarks(CSVFormat(missingMarks: ["NA", "-9"]))
    let notation = CellNotation(thousands: .point, decimalMark: .comma)
    for (text, expected) in [
      ("2.768", CSVCell.number("2768")), ("650", .number("650")), ("1.234,5", .number("1234.5")),
      ("NA", .missing), ("-9", .missing), ("2,7,6", .text("2,7,6")),
    ] {
      let cell = CSVCell(
        text, type: .number, notation: notation, isClass: false, marks: marks, decimalMark: .point)
      #expect(cell == expected)
    }
  }
}
