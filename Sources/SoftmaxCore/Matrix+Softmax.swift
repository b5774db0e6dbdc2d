// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// The axis of a matrix along which a function runs.
public enum Axis: Sendable {
  /// Each row by itself: the elements of a row are the classes.
  case rows
  /// Each column by itself.
  case columns
}

extension Matrix {
  /// The softmax of each row, or of each column.
  ///
  /// softmax(x)_j = exp(x_j - max x) / sum over k of exp(x_k - max x), which never overflows. Rows of
  /// the result sum to 1 up to rounding. A row with NaN, with +infinity or of nothing but -infinity
  /// gives a row of NaN.
  ///
  /// ```swift
  /// let probabilities = try Matrix([[3, 1, -3]]).softmax()     // 0.88, 0.12, 0.00
  /// ```
  public func softmax(along axis: Axis = .rows) -> Matrix {
    unsafe map(along: axis) { x, y in
      unsafe Kernels.active.table.pointee.softmax_rows(
        rowCount(axis), columnCount(axis), x, columnCount(axis), y, columnCount(axis))
    }
  }

  /// The logarithm of the softmax of each row, or of each column.
  ///
  /// log softmax(x)_j = (x_j - max x) - ln(sum over k of exp(x_k - max x)): exact where the
  /// probability itself would underflow. Special rows as in ``softmax(along:)``.
  public func logSoftmax(along axis: Axis = .rows) -> Matrix {
    unsafe map(along: axis) { x, y in
      unsafe Kernels.active.table.pointee.log_softmax_rows(
        rowCount(axis), columnCount(axis), x, columnCount(axis), y, columnCount(axis))
    }
  }

  /// The logarithm of the sum of the exponentials of each row, or of each column.
  ///
  /// ln(sum over k of exp(x_k)) = max x + ln(sum over k of exp(x_k - max x)). NaN where a row has
  /// one; -infinity for a row of nothing but -infinity or of nothing at all.
  public func logSumExp(along axis: Axis = .rows) -> [Float] {
    let source = axis == .rows ? self : transposed()
    var result = [Float](repeating: 0, count: source.rowCount)
    unsafe source.elements.withUnsafeBufferPointer { x in
      unsafe result.withUnsafeMutableBufferPointer { y in
        unsafe Kernels.active.table.pointee.log_sum_exp_rows(
          source.rowCount, source.columnCount, x.baseAddress, source.columnCount, y.baseAddress)
      }
    }
    return result
  }

  private func rowCount(_ axis: Axis) -> Int { axis == .rows ? rowCount : columnCount }
  private func columnCount(_ axis: Axis) -> Int { axis == .rows ? columnCount : rowCount }

  private func map(
    along axis: Axis, _ kernel: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void
  ) -> Matrix {
    var result = axis == .rows ? self : transposed()
    unsafe result.elements.withUnsafeMutableBufferPointer {
      unsafe kernel(UnsafePointer($0.baseAddress), $0.baseAddress)
    }
    return axis == .rows ? result : result.transposed()
  }
}

/// The softmax of a vector: exp(x_j - max x) / sum over k of exp(x_k - max x).
///
/// ```swift
/// softmax([3, 1, -3])                       // 0.88, 0.12, 0.00
/// softmax([1000, 1001, 1002])               // 0.09, 0.24, 0.67: nothing overflows
/// ```
public func softmax(_ logits: [Float]) -> [Float] {
  Matrix(vector: logits).softmax().elements
}

/// The logarithm of the softmax of a vector.
public func logSoftmax(_ logits: [Float]) -> [Float] {
  Matrix(vector: logits).logSoftmax().elements
}

/// The logarithm of the sum of the exponentials of a vector.
public func logSumExp(_ logits: [Float]) -> Float {
  Matrix(vector: logits).logSumExp()[0]
}

extension Matrix {
  fileprivate init(vector: [Float]) {
    self.init(rowCount: 1, columnCount: vector.count)
    elements = vector
  }
}

extension Matrix {
  /// The cross-entropy of each row of logits and its label: ln(sum over k of exp z_k) - z_label.
  ///
  /// - Precondition: a label for each row, within the columns.
  package func crossEntropies(of labels: [Int]) -> [Float] {
    precondition(labels.count == rowCount && labels.allSatisfy { 0..<columnCount ~= $0 })
    var losses = [Float](repeating: 0, count: rowCount)
    let labels = labels.map { Int32($0) }
    unsafe elements.withUnsafeBufferPointer { z in
      unsafe losses.withUnsafeMutableBufferPointer { loss in
        unsafe Kernels.active.table.pointee.cross_entropy_labels(
          rowCount, columnCount, z.baseAddress, columnCount, labels, 1, loss.baseAddress, nil, 0)
      }
    }
    return losses
  }

  /// The column of each row's greatest element, the first of equals; of NaN where there is one.
  package func mostLikelyClasses() -> [Int] {
    var index = [Int32](repeating: 0, count: rowCount)
    unsafe elements.withUnsafeBufferPointer { x in
      unsafe index.withUnsafeMutableBufferPointer { index in
        unsafe Kernels.active.table.pointee.argmax_rows(
          rowCount, columnCount, x.baseAddress, columnCount, index.baseAddress)
      }
    }
    return index.map { Int($0) }
  }
}
