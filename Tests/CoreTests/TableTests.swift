// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct TableTests {
  private func flowers() throws -> Table {
    try Table([
      .numbers([5.1, nil, 6.3], name: "petal"), .categories(["a", nil, "b"], name: "kind"),
      .numbers([1, 2, 3]),
    ])
  }

  @Test func cellsAreNumbersTextsOrMissing() throws {
    let table = try flowers()
    #expect(table.rowCount == 3)
    #expect(table.columns.map(\.type) == [.number, .category, .number])
    #expect((0..<3).map { table.columns[0].number(inRow: $0) } == [5.1, nil, 6.3])
    #expect((0..<3).map { table.columns[1].text(inRow: $0) } == ["a", nil, "b"])
    #expect((0..<3).map { table.columns[2].text(inRow: $0) } == ["1", "2", "3"])
    #expect(table.columns.map(\.missingCount) == [1, 1, 0])
  }

  @Test func numbersThatAreNotFiniteAreMissing() {
    let column = Table.Column.numbers([.nan, .infinity, 1])
    #expect(column.missingCount == 2)
  }

  @Test func missingCellsAreEqualToMissingCells() throws {
    #expect(try flowers() == flowers())
    #expect(Table.Column.numbers([nil]) != Table.Column.numbers([0]))
    #expect(Table.Column.categories(["b", "a"]) != Table.Column.categories(["a", "b"]))
  }

  @Test func aColumnIsFoundByItsName() throws {
    #expect(try flowers().place(ofColumn: "kind") == 1)
    #expect(try flowers().columnNames == nil)
    #expect(throws: SoftmaxError.self) { try flowers().column("colour") }
    let twice = try Table([.numbers([1], name: "x"), .numbers([2], name: "x")])
    #expect(throws: SoftmaxError.self) { try twice.column("x") }
  }

  @Test func columnsOfDifferentLengthsAreAnError() {
    let error = #expect(throws: SoftmaxError.self) {
      try Table([.numbers([1, 2], name: "x"), .numbers([1])])
    }
    #expect(error?.code == .shapeMismatch)
  }

  @Test func rowsAndColumnsAreChosenInTheOrderGiven() throws {
    let chosen = try flowers().selecting(rows: [2, 0]).selecting(columns: [2, 1])
    #expect(chosen.columns[0].number(inRow: 0) == 3)
    #expect(chosen.columns[1].text(inRow: 1) == "a")
  }

  @Test func aTablesColumnsAreFeaturesThatKeepTheirDoubles() throws {
    let table = try Table([.numbers([16_777_216, 16_777_217]), .numbers([1, 2])])
    let features = Features.columns(table)
    #expect(features.rowCount == 2 && features.columnCount == 2)
    #expect(features.row(1) == [16_777_216, 2])
    #expect(features.matrix.elements == [16_777_216, 1, 16_777_216, 2])
    #expect(features.table?.columns[0].number(inRow: 1) == 16_777_217)
    try features.validateFinite()
  }

  @Test func aMissingTextIsAnotherFingerprintThanAnEmptyOne() throws {
    func fingerprint(_ texts: [String?]) throws -> String {
      try LabeledDataset(
        features: .columns(Table([.categories(texts)])), labels: [0, 1], classNames: ["a", "b"]
      ).fingerprint
    }
    #expect(try fingerprint([nil, "a"]) != fingerprint(["", "a"]))
    #expect(try fingerprint(["x", "a"]) == fingerprint(["x", "a"]))
  }

  @Test func aGapOrATextIsNoFeatureOfANetwork() throws {
    let gap = #expect(throws: SoftmaxError.self) {
      try Features.columns(Table([.numbers([1, nil], name: "x")])).validateFinite()
    }
    #expect(gap?.code == .nonFiniteValue && gap?.location == .row(1, column: 0))
    let text = #expect(throws: SoftmaxError.self) {
      try Features.columns(Table([.categories(["a"], name: "x")])).validateFinite()
    }
    #expect(text?.code == .invalidData)
  }
}
