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
      #expect(table.schema.missingMarks == CSVFormat.defaultMissingMarks + [mark])
      #expect(table.note.contains("read as comma, \"\(mark)\" as missing, header, 60 rows"))
    }
    let percent = try table(text({ _ in "k. A." }, number: { "\($0).5 %" }))
    #expect(percent.schema.columns[0].type == .number)
    #expect(percent.table.columns[0].missingCount == 10)
    let dates = try table(text({ _ in "never" }, number: { "2024-03-\($0 % 28 + 1)" }))
    #expect(dates.schema.columns[0].type == .date)
    #expect(dates.table.columns[0].missingCount == 10)
  }

  @Test func textsThatDifferAreCategories() throws {
    let names = try table(text { $0 % 12 == 5 ? "few" : "many" })
    #expect(names.schema.columns[0].type == .category && names.schema.missingMarks == nil)
    // Of few different numbers the text is one more category.
    let doors = try table(text({ _ in "more" }, number: { "\($0 % 4 + 2)" }))
    #expect(doors.schema.columns[0].type == .category)
    #expect(doors.table.columns[0].missingCount == 0)
    // Codes with digits are no marks.
    let codes = try table(text { _ in "A7" })
    #expect(codes.schema.columns[0].type == .category)
  }

  @Test func whatIsSaidOfAColumnOrOfMissingCellsHolds() throws {
    let marked = text { _ in "-" }
    let category = try table(marked, CSVFormat(columnTypes: ["n": .category]))
    #expect(category.schema.columns[0].type == .category)
    #expect(category.table.columns[0].missingCount == 0)
    let target = try table(marked, CSVFormat(target: .column("n")))
    #expect(target.labels?[5] == "-")
  }

  @Test func aModelsTableIsReadWithItsMarks() throws {
    let schema = try table(text { _ in "k. A." }).schema
    let later = "n,colour,kind\nk. A.,red,0\n2.5,k. A.,1\n"
    let table = try table(later, CSVFormat(schema: schema))
    #expect(table.table.columns[0].missingCount == 1 && table.table.columns[1].missingCount == 1)
    // Marks that are said come first.
    #expect(throws: SoftmaxError.self) {
      try self.table(later, CSVFormat(missingMarks: ["NA"], schema: schema)).features()
    }
  }

  @Test func aSchemaKeepsItsMarksInAFile() throws {
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
