// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// Columns that identify rows are no features; measures stay, whatever they look like.
@Suite struct CSVIdentifierTests {
  private func table(
    _ text: String, _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  // A table of a column beside another one and the classes.
  private func text(_ name: String, count: Int = 40, _ cell: (Int) -> String) -> String {
    "a,\(name),kind\n" + (0..<count).map { "0.\($0 % 3),\(cell($0)),\($0 % 2)\n" }.joined()
  }

  @Test func wholeNumbersThatAreAllDifferentAndCalledAnIdentifierAreLeftOut() throws {
    for name in [
      "id", "ID", "user_id", "PassengerId", "customerID", "id_client", "order id", "index", "row",
      "Unnamed: 0", "userid", "rowNumber",
    ] {
      let table = try table(text(name) { "\($0 * 7 + 1000)" })
      #expect(table.schema.columns.map(\.role) == [.feature, .ignored, .classes], "\(name)")
      #expect(table.identifiers.map(\.description) == ["\"\(name)\" (all different)"])
      #expect(
        table.note.hasSuffix(
          "classes in \"kind\" (the last column), left out: \"\(name)\" (all different)"))
      #expect(try table.features().columnCount == 1)
    }
  }

  @Test func measuresStayAlthoughTheyAreAllDifferent() throws {
    for name in [
      "age", "year", "income", "acid", "grid", "humid", "body_mass_index", "index_value",
      "rows_read",
      "paid", "idle", "hybrid", "key_size", "count",
    ] {
      #expect(try table(text(name) { "\($0 * 7 + 1000)" }).identifiers == [], "\(name)")
    }
    // Numbers that repeat, have fractions or are missing name no row, whatever they are called.
    for cell in ["\(7)", "1.5", ""] {
      let table = try table(text("id") { $0 == 3 || $0 == 4 ? cell : "\($0 * 7 + 1000)" })
      #expect(table.identifiers == [], "\(cell)")
    }
  }

  @Test func theIndexOfADataFrameIsLeftOut() throws {
    for name in ["", "Unnamed: 0", "X", "X1", "...1", "rownames"] {
      for first in [0, 1] {
        let text =
          "\(name),a,kind\n" + (0..<6).map { "\($0 + first),0.5,\($0 % 2)\n" }.joined()
        let label = name.isEmpty ? "column 1" : "\"\(name)\""
        #expect(
          try table(text).identifiers.map(\.description) == ["\(label) (counts the rows)"])
      }
    }
    // That of some rows of a data frame counts nothing, and has no name.
    for name in ["", "...1"] {
      let text = "\(name),a,kind\n" + (0..<20).map { "\(9 * $0 % 23),0.5,\($0 % 2)\n" }.joined()
      let label = name.isEmpty ? "column 1" : "\"\(name)\""
      #expect(try table(text).identifiers.map(\.description) == ["\(label) (all different)"])
    }
    // An X that does not count the rows is a coordinate.
    let coordinates = "X,a,kind\n" + (0..<6).map { "\(6 - $0),0.5,\($0 % 2)\n" }.joined()
    #expect(try table(coordinates).identifiers == [])
    // Without a header it takes more rows, since a few count up by chance.
    func rows(_ count: Int) -> String { (1...count).map { "\($0),0.5,\($0 % 2)\n" }.joined() }
    #expect(try table(rows(9)).identifiers == [])
    #expect(try table(rows(10)).identifiers.map(\.description) == ["column 1 (counts the rows)"])
  }

  @Test func categoriesThatHardlyRepeatAreLeftOut() throws {
    // Of 40 cells 38 are different, then 37.
    #expect(
      try table(text("mail") { "p\(max(2, $0))@x.org" }).identifiers.map(\.description)
        == ["\"mail\" (nearly all different)"])
    #expect(try table(text("mail") { "p\(max(3, $0))@x.org" }).identifiers == [])
    // A gap names no row, and that a cell is missing may tell the class.
    #expect(try table(text("mail") { $0 < 3 ? "" : "p\($0)@x.org" }).identifiers == [])
    // A few are different by chance, unless they are called an identifier.
    #expect(try table(text("mail", count: 19) { "p\($0)@x.org" }).identifiers == [])
    #expect(
      try table(text("mailId", count: 19) { "p\($0)@x.org" }).identifiers.map(\.description)
        == ["\"mailId\" (all different)"])
  }

  @Test func textsOfWordsAreNoIdentifiers() throws {
    #expect(try table(text("id") { "tea number \($0) is good" }).identifiers == [])
  }

  @Test func aColumnWhoseTypeIsSaidIsAFeature() throws {
    let numbers = text("id") { "\($0 * 7 + 1000)" }
    for (type, text) in [
      (Table.ColumnType.number, numbers), (.category, numbers),
      (.text, text("id") { "c\($0)" }),
    ] {
      let table = try table(text, CSVFormat(columnTypes: ["id": type]))
      #expect(table.identifiers == [] && table.schema.features.map(\.type) == [.number, type])
    }
  }

  /// The file is read twice, and what was found the first time is not said.
  @Test func identifiersWhoseFirstLinesAreNumbersAreFound() throws {
    let table = try table(text("code", count: 600) { $0 < 300 ? "\($0 * 7)" : "A\($0)" })
    #expect(table.identifiers.map(\.description) == ["\"code\" (all different)"])
  }

  @Test func theOnlyColumnToLearnFromStays() throws {
    let text = "id,kind\n" + (0..<30).map { "\($0 * 7),\($0 % 2)\n" }.joined()
    let table = try table(text)
    #expect(table.identifiers == [] && table.schema.features.map(\.name) == ["id"])
  }

  @Test func aModelKnowsItsFeaturesWhateverLaterTablesLookLike() throws {
    let model = try table(text("id", count: 4) { "\($0 / 2)" })
    #expect(model.schema.features.count == 2)
    let later = try table(
      text("id") { "\($0 * 7 + 1000)" }, CSVFormat(schema: model.schema))
    #expect(later.identifiers == [])
    #expect(try later.features().columnCount == 2)
  }

  @Test func manyIdentifiersAreCounted() throws {
    let text =
      "a,b_id,c_id,d_id,e_id,f_id,g_id,kind\n"
      + (0..<9).map { row in
        "0.5," + (0..<6).map { "\(row * 7 + $0)," }.joined() + "\(row % 2)\n"
      }.joined()
    #expect(try table(text).note.hasSuffix("\"f_id\" (all different) and 1 more"))
  }
}
