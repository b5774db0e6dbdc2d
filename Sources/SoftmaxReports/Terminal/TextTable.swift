// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Cells in columns for a terminal: the first column to the left, the others to the right.
package enum TextTable {
  /// A line for each row; between two columns is at least one blank, however wide their cells are.
  ///
  /// - Parameters:
  ///   - rows: the cells, already safe for a terminal.
  ///   - first: the least width of the first column.
  ///   - others: the least width of each other column, with the blanks before it.
  package static func lines(_ rows: [[String]], first: Int, others: Int) -> [String] {
    func width(_ column: Int) -> Int {
      let widest = rows.map { column < $0.count ? PrintableText.width($0[column]) : 0 }.max() ?? 0
      return column == 0 ? max(first, widest) : max(others, widest + 1)
    }
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map(width)
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        column == 0
          ? PrintableText.padded(cell.0, to: cell.1)
          : PrintableText.rightAligned(cell.0, to: cell.1)
      }.joined()
    }
  }
}
