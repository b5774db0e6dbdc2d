// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Products of matrices, sums of their rows and columns, and the sum of two matrices. `docs/numerics.md`
// documents the chunks and the order of the sums.
extension Kernels {
  /// Computes c = a b (+ bias), each sum in ascending order inside chunks.
  ///
  /// This is the forward product of a layer whose outputs lie in vector lanes.
  package func multiply(
    _ a: MatrixView, _ b: MatrixView, bias: MatrixView? = nil, into c: MatrixView
  ) {
    precondition(
      a.columnCount == b.rowCount && c.rowCount == a.rowCount && c.columnCount == b.columnCount
        && (bias?.columnCount ?? c.columnCount) == c.columnCount, "shapes of a product")
    unsafe table.pointee.gemm_ascending(
      c.rowCount, c.columnCount + min(b.padding, c.padding, bias?.padding ?? c.padding),
      a.columnCount, softmax_unit_chunk(a.columnCount),
      a.base, a.stride, 1, b.base, b.stride, bias?.base, c.base, c.stride)
  }

  /// Computes c = a b^T (+ bias), each sum in 16 virtual lanes inside chunks.
  ///
  /// This is the forward product of a layer whose inputs lie in vector lanes.
  package func multiply(
    _ a: MatrixView, transposed b: MatrixView, bias: MatrixView? = nil, into c: MatrixView
  ) {
    precondition(
      a.columnCount == b.columnCount && c.rowCount == a.rowCount && c.columnCount == b.rowCount
        && (bias?.columnCount ?? c.columnCount) == c.columnCount, "shapes of a product")
    unsafe table.pointee.gemm_lanes(
      c.rowCount, c.columnCount, a.columnCount, softmax_unit_chunk(a.columnCount),
      a.base, a.stride, b.base, b.stride, bias?.base, c.base, c.stride)
  }

  /// Computes c = a^T b, each sum in ascending order inside chunks.
  ///
  /// This is the gradient with respect to the inputs of a layer with few outputs. If c has fewer rows than
  /// a has columns, only these rows of the product are computed.
  package func multiplyTransposed(_ a: MatrixView, _ b: MatrixView, into c: MatrixView) {
    precondition(
      a.rowCount == b.rowCount && c.rowCount <= a.columnCount && c.columnCount == b.columnCount,
      "shapes of a product")
    unsafe table.pointee.gemm_ascending(
      c.rowCount, c.columnCount + min(b.padding, c.padding), a.rowCount,
      softmax_unit_chunk(a.rowCount), a.base, 1, a.stride, b.base, b.stride, nil, c.base, c.stride)
  }

  /// Computes c = a^T b, each sum in ascending order over the rows in blocks of 256.
  ///
  /// This is the gradient with respect to the weights of a layer.
  package func multiplyOverRows(_ a: MatrixView, _ b: MatrixView, into c: MatrixView) {
    precondition(
      a.rowCount == b.rowCount && c.rowCount == a.columnCount && c.columnCount == b.columnCount,
      "shapes of a product")
    unsafe table.pointee.gemm_ascending(
      c.rowCount, c.columnCount + min(b.padding, c.padding), a.rowCount, Int(SOFTMAX_ROW_CHUNK),
      a.base, 1, a.stride, b.base, b.stride, nil, c.base, c.stride)
  }

  /// Computes y += x a^T for one row x, where a is a matrix of halves (bfloat16), one row after the other.
  ///
  /// Each sum is taken in 16 virtual lanes; the number of columns must be a multiple of 16.
  package func add(
    productOf x: MatrixView, transposed a: VectorView<UInt16>, to y: MatrixView
  ) {
    precondition(
      x.rowCount == 1 && y.rowCount == 1 && a.count == x.columnCount * y.columnCount
        && x.columnCount % 16 == 0, "shapes of a product")
    unsafe table.pointee.half_rows(
      y.columnCount, x.columnCount, a.base, x.columnCount, x.base, y.base)
  }

  /// Computes y += x a for one row x, where a is a matrix of halves (bfloat16), one row after the other, each sum in
  /// ascending order.
  package func add(productOf x: MatrixView, _ a: VectorView<UInt16>, to y: MatrixView) {
    precondition(
      x.rowCount == 1 && y.rowCount == 1 && a.count == x.columnCount * y.columnCount,
      "shapes of a product")
    unsafe table.pointee.half_columns(
      x.columnCount, y.columnCount, a.base, y.columnCount, x.base, y.base)
  }

  /// Computes the sum of the rows of a, in the order of `multiplyOverRows`.
  ///
  /// This is the gradient with respect to the biases of a layer.
  package func sumRows(_ a: MatrixView, into c: MatrixView) {
    precondition(c.rowCount == 1 && c.columnCount == a.columnCount, "shapes of a sum of rows")
    var one: Float = 1
    unsafe withUnsafePointer(to: &one) { one in
      unsafe table.pointee.gemm_ascending(
        1, c.columnCount + min(a.padding, c.padding), a.rowCount, Int(SOFTMAX_ROW_CHUNK),
        one, 0, 0, a.base, a.stride, nil, c.base, c.stride)
    }
  }

  /// Computes the sum of the first `count` elements of each row of a, in ascending order.
  package func sumColumns(_ a: MatrixView, count: Int, into y: MatrixView) {
    precondition(
      count <= a.columnCount && y.rowCount == 1 && y.columnCount == a.rowCount, "shapes of a sum")
    unsafe table.pointee.sum_of_columns(a.rowCount, count, a.base, a.stride, y.base)
  }

  /// Computes y = x + y for each element.
  package func add(_ x: MatrixView, to y: MatrixView) {
    precondition(x.rowCount == y.rowCount && x.columnCount == y.columnCount, "shapes differ")
    for row in 0..<x.rowCount {
      unsafe table.pointee.add(
        x.columnCount, x.base + row * x.stride, y.base + row * y.stride)
    }
  }
}
