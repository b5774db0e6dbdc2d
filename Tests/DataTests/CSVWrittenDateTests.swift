// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// Dates and dates with times of day in tables.
@Suite struct CSVWrittenDateTests {
  private func table(
    _ cells: [String], _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    let lines = cells.enumerated().map { "\($1),\($0 % 2)" }
    let text = (["when,kind"] + lines).joined(separator: "\n")
    return try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  private func texts(_ cells: [String], _ format: CSVFormat = CSVFormat()) throws -> [String?] {
    let column = try table(cells, format).table.columns[0]
    try #require(column.type == .date, "\(cells)")
    return (0..<column.count).map { column.text(inRow: $0) }
  }

  @Test func datesAreReadInEachOfTheOrders() throws {
    let expected = ["2024-03-31", "1999-12-01", nil]
    for cells in [
      ["2024-03-31", "1999-12-01", ""], ["2024/3/31", "1999/12/1", "NA"],
      ["2024.03.31", "1999.12.01", ""], ["31/03/2024", "1/12/1999", ""],
      ["31.3.2024", "01.12.1999", ""],
      ["3/31/2024", "12/01/1999", ""], ["03-31-2024", "12-1-1999", "?"],
    ] {
      #expect(try texts(cells) == expected, "\(cells)")
    }
  }

  @Test func timesOfDayHaveFractionsOffsetsAndHalves() throws {
    for (cell, text) in [
      ("2024-03-01T12:30:05Z", "2024-03-01T12:30:05Z"),
      ("2024-03-01 12:30", "2024-03-01T12:30:00Z"),
      ("2024-03-01 00:00:00", "2024-03-01"), ("2024-03-01t23:59:59.25z", "2024-03-01T23:59:59.25Z"),
      ("2024-03-01T01:00:00+02:00", "2024-02-29T23:00:00Z"),
      ("2024-03-01T22:00:00-0330", "2024-03-02T01:30:00Z"),
      ("2024-03-01T05:00+01", "2024-03-01T04:00:00Z"),
      ("2016-12-31T23:59:60Z", "2017-01-01"), ("2024-03-01 12:05 AM", "2024-03-01T00:05:00Z"),
      ("2024-03-01 1:05:07 pm", "2024-03-01T13:05:07Z"),
    ] {
      #expect(try texts([cell, "2000-01-01"]) == [text, "2000-01-01"], "\(cell)")
    }
  }

  @Test func whatIsNoDateIsACategory() throws {
    for cell in [
      "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00",
      "0000-01-01",
      "2024-1", "2024-03-01T", "2024-03-01T24:00", "2024-03-01T12", "2024-03-01T12:60",
      "2024-03-01 x",
      "2024-03/01", "24-03-01", "2024-03-01T12:00+25:00", "2024-03-01 13:00 PM",
      "2024-03-01T12:00:61",
    ] {
      #expect(
        try table([cell, "2000-01-01", cell]).schema.features[0].type == .category, "\(cell)")
    }
    // A day above 12 in each place.
    #expect(
      try table(["31/03/2024", "03/31/2024", "31/03/2024"]).schema.features[0].type == .category)
    #expect(try texts(["2000-02-29", "1600-02-29"]) == ["2000-02-29", "1600-02-29"])
  }

  @Test func datesThatMayBeginWithEitherAreSaid() throws {
    for (cells, text, begins) in [
      (["03/04/2024"], "2024-03-04", "a date like 03/31/2024"),
      (["03.04.2024"], "2024-04-03", "a date like 31/03/2024"),
    ] {
      #expect(try texts(cells + cells) == [text, text])
      let warnings = try table(cells + cells).warnings
      #expect(
        warnings == [
          "\"when\" may begin with the day or with the month; it is read as \(begins): write dates like "
            + "2024-03-31 if that is wrong"
        ])
    }
    #expect(try table(["03/04/2024", "13/04/2024"]).warnings.isEmpty)
  }

  @Test func aModelKnowsTheOrderOfItsDates() throws {
    let schema = try table(["31/03/2024", "03/04/2024"]).schema
    #expect(schema.columns[0].notation == CellNotation(dateOrder: .dayFirst))
    let later = CSVFormat(schema: schema)
    #expect(try texts(["03/04/2024"], later) == ["2024-04-03"])
    let error = #expect(throws: SoftmaxError.self) {
      try self.table(["03/04/2024", "03/31/2024"], later).features()
    }
    #expect(error?.message == "expected a date like 31/03/2024 in \"when\", got \"03/31/2024\"")
    #expect(error?.location == .cell(path: "table.csv", line: 3, column: 1))
  }

  @Test func theTypeOfDatesCanBeSaid() throws {
    let dates = ["2024-03-01", "2024-03-02", "2024-03-01"]
    let said = CSVFormat(columnTypes: ["when": .category])
    #expect(try table(dates, said).schema.features[0].type == .category)
    let mixed = ["2024-03-01", "soon", "never", "2024-03-01"]
    #expect(try table(mixed).schema.features[0].type == .category)
    let error = #expect(throws: SoftmaxError.self) {
      try self.table(mixed, CSVFormat(columnTypes: ["when": .date])).features()
    }
    #expect(
      error?.message
        == "expected a date like 2024-03-31 in \"when\", got \"soon\" (and 1 more: line 4, column 1, "
        + "got \"never\")")
    // The classes may be dates.
    let classes = try CSVTable.decode(
      Array("a,day\n1,2024-03-01\n2,2024-03-02\n".utf8), name: "table.csv")
    #expect(classes.labels == ["2024-03-01", "2024-03-02"])
  }

  @Test func datesAreNoIdentifiersAndTheNoteCountsThem() throws {
    let cells = (0..<30).map { "2024-01-\($0 < 9 ? "0" : "")\($0 + 1)" }
    let table = try table(cells)
    #expect(table.identifiers == [])
    #expect(
      table.note
        == "read as comma, header, 30 rows, 1 column of dates, classes in \"kind\" (the last column)"
    )
  }

  @Test func theOrderThatOnlyLaterLinesTellIsThatOfAll() throws {
    // More lines than the sample has, all in the first days of a month, and then a day above 12.
    let days = (0..<300).map { "0\($0 % 9 + 1)/02/2024" } + ["13/02/2024"]
    let lines = days.enumerated().map { "\($1),\($0 % 2)" }
    let text = (["day,kind"] + lines).joined(separator: "\n")
    let table = try CSVTable.decode(Array(text.utf8), name: "table.csv")
    #expect(table.table.columns[0].type == .date && table.warnings.isEmpty)
    #expect(table.table.columns[0].text(inRow: 0) == "2024-02-01")
    #expect(table.table.columns[0].text(inRow: 300) == "2024-02-13")
  }

  @Test func aFewCellsThatAreNoDatesAreErrorsAmongDates() throws {
    let days = (0..<30).map { "2024-03-\(10 + $0 % 20)" }
    for wrong in ["soon", "2023-02-30"] {
      let text = (["day,kind"] + (days + [wrong]).enumerated().map { "\($1),\($0 % 2)" })
        .joined(separator: "\n")
      let failure = error { () throws(SoftmaxError) in
        _ = try CSVTable.decode(Array(text.utf8), name: "table.csv").features()
      }
      #expect(failure?.location?.line == 32 && failure?.message.contains(wrong) == true)
    }
  }
}
