// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// Some successive rows of a table.
package struct CSVBlock: Sendable {
  /// The number of rows before the block.
  package let firstRow: Int
  /// The columns that are features, read; the cells of other columns are not.
  package let table: CSVTable
  /// All columns, as they are in the file.
  package let records: CSVRecords
  /// Whether no rows come after the block.
  package let isLast: Bool

  let columns: CSVColumns
  let marks: MissingMarks
  let decimalMark: CSVFormat.DecimalMark

  /// Calls `body` for each row with its index and all of its cells.
  ///
  /// In a column of numbers a cell is a number or, if it is none, a text; in other columns it is a text.
  ///
  /// - Throws: `invalidData` with line and column for a cell that is no text of UTF-8; the errors of `body`.
  package func forEachRow(
    _ body: (Int, [CSVCell]) throws(SoftmaxError) -> Void
  ) throws(SoftmaxError) {
    var cells: [CSVCell] = []
    try records.forEachRecord { row, scanner throws(SoftmaxError) in
      cells.removeAll(keepingCapacity: true)
      for (place, cell) in scanner.cells.enumerated() {
        guard let text = scanner.text(of: cell) else {
          throw SoftmaxError(
            .invalidData, "the cell is no text of UTF-8", remedy: "save the file again as UTF-8",
            at: records.location(row: row, column: place))
        }
        if let mark = columns.missingMarks[place], mark == text {
          cells.append(.missing)
          continue
        }
        cells.append(
          CSVCell(
            text, type: columns.types[place], notation: columns.notations[place],
            isClass: place == columns.target, marks: marks, decimalMark: decimalMark))
      }
      try body(row, cells)
    }
  }
}
