// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A table of comma-separated values into memory, with the types of its columns.
///
/// `table path=FILE`
enum TableMode {
  static func run(_ settings: Settings) throws {
    let path = try settings.text("path")
    var table = try CSVTable.read(path)
    try Worker.serve { _ in
      let start = Clock.now
      let fresh = try CSVTable.read(path)
      let seconds = Clock.now - start
      table = fresh  // The one before is freed outside of the time.
      let columns = table.table.columns.filter { $0.type == .number }
      // All bits of all numbers count, in any order.
      let bits = columns.reduce(0 as UInt64) { bits, column in
        (0..<column.count).reduce(bits) { $0 ^ (column.number(inRow: $1) ?? 0).bitPattern }
      }
      return [
        "seconds": .number(seconds), "rows": .number(Double(table.table.rowCount)),
        "sum": .number(Double(bits >> 12)),
      ]
    }
  }
}
