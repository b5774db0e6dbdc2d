// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension Features {
  /// Returns the values of a row in the type of the storage: doubles or texts for a table, otherwise
  /// floats.
  func values(ofRow row: Int) -> [JSONValue] {
    guard let table else { return self.row(row).map { .float($0) } }
    return table.columns.map { column in
      column.type == .number
        ? JSONValue(column.number(inRow: row)) : JSONValue(column.text(inRow: row))
    }
  }
}
