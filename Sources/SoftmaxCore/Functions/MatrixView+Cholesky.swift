// SPDX-License-Identifier: Apache-2.0

extension MatrixView {
  /// Replaces a small square matrix by its Cholesky factor and computes the inverse of the factor; returns false if
  /// the matrix is not positive definite.
  ///
  /// Only the lower triangle is read and replaced. An element is a sum in double over the columns before, ascending,
  /// and is rounded to a float.
  package func factorize(inverse: MatrixView) -> Bool {
    precondition(
      columnCount == rowCount && inverse.rowCount == rowCount && inverse.columnCount == rowCount,
      "shapes of a factor")
    let n = rowCount
    return unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: (n + 1) * n) { memory in
      // What is left of the rows, then the rows of the inverse; and a column of the factor, then a row's sums.
      let line = unsafe UnsafeMutableBufferPointer(rebasing: memory[(n * n)...])
      for row in 0..<n {
        for column in 0...row { unsafe memory[row * n + column] = Double(self[row, column]) }
      }
      for column in 0..<n {
        let pivot = unsafe memory[column * n + column]
        guard pivot > 0, pivot.isFinite else { return false }
        let root = pivot.squareRoot()
        self[column, column] = Float(root)
        for row in column + 1..<n {
          self[row, column] = unsafe Float(memory[row * n + column] / root)
          unsafe line[row] = Double(self[row, column])
        }
        for row in column + 1..<n {
          let factor = unsafe line[row]
          for k in column + 1...row { unsafe memory[row * n + k] -= factor * line[k] }
        }
      }
      for row in 0..<n {
        for column in 0..<n { unsafe line[column] = column == row ? 1 : 0 }
        for k in 0..<row {
          let factor = Double(self[row, k])
          for column in 0...k { unsafe line[column] -= factor * memory[k * n + column] }
        }
        for column in 0..<n {
          inverse[row, column] =
            unsafe column > row ? 0 : Float(line[column] / Double(self[row, row]))
          unsafe memory[row * n + column] = Double(inverse[row, column])
        }
      }
      return true
    }
  }
}
