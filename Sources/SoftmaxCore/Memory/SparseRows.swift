// SPDX-License-Identifier: Apache-2.0

/// The memory of a ``SparseMatrix``, valid only during the call of the closure that gets it.
@safe
package struct SparseRows: @unchecked Sendable, BitwiseCopyable {
  package let rowCount: Int
  package let columnCount: Int
  // Nil if there are no rows or no entries.
  private let offsets: UnsafePointer<Int>?
  private let columns: UnsafePointer<Int32>?
  private let values: UnsafePointer<Float>?

  fileprivate init(
    _ matrix: SparseMatrix, _ offsets: UnsafePointer<Int>?, _ columns: UnsafePointer<Int32>?,
    _ values: UnsafePointer<Float>?
  ) {
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    unsafe self.offsets = offsets
    unsafe self.columns = columns
    unsafe self.values = values
  }

  /// Returns the number of entries of the rows before `row`.
  package func entryCount(before row: Int) -> Int {
    precondition(row >= 0 && row <= rowCount, "no such row")
    guard let offsets = unsafe offsets else { return 0 }
    return unsafe offsets[row]
  }

  /// Returns the number of entries of the rows after `row`.
  package func entryCount(after row: Int) -> Int {
    entryCount(before: rowCount) - entryCount(before: row + 1)
  }

  /// Calls `body` with the number of entries of a row, their columns and their values.
  func withEntries<Result>(
    ofRow row: Int, _ body: (Int, UnsafePointer<Int32>?, UnsafePointer<Float>?) -> Result
  ) -> Result {
    let (begin, end) = (entryCount(before: row), entryCount(before: row + 1))
    return unsafe body(
      end - begin, columns.map { unsafe $0 + begin }, values.map { unsafe $0 + begin })
  }

  /// Copies a range of columns of a row as floats.
  func copy(row: Int, columns range: Range<Int>, to y: MatrixView, row target: Int) {
    precondition(target >= 0 && target < y.rowCount && range.count <= y.columnCount, "no such row")
    let first = unsafe y.base + target * y.stride
    unsafe first.update(repeating: 0, count: range.count)
    unsafe withEntries(ofRow: row) { count, columns, values in
      guard let columns = unsafe columns, let values = unsafe values else { return }
      for entry in 0..<count {
        let column = unsafe Int(columns[entry]) - range.lowerBound
        if column >= 0, column < range.count { unsafe first[column] = values[entry] }
      }
    }
  }
}

extension SparseMatrix {
  /// Calls `body` with the memory of the rows.
  package func withRows<Result>(_ body: (SparseRows) throws -> Result) rethrows -> Result {
    try unsafe rowOffsets.withUnsafeBufferPointer { offsets in
      try unsafe columns.withUnsafeBufferPointer { columns in
        try unsafe values.withUnsafeBufferPointer { values in
          try body(
            unsafe SparseRows(
              self, offsets.baseAddress, columns.baseAddress, values.baseAddress))
        }
      }
    }
  }
}
