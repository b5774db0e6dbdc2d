// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A table in text: the first column is aligned left, the others right.
package enum TextTable {
  /// Returns a line for each row; columns are separated by at least one blank, and grow with their cells.
  ///
  /// - Parameters:
  ///   - rows: the cells, without control characters.
  ///   - first: the minimum width of the first column.
  ///   - others: the minimum width of each other column, including the blanks before it.
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
