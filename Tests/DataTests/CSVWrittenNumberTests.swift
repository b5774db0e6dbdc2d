// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// Numbers as people write them are read where all cells of a column say how, and never by a guess.
@Suite struct CSVWrittenNumberTests {
  private func table(
    _ cells: [String], _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    let lines = cells.enumerated().map { "\($1);\($0 % 2)" }
    let text = (["x;kind"] + lines).joined(separator: "\n")
    return try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  private func numbers(_ cells: [String], _ format: CSVFormat = CSVFormat()) throws -> [Double?] {
    let column = try table(cells, format).table.columns[0]
    try #require(column.type == .number, "\(cells)")
    return (0..<column.count).map { column.number(inRow: $0) }
  }

  @Test func thousandsAreReadWhereTheColumnTellsThemFromDecimals() throws {
    for (cells, values) in [
      (["1,234.5", "12", "1,234"], [1234.5, 12, 1234]),
      (["1.234,5", "12", "1.234"], [1234.5, 12, 1234]),
      (["1,234,567", "-1,234"], [1_234_567, -1234]), (["1.234.567", "+1.234"], [1_234_567, 1234]),
      (["1 234", "12,5", "999"], [1234, 12.5, 999]), (["1\u{202f}234.25", "7"], [1234.25, 7]),
      (["1'234.5", "12"], [1234.5, 12]),
    ] {
      #expect(try numbers(cells) == values, "\(cells)")
    }
    // The decimal mark of the file says it, whether found or given.
    let text = "x;y;kind\n1,234;0.5;a\n999;1.5;b\n"
    let table = try CSVTable.decode(Array(text.utf8), name: "table.csv")
    #expect(table.table.columns[0].number(inRow: 0) == 1234)
    #expect(try numbers(["1,234", "7"], CSVFormat(decimalMark: .point)) == [1234, 7])
    #expect(try numbers(["1.234", "7,5"], CSVFormat(decimalMark: .comma)) == [1234, 7.5])
  }

  @Test func aMarkThatMayBeEitherIsNoNumber() throws {
    for cells in [["1,234", "7"], ["1,234", "5,678"]] {
      let error = #expect(throws: SoftmaxError.self) { try self.table(cells).features() }
      #expect(error?.remedy?.contains("--decimal comma") == true)
    }
    // Groups that are no thousands, and numbers in two notations.
    for cells in [
      ["1,23,456", "1"], ["1234,567.5", "1"], ["0,123.5", "1"], ["1,234.5", "1.234,5"],
      ["1,234.5", "1 234"], ["1 2345", "7"],
    ] {
      let column = try table(cells + cells).table.columns[0]
      let isRead = column.type == .number && (0..<4).allSatisfy { column.number(inRow: $0) != nil }
      #expect(!isRead, "\(cells)")
    }
  }

  @Test func wholeNumbersBesideGroupsOfThreeDigitsHaveThousands() throws {
    let groups = (1...8).map { "\($0).754" }
    let thousands: [Double?] = (1...8).map { Double(1000 * $0 + 754) }
    #expect(try numbers(groups + ["911"]) == thousands + [911])
    let commas = (1...8).map { "\($0),754" }
    #expect(try numbers(commas + ["-1,234,567", "12"]) == thousands + [-1_234_567, 12])
    // They are decimals where no number is whole, or where one has other decimals, or begins with 0.
    let decimals: [Double?] = (1...8).map { Double($0) + 0.754 }
    #expect(try numbers(groups) == decimals)
    #expect(try numbers(groups + ["911", "2.5"]) == decimals + [911, 2.5])
    #expect(try numbers(groups + ["911", "0.125"]) == decimals + [911, 0.125])
  }

  @Test func decimalsThatOnlyACommaCanPrecedeTellTheMark() throws {
    let text = "people;share;kind\n4.022;0,25;a\n911;0,5;b\n"
    let table = try CSVTable.decode(Array(text.utf8), name: "table.csv")
    #expect(table.table.columns[0].number(inRow: 0) == 4022)
    #expect(table.table.columns[1].number(inRow: 0) == 0.25)
    // Three decimals after a 0 cannot be thousands.
    #expect(try numbers(["0,472", "1,125"]) == [0.472, 1.125])
  }

  @Test func aFewCellsThatAreNoNumbersAreErrorsAmongWrittenOnes() throws {
    let prices = (0..<30).map { "$1,\(200 + $0).50" }
    let failure = error { () throws(SoftmaxError) in
      _ = try table(prices + ["call us"]).features()
    }
    #expect(failure?.location?.line == 32)
    #expect(failure?.message.hasPrefix("expected a number like $1,234.5") == true)
    #expect(failure?.remedy?.contains("--missing") == true)
    let missing = CSVFormat(missingMarks: ["call us"])
    #expect(try numbers(prices + ["call us"], missing).last == .some(nil))
    // Many are categories.
    #expect(try table(prices + ["call us", "soon", "later"]).table.columns[0].type == .category)
  }

  @Test func aPercentageIsAHundredthRoundedOnce() throws {
    #expect(try numbers(["45%", "7 %", "-0.7%", "12.5%"]) == [0.45, 0.07, -0.007, 0.125])
    #expect(try numbers(["45,5 %", "7 %"]) == [0.455, 0.07])
    // A number without the sign may be a part or a hundredfold.
    #expect(try table(["45%", "0.5", "45%", "0.5"]).schema.features[0].type == .category)
  }

  @Test func theSignOfACurrencyMayStandBesideANumber() throws {
    #expect(try numbers(["$1,234", "$5.50", "-$7", "$-8", "9"]) == [1234, 5.5, -7, -8, 9])
    #expect(try numbers(["1.234,50 €", "7 €"]) == [1234.5, 7])
    #expect(try numbers(["12,50 €", "7 €"]) == [12.5, 7])
    #expect(try numbers(["£ 12.50", "£1,000"]) == [12.5, 1000])
    #expect(try table(["$5", "€5", "$5", "€5"]).schema.features[0].type == .category)
  }

  @Test func theNoteAndTheSchemaSayTheNotation() throws {
    let table = try table(["$1,234.50", "$5"])
    #expect(table.note.contains(", \"x\" with a number like $1,234.5, classes"))
    #expect(
      table.schema.columns[0].notation
        == CellNotation(thousands: .comma, decimalMark: .point, currency: "$"))
    #expect(try self.table(["1.5", "5"]).schema.columns[0].notation == nil)
  }

  /// One cell does not tell, and a model's table did.
  @Test func aLaterTableIsReadInTheNotationOfTheModels() throws {
    for (cells, later, value) in [
      (["1.234,5", "12"], "1.234", 1234.0), (["1,234.5", "12"], "1,234", 1234),
      (["4%", "5%"], "7%", 0.07),
    ] {
      let schema = try table(cells).schema
      #expect(try numbers([later], CSVFormat(schema: schema)) == [value])
    }
    let schema = try table(["4%", "5%"]).schema
    let error = #expect(throws: SoftmaxError.self) {
      try self.table(["4%", "5"], CSVFormat(schema: schema)).features()
    }
    #expect(error?.message == "expected a percentage like 12.5% in \"x\", got \"5\"")
    #expect(error?.location == .cell(path: "table.csv", line: 3, column: 1))
  }

  @Test func aCellBehindTheFirstLinesInAnotherNotationIsAnError() throws {
    let cells = (0..<400).map { $0 == 300 ? "many" : "$\($0)" }
    let error = #expect(throws: SoftmaxError.self) { try self.table(cells).features() }
    #expect(error?.location == .cell(path: "table.csv", line: 302, column: 1))
    // As among other numbers, many texts say that all are.
    let texts = (0..<400).map { $0 >= 300 ? "many" : "$\($0)" }
    #expect(try table(texts).schema.features[0].type == .category)
    // Gaps are gaps.
    let gaps = (0..<400).map { $0 % 3 == 1 ? "" : "$\($0)" }
    #expect(try table(gaps).table.columns[0].missingCount == 133)
  }
}
