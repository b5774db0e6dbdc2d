// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension Features {
  /// The values of one row as their storage has them: of a table doubles or texts, else floats.
  func values(ofRow row: Int) -> [JSONValue] {
    guard let table else { return self.row(row).map { .float($0) } }
    return table.columns.map { column in
      switch column.cells {
      case .numbers(let numbers): .number(numbers[row])
      case .categories: JSONValue(column.text(inRow: row))
      }
    }
  }
}
