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
}
