// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The cells of all rows of which a model's training had none.
struct UnknownValues {
  private var columns: [UnknownCells] = []

  /// Adds the rows of a block.
  mutating func add(_ block: [UnknownCells]) {
    columns = columns.isEmpty ? block : zip(columns, block).map { $0 + $1 }
  }

  /// A message for each column that has such cells.
  var messages: [String] {
    columns.filter { $0.count > 0 }.map { column in
      guard case .category(let mayBeRare) = column.kind else {
        let cells =
          column.count == 1 ? "1 cell is" : "\(NumberText.grouped(column.count)) cells are"
        return PrintableText.line(
          "column \(column.column): \(cells) missing, where training had none")
      }
      let cells =
        column.count == 1
        ? "1 cell has a value" : "\(NumberText.grouped(column.count)) cells have values"
      let rarely = mayBeRare ? ", or had too rarely" : ""
      let example = PrintableText.shortened(column.example ?? "", to: 40).debugDescription
      return PrintableText.line(
        "column \(column.column): \(cells) that training did not have\(rarely), such as \(example)")
    }
  }
}
