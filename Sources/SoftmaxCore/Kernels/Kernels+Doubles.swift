// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Kernels of softmax regression in double: a block of samples is a matrix with a row per sample, and its
// logits are a matrix with a column per sample.
extension Kernels {
  /// Adds the product a b to c, in ascending order.
  package func add(
    productOf a: DoubleMatrixView, _ b: DoubleMatrixView, to c: DoubleMatrixView
  ) {
    precondition(
      a.columnCount == b.rowCount && a.rowCount == c.rowCount && b.columnCount == c.columnCount,
      "shapes of a product")
    unsafe table.pointee.gemm_doubles(
      a.rowCount, b.columnCount, a.columnCount, a.values.base, a.columnCount, b.values.base,
      b.columnCount, c.values.base, c.columnCount)
  }

  /// Adds the product of a row of sparse features and b to c, in the order of the entries.
  package func add(
    productOf row: Int, of x: SparseRows, _ b: DoubleMatrixView, to c: VectorView<Double>
  ) {
    precondition(
      x.columnCount <= b.rowCount && c.count == b.columnCount, "shapes of a product")
    let ahead = x.entryCount(after: row)
    unsafe x.withEntries(ofRow: row) { count, columns, values in
      unsafe table.pointee.sparse_product(
        c.count, count, ahead, columns, values, b.values.base, b.columnCount, c.base)
    }
  }

  /// Adds the product of a row of sparse features and b to c, in floats and in the order of the entries.
  ///
  /// - Parameter c: one row, of a multiple of 8 columns.
  package func add(productOf row: Int, of x: SparseRows, _ b: MatrixView, to c: MatrixView) {
    precondition(
      x.columnCount <= b.rowCount && c.rowCount == 1 && c.columnCount == b.columnCount
        && c.columnCount % 8 == 0, "shapes of a product")
    let ahead = x.entryCount(after: row)
    unsafe x.withEntries(ofRow: row) { count, columns, values in
      unsafe table.pointee.sparse_product_floats(
        c.columnCount, count, ahead, columns, values, b.base, b.stride, c.base)
    }
  }

  /// Copies rows of floats minus the means of the columns to the beginning of y, and transposed to the
  /// beginning of each row of t.
  package func widen(
    _ x: MatrixView, minus mean: VectorView<Float>, into y: DoubleMatrixView,
    transposed t: DoubleMatrixView
  ) {
    precondition(
      x.rowCount <= y.rowCount && x.columnCount <= y.columnCount && x.rowCount <= t.columnCount
        && x.columnCount <= t.rowCount && mean.count == x.columnCount, "shapes of a block")
    unsafe table.pointee.widen_rows(
      x.rowCount, x.columnCount, x.base, x.stride, mean.base, y.values.base, y.columnCount,
      t.values.base, t.columnCount)
  }

  /// Computes the softmax p of each column of z, with the greatest logit and the sum of the exponentials of
  /// the differences to it.
  package func softmaxColumns(
    _ z: DoubleMatrixView, into p: DoubleMatrixView, greatest: VectorView<Double>,
    sums: VectorView<Double>
  ) {
    precondition(
      z.rowCount == p.rowCount && z.columnCount == p.columnCount
        && greatest.count == z.columnCount && sums.count == z.columnCount, "shapes of a softmax")
    unsafe table.pointee.softmax_columns(
      z.columnCount, z.rowCount, z.values.base, z.columnCount, p.values.base, p.columnCount,
      greatest.base, sums.base)
  }

  /// Replaces changes u of logits by the changes of their softmax p, times the scale of each column.
  package func changeSoftmaxColumns(
    _ p: DoubleMatrixView, scale: VectorView<Double>, by u: DoubleMatrixView
  ) {
    precondition(
      u.rowCount == p.rowCount && u.columnCount == p.columnCount && scale.count == p.columnCount,
      "shapes of a softmax")
    unsafe table.pointee.softmax_change_columns(
      p.columnCount, p.rowCount, p.values.base, p.columnCount, scale.base, u.values.base,
      u.columnCount)
  }
}
