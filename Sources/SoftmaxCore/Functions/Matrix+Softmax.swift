// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// The axis of a matrix along which a function is computed.
public enum Axis: Sendable {
  /// Each row separately: the elements of a row are the classes.
  case rows
  /// Each column separately: the elements of a column are the classes.
  case columns
}

// Rows are independent, so any number of threads gives the same bits. Small matrices stay on the
// caller's thread.
extension Matrix {
  /// Returns the softmax of each row, or of each column.
  ///
  /// softmax(x)_j = exp(x_j - max x) / sum over k of exp(x_k - max x), which never overflows. Each row of
  /// the result sums to 1 up to rounding. A row that contains NaN or +infinity, or only -infinity, gives
  /// a row of NaN.
  ///
  /// ```swift
  /// let probabilities = try Matrix([[3, 1, -3]]).softmax()     // 0.88, 0.12, 0.00
  /// ```
  ///
  /// - Parameters:
  ///   - axis: whether the elements of each row or of each column sum to 1.
  ///   - team: the threads that share the work on a large matrix. If nil, a call that is large enough
  ///     starts threads and ends them.
  public func softmax(along axis: Axis = .rows, on team: WorkerTeam? = nil) -> Matrix {
    unsafe mapped(along: axis, on: team, Kernels.best.table.pointee.softmax_rows)
  }

  /// Replaces each row, or each column, by its softmax.
  ///
  /// The result is that of ``softmax(along:on:)``. Along rows, no memory for a second matrix is needed.
  ///
  /// ```swift
  /// var scores = try Matrix([[3, 1, -3], [1000, 1001, 1002]])
  /// scores.formSoftmax()
  /// ```
  public mutating func formSoftmax(along axis: Axis = .rows, on team: WorkerTeam? = nil) {
    unsafe map(along: axis, on: team, Kernels.best.table.pointee.softmax_rows)
  }

  /// Returns the logarithm of the softmax of each row, or of each column.
  ///
  /// log softmax(x)_j = (x_j - max x) - ln(sum over k of exp(x_k - max x)). The result is accurate even if
  /// the probability itself would underflow. Rows become NaN as in ``softmax(along:on:)``.
  public func logSoftmax(along axis: Axis = .rows, on team: WorkerTeam? = nil) -> Matrix {
    unsafe mapped(along: axis, on: team, Kernels.best.table.pointee.log_softmax_rows)
  }

  /// Replaces each row, or each column, by the logarithm of its softmax.
  public mutating func formLogSoftmax(along axis: Axis = .rows, on team: WorkerTeam? = nil) {
    unsafe map(along: axis, on: team, Kernels.best.table.pointee.log_softmax_rows)
  }

  /// Returns the logarithm of the sum of the exponentials of each row, or of each column.
  ///
  /// ln(sum over k of exp(x_k)) = max x + ln(sum over k of exp(x_k - max x)). The result is NaN for a row
  /// that contains NaN, else +infinity if it contains +infinity, and -infinity if all its elements are
  /// -infinity or it is empty.
  public func logSumExp(along axis: Axis = .rows, on team: WorkerTeam? = nil) -> [Float] {
    if axis == .columns { return transposed().logSumExp(on: team) }
    return unsafe [Float](unsafeUninitializedCapacity: rowCount) { y, count in
      withRows { x in
        let y = unsafe OutputVector(base: y.baseAddress)
        x.share(on: team) { rows in
          unsafe Kernels.best.table.pointee.log_sum_exp_rows(
            rows.count, x.columnCount, x[rows.lowerBound], x.columnCount, y[rows.lowerBound])
        }
      }
      count = rowCount
    }
  }

  /// Returns for each row the column of its first NaN, or else of its first greatest element.
  package func mostLikelyClasses(on team: WorkerTeam? = nil) -> [Int] {
    let index = unsafe [Int32](unsafeUninitializedCapacity: rowCount) { index, count in
      withRows { x in
        let index = unsafe OutputVector(base: index.baseAddress)
        x.share(on: team) { rows in
          unsafe Kernels.best.table.pointee.argmax_rows(
            rows.count, x.columnCount, x[rows.lowerBound], x.columnCount, index[rows.lowerBound])
        }
      }
      count = rowCount
    }
    return index.map { Int($0) }
  }
}

/// Returns the softmax of a vector: exp(x_j - max x) / sum over k of exp(x_k - max x).
///
/// ```swift
/// softmax([3, 1, -3])                       // 0.88, 0.12, 0.00
/// softmax([1000, 1001, 1002])               // 0.09, 0.24, 0.67: nothing overflows
/// ```
public func softmax(_ logits: [Float]) -> [Float] {
  Matrix(rowCount: 1, columnCount: logits.count, unchecked: logits).softmax().elements
}

/// Returns the logarithm of the softmax of a vector.
public func logSoftmax(_ logits: [Float]) -> [Float] {
  Matrix(rowCount: 1, columnCount: logits.count, unchecked: logits).logSoftmax().elements
}

/// Returns the logarithm of the sum of the exponentials of a vector.
public func logSumExp(_ logits: [Float]) -> Float {
  Matrix(rowCount: 1, columnCount: logits.count, unchecked: logits).logSumExp()[0]
}

// MARK: - Rows that threads share

extension Matrix {
  private func mapped(along axis: Axis, on team: WorkerTeam?, _ kernel: RowKernel) -> Matrix {
    guard axis == .rows else {
      var result = transposed()
      unsafe result.map(along: .rows, on: team, kernel)
      return result.transposed()
    }
    let mapped = unsafe [Float](unsafeUninitializedCapacity: elements.count) { y, count in
      withRows { x in
        unsafe x.apply(kernel, into: OutputVector(base: y.baseAddress), on: team)
      }
      count = elements.count
    }
    return Matrix(rowCount: rowCount, columnCount: columnCount, unchecked: mapped)
  }

  private mutating func map(along axis: Axis, on team: WorkerTeam?, _ kernel: RowKernel) {
    guard axis == .rows else {
      self = unsafe mapped(along: axis, on: team, kernel)
      return
    }
    withRowsInPlace { x, y in unsafe x.apply(kernel, into: y, on: team) }
  }

  /// Calls `body` with the memory of the rows.
  func withRows<Result>(_ body: (InputRows) -> Result) -> Result {
    unsafe elements.withUnsafeBufferPointer {
      body(unsafe InputRows(base: $0.baseAddress, rowCount: rowCount, columnCount: columnCount))
    }
  }

  /// Calls `body` with the memory of the rows, both as input and as output.
  mutating func withRowsInPlace<Result>(
    _ body: (InputRows, OutputVector<Float>) -> Result
  ) -> Result {
    let (rowCount, columnCount) = (rowCount, columnCount)
    return unsafe elements.withUnsafeMutableBufferPointer {
      body(
        unsafe InputRows(
          base: UnsafePointer($0.baseAddress), rowCount: rowCount, columnCount: columnCount),
        unsafe OutputVector(base: $0.baseAddress))
    }
  }

  /// Creates a matrix without checking that there are `rowCount * columnCount` elements.
  init(rowCount: Int, columnCount: Int, unchecked elements: [Float]) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }
}
