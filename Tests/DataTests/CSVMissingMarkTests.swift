// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// Texts that stand for missing cells in columns of numbers, and models that remember them.
@Suite struct CSVMissingMarkTests {
  private func table(
    _ text: String, _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  // Sixty rows of which every sixth has a text in place of the first cell.
  private func text(_ mark: (Int) -> String, number: (Int) -> String = { "\($0).5" }) -> String {
    "n,colour,kind\n"
      + (0..<60).map { row in
        let cell = row % 6 == 5 ? mark(row) : number(row)
        return "\(cell),\(row % 4 == 0 ? "red" : "blue"),\(row % 2)\n"
      }.joined()
  }

  @Test func theOnlyTextAmongNumbersStandsForAGap() throws {
    for mark in ["k. A.", "-", "unknown", "N.V."] {
      let table = try table(text { _ in mark })
      #expect(table.schema.columns.map(\.type) == [.number, .category, .category], "\(mark)")
      #expect(table.table.columns[0].missingCount == 10)
      #expect(table.schema.columns.map(\.missingMark) == [mark, nil, nil])
      #expect(table.schema.missingMarks == nil)
      #expect(table.note.contains("read as comma, \"\(mark)\" as missing, header, 60 rows"))
    }
    let percent = try table(text({ _ in "k. A." }, number: { "\($0).5 %" }))
    #expect(percent.schema.columns[0].type == .number)
    #expect(percent.table.columns[0].missingCount == 10)
    let dates = try table(text({ _ in "never" }, number: { "2024-03-\($0 % 28 + 1)" }))
    #expect(dates.schema.columns[0].type == .date)
    #expect(dates.table.columns[0].missingCount == 10)
  }

  @Test func aMarkAmongTheClassesIsWarnedOf() throws {
    func warnings(_ marked: String) throws -> [String] {
      let rows = (0..<60).map {
        "\($0 % 6 == 5 ? "k. A." : "\($0).5"),\($0 % 7 == 3 ? marked : "x")\n"
      }
      return try table("n,kind\n" + rows.joined()).warnings
    }
    #expect(
      try warnings("k. A.") == [
        "\"k. A.\" is a class, and stands for missing cells in other columns: if it does so in \"kind\", say "
          + "--missing \"k. A.\" and --drop-unlabeled"
      ])
    #expect(try warnings("y") == [])
  }

  @Test func textsThatDifferAreCategories() throws {
    let names = try table(text { $0 % 12 == 5 ? "few" : "many" })
    #expect(names.schema.columns[0].type == .category)
    #expect(names.schema.columns[0].missingMark == nil)
    // Of few different numbers the text is one more category.
    let doors = try table(text({ _ in "more" }, number: { "\($0 % 4 + 2)" }))
    #expect(doors.schema.columns[0].type == .category)
    #expect(doors.table.columns[0].missingCount == 0)
    // Codes with digits are no marks.
    let codes = try table(text { _ in "A7" })
    #expect(codes.schema.columns[0].type == .category)
    // A number beyond all others is no gap.
    #expect(throws: SoftmaxError.self) {
      try self.table(text { _ in "inf" }, CSVFormat(columnTypes: ["n": .number])).features()
    }
  }

  @Test func theSameTextInAnotherColumnIsACategoryOrAClass() throws {
    let text =
      "size,gender,kind\n"
      + (0..<60).map { row in
        "\(row % 6 == 5 ? "M" : "\(row)"),\(row % 4 < 2 ? "M" : "F"),\(row % 2 == 0 ? "M" : "L")\n"
      }.joined()
    let table = try table(text)
    #expect(table.table.columns.map(\.missingCount) == [10, 0, 0])
    #expect(try table.dataset().classNames == ["L", "M"])
  }

  @Test func whatIsSaidOfAColumnOrOfMissingCellsHolds() throws {
    let marked = text { _ in "-" }
    let category = try table(marked, CSVFormat(columnTypes: ["n": .category]))
    #expect(category.schema.columns[0].type == .category)
    #expect(category.table.columns[0].missingCount == 0)
    let number = try table(marked, CSVFormat(columnTypes: ["n": .number]))
    #expect(number.table.columns[0].missingCount == 10)
    _ = try number.features()
    let said = try table(marked, CSVFormat(missingMarks: ["NA"]))
    #expect(said.schema.columns[0].type == .category)
    let target = try table(marked, CSVFormat(target: .column("n")))
    #expect(target.labels?[5] == "-")
  }

  @Test func aModelsTableIsReadWithItsMarks() throws {
    let schema = try table(text { _ in "k. A." }).schema
    let later = "n,colour,kind\nk. A.,red,0\n2.5,k. A.,1\n"
    let table = try table(later, CSVFormat(schema: schema))
    #expect(table.table.columns[0].missingCount == 1 && table.table.columns[1].missingCount == 0)
    // Those that were said hold in all columns, unless others are said later.
    let said = try self.table(
      "a,b,kind\n1,x,0\n-999,y,1\n", CSVFormat(missingMarks: ["-999"])
    ).schema
    let rows = "a,b,kind\n-999,-999,0\n"
    let marked = try self.table(rows, CSVFormat(schema: said))
    #expect(marked.table.columns.prefix(2).map(\.missingCount) == [1, 1])
    let other = try self.table(rows, CSVFormat(missingMarks: ["NA"], schema: said))
    #expect(other.table.columns.prefix(2).map(\.missingCount) == [0, 0])
  }

  @Test func aSchemaKeepsItsMarksInAFile() throws {
    let found = try table(text { _ in "k. A." }).schema
    #expect(
      try JSONDecoder().decode(TableSchema.self, from: JSONEncoder().encode(found)) == found)
    for format in [CSVFormat(), CSVFormat(missingMarks: ["-999", "none"])] {
      let schema = try table("a,b,kind\n1,x,0\n-999,y,1\n", format).schema
      let decoded = try JSONDecoder().decode(
        TableSchema.self, from: JSONEncoder().encode(schema))
      #expect(decoded == schema)
      #expect((decoded.missingMarks == nil) == (format == CSVFormat()))
    }
  }

  @Test func aDateOfISO8601IsReadInALaterTableOfAnyOrder() throws {
    let dates = text({ _ in "31.12.2023" }, number: { "\($0 % 28 + 1).03.2024" })
    let schema = try table(dates).schema
    let table = try table(
      "n,colour,kind\n2024-03-05,red,0\n5.3.2024,red,1\n", CSVFormat(schema: schema))
    #expect(table.table.columns[0].text(inRow: 0) == "2024-03-05")
    #expect(table.table.columns[0].text(inRow: 1) == "2024-03-05")
  }
}
