// SPDX-License-Identifier: Apache-2.0

// Columns of numbers that are filled row by row.
extension [[Double]] {
  /// The number of values to collect before they are moved into the columns; they fit in a cache.
  static var blockCount: Int { 1 << 13 }

  /// Appends rows, whose numbers follow each other row by row, to the columns.
  ///
  /// - Parameter rows: numbers; their count is a multiple of the number of columns.
  mutating func append(rows: [Double]) {
    let width = count
    guard width > 0 else { return }
    let rowCount = rows.count / width
    // At least 64 rows are moved at a time, because each call of `append` costs more than moving a number.
    let blockRowCount = Swift.max(64, Self.blockCount / width)
    unsafe withUnsafeTemporaryAllocation(
      of: Double.self, capacity: Swift.min(rowCount, blockRowCount)
    ) { column in
      for begin in stride(from: 0, to: rowCount, by: blockRowCount) {
        let end = Swift.min(begin + blockRowCount, rowCount)
        for place in 0..<width {
          for row in begin..<end {
            unsafe column.initializeElement(at: row - begin, to: rows[row * width + place])
          }
          unsafe self[place].append(
            contentsOf: UnsafeBufferPointer(rebasing: column[..<(end - begin)]))
        }
      }
    }
  }
}
