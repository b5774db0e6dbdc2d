// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension Features {
  /// Returns the values of a row in the type of the storage: doubles or texts for a table, otherwise
  /// floats.
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
