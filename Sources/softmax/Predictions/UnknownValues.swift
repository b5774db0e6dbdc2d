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
      PrintableText.line("column \(column.column): " + Self.message(column))
    }
  }

  private static func message(_ column: UnknownCells) -> String {
    let count = NumberText.grouped(column.count)
    switch column.kind {
    case .gap(let isMedian):
      return (column.count == 1 ? "1 cell is" : "\(count) cells are")
        + " missing, where training had none"
        + (isMedian ? "; the median stands there, and probabilities may be far too high" : "")
    case .category(let mayBeRare):
      let example = PrintableText.shortened(column.example ?? "", to: 40).debugDescription
      return (column.count == 1 ? "1 cell has a value" : "\(count) cells have values")
        + " that training did not have\(mayBeRare ? ", or had too rarely" : ""), such as \(example)"
    }
  }
}
