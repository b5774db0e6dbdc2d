// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// Tables of JSON lines.
@Suite struct JSONLinesTests {
  private func table(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "t.jsonl", as: format)
  }

  private func numbers(_ column: Table.Column) throws -> [Double?] {
    guard case .numbers(let numbers) = column.cells else {
      Issue.record("\(column.type)")
      return []
    }
    return numbers.map { $0.isNaN ? nil : $0 }
  }

  private func texts(_ table: CSVTable, _ column: Int) -> [String?] {
    (0..<table.rowCount).map { table.table.columns[column].text(inRow: $0) }
  }

  @Test func anObjectIsARowAndAKeyAColumn() throws {
    let table = try table(
      #"{"length": 1.5, "colour": "red", "kind": "a"}"# + "\n"
        + #"{"length":-3e2,"colour":"blue","kind":"b"}"# + "\r\n\n"
        + #" { "length" : 4 , "colour" : "red" , "kind" : "a" } "#)
    #expect(table.table.columnNames == ["length", "colour", "kind"])
    #expect(try numbers(table.table.columns[0]) == [1.5, -300, 4])
    #expect(texts(table, 1) == ["red", "blue", "red"])
    #expect(table.labels == ["a", "b", "a"])
    #expect(
      table.note
        == "read as JSON lines, 3 rows, 1 column of categories, classes in \"kind\" (the last column)"
    )
    #expect(try table.dataset().classNames == ["a", "b"])
  }

  @Test func aNumberIsNotReadByTheNotationOfTheTextsOfItsColumn() throws {
    let rows = (0..<8).map { #"{"p":"\#($0 + 1).234,5 €","k":"\#($0 % 2)"}"# }
    let training = try table(rows.joined(separator: "\n"))
    #expect(try numbers(training.table.columns[0]).last == 8234.5)
    let later = try table(
      #"{"p":1.234}"# + "\n" + #"{"p":1.5e3}"# + "\n" + #"{"p":"1.234 €"}"#,
      CSVFormat(schema: training.schema))
    #expect(try numbers(later.table.columns[0]) == [1.234, 1500, 1234])
    _ = try later.features()
  }

  @Test func objectsWithoutKeysHaveNoColumnsByNumber() throws {
    for text in ["{}\n", #"{"a":{}}"#] {
      for format in [CSVFormat(target: .column("1")), CSVFormat(ignoredColumns: ["1"])] {
        #expect(throws: SoftmaxError.self) { try table(text, format) }
      }
    }
  }

  @Test func aModelWithoutNamesDoesNotTakeKeysInTheirOrder() throws {
    let unnamed = try CSVTable.decode(Array("1,2,x\n3,4,y\n".utf8), name: "t.csv").schema
    let error = #expect(throws: SoftmaxError.self) {
      try table(#"{"b":1,"a":2,"c":"x"}"#, CSVFormat(schema: unnamed)).features()
    }
    #expect(error?.message.contains("have no names") == true)
  }

  @Test func columnsAreTheKeysInTheOrderInWhichTheyAppear() throws {
    let table = try table(
      #"{"b":1,"a":2}"# + "\n" + #"{"a":3,"c":"x"}"# + "\n{}\n" + #"{"c":"y","b":4}"#)
    #expect(table.table.columnNames == ["b", "a", "c"])
    #expect(try numbers(table.table.columns[0]) == [1, nil, nil, 4])
    #expect(try numbers(table.table.columns[1]) == [2, 3, nil, nil])
    #expect(texts(table, 2) == [nil, "x", nil, "y"])
  }

  @Test func nullIsAGapAsAKeyThatIsNotThere() throws {
    let table = try table(#"{"a":null,"b":"x","c":1}"# + "\n" + #"{"b":null,"a":2}"#)
    #expect(try numbers(table.table.columns[0]) == [nil, 2])
    #expect(texts(table, 1) == ["x", nil])
    #expect(texts(table, 2) == ["1", nil])
  }

  @Test func trueAndFalseAreCategories() throws {
    let table = try table(#"{"a":true,"c":"x"}"# + "\n" + #"{"a":false,"c":"y"}"#)
    #expect(texts(table, 0) == ["true", "false"])
  }

  /// As pandas.read_json reads them; what is a number in quotes in a table of commas is one here too.
  @Test func aStringThatIsANumberCountsAsOne() throws {
    let table = try table(
      #"{"a":"12","b":"1,5","c":"x"}"# + "\n" + #"{"a":13,"b":2.25,"c":"y"}"#)
    #expect(try numbers(table.table.columns[0]) == [12, 13])
    // A number of JSON has a point, whatever strings have.
    #expect(try numbers(table.table.columns[1]) == [1.5, 2.25])
    #expect(table.note.hasPrefix("read as JSON lines, decimal comma, 2 rows"))
  }

  /// The same digits in a table of commas are thousands.
  @Test func aNumberOfJSONHasNoThousands() throws {
    let rows = (1...20).map { #"{"a":\#($0 % 3 == 0 ? "911" : "\($0).754"),"c":"\#($0 % 2)"}"# }
    let table = try table(rows.joined(separator: "\n"))
    #expect(try numbers(table.table.columns[0]).prefix(3) == [1.754, 2.754, 911])
  }

  @Test func columnsAreGuessedAsThoseOfATable() throws {
    let rows = (1...30).map { row in
      """
      {"id":\(row),"day":"2024-03-\(row < 10 ? "0" : "")\(row)","price":"$1,2\(row % 10)0.50",\
      "said":"never again, too dear \(row)","kind":"\(row % 2)"}
      """
    }
    let table = try table(rows.joined(separator: "\n"))
    #expect(table.table.columns.map(\.type) == [.number, .date, .number, .text, .category])
    #expect(table.identifiers.map(\.column) == [0])
    #expect(try numbers(table.table.columns[2]).first == 1_210.5)
  }

  @Test func objectsWithinRowsAreColumns() throws {
    let table = try table(
      #"{"size":{"width":3,"of":{"x":1}},"c":"x"}"# + "\n"
        + #"{"size":null,"c":"y"}"# + "\n" + #"{"c":"y","size":{"of":{"x":2},"width":{}}}"#,
      CSVFormat(target: .column("c")))
    #expect(table.table.columnNames == ["size.width", "size.of.x", "c", "size"])
    #expect(try numbers(table.table.columns[0]) == [3, nil, nil])
    #expect(try numbers(table.table.columns[1]) == [1, nil, 2])
  }

  @Test func escapesAreWhatTheyStandFor() throws {
    let table = try table(
      #"{"\u006bey":"a\n\"b\"\\\/\u00e9\ud83d\ude00\u0000","c":"x"}"# + "\n"
        + #"{"key":"\u0031\u0032","c":"é😀"}"#, CSVFormat(columnTypes: ["key": .category]))
    #expect(table.table.columnNames == ["key", "c"])
    #expect(texts(table, 0) == ["a\n\"b\"\\/é😀\0", "12"])
    #expect(table.labels == ["x", "é😀"])
  }

  @Test func anArrayIsAnErrorOnlyWhereItIsUsed() throws {
    let text = #"{"a":1,"tags":["x",{"y":[]}],"c":"x"}"# + "\n" + #"{"a":2,"tags":[],"c":"y"}"#
    let used = try #require(
      error { () throws(SoftmaxError) in
        _ = try CSVTable.decode(Array(text.utf8), name: "t.jsonl").dataset()
      })
    #expect(
      used.message
        == "expected a number or a text in \"tags\", got an array "
        + "(and 1 more: line 2, \"tags\", got an array)")
    #expect(used.location == .cell(path: "t.jsonl", line: 1, column: nil))
    #expect(used.remedy == "write a string or a number, or leave the column out (--ignore)")
    let ignored = try table(text, CSVFormat(ignoredColumns: ["tags"]))
    #expect(try ignored.dataset().features.columnCount == 1)
  }

  @Test func keysAfterTheFirstLinesAreColumnsOfTheirOwnType() throws {
    let rows = (0..<2_000).map { row in
      row < 1_000
        ? #"{"a":\#(row % 7),"kind":"\#(row % 2)"}"#
        : #"{"a":1,"kind":"x","day":"2024-03-0\#(row % 9 + 1)","size":\#(row % 5),"n":"w\#(row % 3)"}"#
    }
    let table = try table(
      rows.joined(separator: "\n"), CSVFormat(target: .column("kind")))
    #expect(table.table.columnNames == ["a", "kind", "day", "size", "n"])
    #expect(
      table.table.columns.map(\.type) == [.number, .category, .date, .number, .category])
    #expect(table.table.columns[2].missingCount == 1_000)
    let late = try self.table(rows.joined(separator: "\n"), CSVFormat(target: .column("n")))
    #expect(late.target == 4)
  }

  @Test func textsAfterTheFirstLinesMakeCategories() throws {
    let rows = (0..<2_000).map {
      #"{"a":\#($0 < 1_000 ? "\($0 % 9)" : "\"w\($0 % 9)\""),"c":"\#($0 % 2)"}"#
    }
    #expect(try table(rows.joined(separator: "\n")).table.columns[0].type == .category)
  }

  @Test func linesOfBlanksBeforeTheFirstObjectAreNone() throws {
    let table = try table("\u{feff}\n \t\r\n" + #"{"a":1,"c":"x"}"#)
    #expect(table.rowCount == 1 && table.table.columnNames == ["a", "c"])
  }

  @Test func otherEncodingsAreReadToo() throws {
    let text = #"{"größe":1,"art":"Łódź"}"# + "\n" + #"{"größe":2,"art":"😀"}"#
    let utf16: [UInt8] =
      [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    #expect(FileFormats.format(of: DataFile(bytes: utf16, name: "f")).title == "JSON lines file")
    let wide = try CSVTable.decode(utf16, name: "t.jsonl")
    #expect(wide.table == (try table(text)).table)
    #expect(wide.note.hasPrefix("read as JSON lines, UTF-16, 2 rows"))
    let packed = try CSVTable.decode(try Fixtures.gzip(Array(text.utf8)), name: "t.jsonl")
    #expect(packed.table == wide.table)
  }

  /// Where a piece of the file ends must not matter.
  @Test func piecesOfAnySizeGiveTheSameTable() throws {
    let text =
      "\u{feff}" + #"{"a":1.25,"b":"x\ny"}"# + "\r\n\r\n" + #"{"b":"\"","a":-7e2}"# + "\n"
      + #"{"a":3,"b":"é"}"#
    let whole = try table(text)
    #expect(whole.rowCount == 3)
    for count in 3...text.utf8.count {
      let reader = try UnpackingReader(ByteSource(bytes: Array(text.utf8), name: "t.jsonl"))
      let table = try CSVTable.read(
        reader, as: CSVFormat(), maximumByteCount: 1_000, chunkByteCount: count)
      #expect(table.table == whole.table, "\(count)")
    }
  }

  @Test func theTableOfAModelIsFoundByItsKeys() throws {
    let trained = try table(
      #"{"a":1,"b":null,"kind":"x"}"# + "\n" + #"{"a":2,"b":3,"kind":"y"}"#)
    let later = CSVFormat(schema: trained.schema)
    // A key that was missing in training may be missing everywhere.
    let rows = try table(#"{"more":[1],"a":7}"#, later)
    #expect(try rows.features().row(0).first == 7)
    let without = error { () throws(SoftmaxError) in
      _ = try CSVTable.decode(Array(#"{"b":7}"#.utf8), name: "t.jsonl", as: later).features()
    }
    #expect(without?.message.contains("the feature \"a\", which was learnt from") == true)
    // Tables of commas and of JSON lines are one for a model.
    #expect(try table("b,a\n5,6\n", later).features().row(0) == [6, 5])
  }

  @Test(arguments: 1...4) func blocksHaveTheRowsOfTheTable(rowCount: Int) throws {
    let text =
      #"{"a":1,"k":"x","extra":[1, 2]}"# + "\n\n" + #" {"k":"y","a":2} "# + "\r\n"
      + #"{"new":{"b":1},"a":3}"#
    let schema = try TableSchema([
      .init(name: "a", type: .number, role: .feature),
      .init(name: "k", type: .category, role: .feature, hasGaps: true),
    ])
    let reader = try CSVBlockReader(
      featuresOf: DataFile(bytes: Array(text.utf8), name: "t.jsonl"),
      as: CSVFormat(schema: schema))
    var (values, records) = ([Double?](), [UInt8]())
    while let block = try reader.next(rowCount: rowCount, byteCount: .max) {
      let columns = try #require(try block.table.features().table).columns
      values += try numbers(columns[0])
      for row in 0..<block.records.count {
        block.records.append(row, to: &records)
        records.append(0x0a)
      }
    }
    #expect(values == [1, 2, 3])
    #expect(
      String(decoding: records, as: UTF8.self)
        == #"{"a":1,"k":"x","extra":[1, 2]}"# + "\n" + #"{"k":"y","a":2}"# + "\n"
        + #"{"new":{"b":1},"a":3}"# + "\n")
    #expect(reader.keys == ["a", "k", "extra", "new", "new.b"])
  }
}
