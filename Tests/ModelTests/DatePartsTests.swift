// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// Dates become numbers that a network can learn from.
@Suite struct DatePartsTests {
  private func dataset(_ columns: [Table.Column]) throws -> LabeledDataset {
    let classes = Table.Column.categories((0..<columns[0].count).map { "\($0 % 2)" }, name: "kind")
    return try LabeledDataset(table: Table(columns + [classes]), target: "kind")
  }

  private func seconds(_ year: Int, _ month: Int, _ day: Int, _ second: Double = 0) throws -> Double
  {
    let date = try #require(CivilDate(year: year, month: month, day: day))
    return Double(date.daysSince1970) * 86_400 + second
  }

  @Test func aDateBecomesItsDaysAndPlacesOnTheCirclesOfYearAndWeek() throws {
    // A Friday in March and a Sunday in December, before 1970.
    let dates = [try seconds(2024, 3, 1), try seconds(1969, 12, 28)]
    let rows = try dataset([.dates(secondsSince1970: dates, name: "when")])
    let pipeline = try Pipeline(fittedTo: rows)
    #expect(
      pipeline.description == "columns, gaps of later rows filled, 1 column of dates in parts")
    #expect(
      pipeline.featureNames == [
        "when, days", "when, month, sine", "when, month, cosine", "when, weekday, sine",
        "when, weekday, cosine",
      ])
    let values = try pipeline.apply(to: rows.features).matrix
    #expect(values.columnCount == 5)
    for (row, (days, month, weekday)) in [(19_783.0, 2.0, 5.0), (-4, 11, 0)].enumerated() {
      let angles = [2 * Double.pi * month / 12, 2 * Double.pi * weekday / 7]
      let expected = [days] + angles.flatMap { [sin($0), cos($0)] }
      for (value, exact) in zip(values.elements[(5 * row)..<(5 * row + 5)], expected) {
        #expect(abs(Double(value) - exact) < 1e-6)
      }
    }
  }

  @Test func theHourIsAPartWhereADateHasATimeOfDay() throws {
    for (hour, second) in [(0.0, 3_599.0), (6, 6 * 3_600), (23, 86_399.5)] {
      let dates = [try seconds(2024, 3, 1, second), try seconds(1950, 3, 1, second)]
      let rows = try dataset([.dates(secondsSince1970: dates)])
      let values = try Pipeline(fittedTo: rows).apply(to: rows.features).matrix
      #expect(values.columnCount == 7)
      for row in 0..<2 {
        #expect(abs(Double(values.elements[7 * row + 5]) - sin(2 * .pi * hour / 24)) < 1e-6)
        #expect(abs(Double(values.elements[7 * row + 6]) - cos(2 * .pi * hour / 24)) < 1e-6)
      }
      #expect(abs(Double(values.elements[0]) - 19_783 - second / 86_400) < 2e-3)
    }
  }

  @Test func aMissingDateIsTheMedianWithAFlag() throws {
    let dates: [Double?] = [
      try seconds(2024, 3, 1), nil, try seconds(2024, 3, 3), try seconds(2024, 3, 2),
    ]
    let rows = try dataset([
      .numbers([1, 2, 3, 4], name: "a"), .dates(secondsSince1970: dates, name: "when"),
    ])
    let pipeline = try Pipeline([.standardize], fittedTo: rows)
    #expect(
      pipeline.description
        == "columns, gaps filled, with a flag for 1 column, 1 column of dates in parts, standardized"
    )
    let values = try pipeline.apply(to: rows.features).matrix
    #expect(values.columnCount == 7)
    // The filled row is that of the median, but for its flag.
    #expect(values.elements[8..<13].elementsEqual(values.elements[22..<27]))
    #expect(values.elements[13] != values.elements[27])
    #expect(pipeline.featureNames?.last == "when is missing")
  }

  @Test func aStepIsOfItsColumns() throws {
    let rows = try dataset([.dates(secondsSince1970: [0, 1], name: "when")])
    let pipeline = try Pipeline(fittedTo: rows)
    let numbers = try Table([.numbers([1, 2], name: "when")])
    let error = #expect(throws: SoftmaxError.self) { try pipeline.apply(to: .columns(numbers)) }
    #expect(error?.message == "the column \"when\" is of the type number, expected dates")
    let matrix = try Matrix(rowCount: 1, columnCount: 1, elements: [1])
    #expect(throws: SoftmaxError.self) { try pipeline.apply(to: .floats(matrix)) }
    #expect(throws: SoftmaxError.self) {
      let floats = try LabeledDataset(
        features: .floats(matrix), labels: [0], classNames: ["a", "b"])
      return try Pipeline([.dateParts], fittedTo: floats)
    }
  }

  @Test func aDateBeyondTheCalendarDoesNotTrap() throws {
    let rows = try dataset([.dates(secondsSince1970: [1e300, -1e300, 1e18, 0])])
    let pipeline = try Pipeline(fittedTo: rows)
    #expect(throws: SoftmaxError.self) { try pipeline.apply(to: rows.features) }
  }
}
