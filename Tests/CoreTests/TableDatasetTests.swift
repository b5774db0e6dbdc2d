// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

/// A table whose classes stand in a column becomes a data set.
@Suite struct TableDatasetTests {
  private func table(_ classes: Table.Column) throws -> Table {
    try Table([
      .numbers((0..<classes.count).map { Double($0) }, name: "a"), classes,
      .numbers((0..<classes.count).map { Double(2 * $0) }, name: "b"),
    ])
  }

  @Test func oneColumnHoldsTheClassesAndTheOthersAreFeatures() throws {
    let dataset = try LabeledDataset(
      table: table(.categories(["rose", "iris", "rose"], name: "kind")), target: "kind")
    #expect(dataset.classNames == ["iris", "rose"] && dataset.labels == [1, 0, 1])
    #expect(dataset.features.table?.columnNames == ["a", "b"])
    #expect(dataset.features.row(2) == [2, 4])
    #expect(dataset.schema?.target?.name == "kind")
  }

  @Test func numbersAreClassesInTheOrderOfTheirValues() throws {
    let dataset = try LabeledDataset(
      table: table(.numbers([10, 9, 10], name: "kind")), target: "kind")
    #expect(dataset.classNames == ["9", "10"] && dataset.labels == [1, 0, 1])
  }

  @Test func classesThatNoRowHasAreNone() throws {
    let all = try table(.categories(["c", "a", "b", "a"], name: "kind"))
    let some = try LabeledDataset(table: all.selecting(rows: [1, 2, 3]), target: "kind")
    #expect(some.classNames == ["a", "b"])
    let known = try LabeledDataset(
      table: all, target: "kind", knownClassNames: ["d", "c", "b", "a"])
    #expect(known.classNames == ["d", "c", "b", "a"] && known.labels == [1, 3, 2, 3])
  }

  @Test func whatCannotBeLabelledIsAnError() throws {
    let gap = try table(.categories(["x", nil, "y"], name: "kind"))
    let missing = #expect(throws: SoftmaxError.self) {
      try LabeledDataset(table: gap, target: "kind")
    }
    #expect(missing?.location == .row(1, column: nil))
    let one = try table(.categories(["x", "x"], name: "kind"))
    #expect(throws: SoftmaxError.self) { try LabeledDataset(table: one, target: "kind") }
    #expect(throws: SoftmaxError.self) { try LabeledDataset(table: one, target: "none") }
  }

  @Test func columnsHoldWeightsAndGroupsOrTimes() throws {
    let table = try Table([
      .numbers([1, 2, 3], name: "a"), .categories(["x", "y", "x"], name: "kind"),
      .numbers([2, 0, 0.5], name: "w"), .categories(["p", "q", "p"], name: "patient"),
      .dates(secondsSince1970: [86_400, 0, 86_400], name: "day"),
    ])
    let grouped = try LabeledDataset(
      table: table.selecting(columns: [0, 1, 2, 3]), target: "kind", weight: "w", group: "patient")
    #expect(grouped.sampleWeights == [2, 0, 0.5] && grouped.origins == .groups([0, 1, 0]))
    #expect(grouped.features.table?.columnNames == ["a"])
    #expect(grouped.schema?.columns.map(\.role) == [.feature, .classes, .weights, .groups])
    let timed = try LabeledDataset(
      table: table.selecting(columns: [0, 1, 4]), target: "kind", time: "day")
    #expect(timed.origins == .times([86_400, 0, 86_400]))
    #expect(throws: SoftmaxError.self) {
      try LabeledDataset(table: table, target: "kind", group: "patient", time: "day")
    }
    #expect(throws: SoftmaxError.self) {
      try LabeledDataset(table: table, target: "kind", weight: "w", group: "w")
    }
    for weights in [[1, -1, 1], [1, nil, 1], [0, 0, 0], [1, 1e300, 1]] as [[Double?]] {
      let wrong = try Table([
        .numbers([1, 2, 3], name: "a"), .categories(["x", "y", "x"], name: "kind"),
        .numbers(weights, name: "w"),
      ])
      let error = #expect(throws: SoftmaxError.self) {
        try LabeledDataset(table: wrong, target: "kind", weight: "w")
      }
      #expect(error?.code == .invalidData)
    }
    for (group, time) in [("none", nil), (nil, "kind"), ("gaps", nil)] as [(String?, String?)] {
      let wrong = try Table(
        table.columns + [.categories(["x", nil, "y"], name: "gaps")])
      #expect(throws: SoftmaxError.self) {
        try LabeledDataset(table: wrong, target: "patient", group: group, time: time)
      }
    }
  }
}
