// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

extension Kernels {
  /// Computes the mean and the biased variance of each column, summed over the rows in blocks of 256.
  package func moments(of x: MatrixView, mean: MatrixView, variance: MatrixView) {
    precondition(fits(mean, x) && fits(variance, x), "shapes of moments")
    unsafe table.pointee.column_moments(
      x.rowCount, x.columnCount, Int(SOFTMAX_ROW_CHUNK), x.base, x.stride, mean.base, variance.base)
  }

  /// Computes for each column the sum of a b over the rows, in blocks of 256.
  package func sumProductsOverRows(_ a: MatrixView, _ b: MatrixView, into y: MatrixView) {
    precondition(hasShape(a, b) && fits(y, a), "shapes of a sum of products")
    unsafe table.pointee.column_products(
      a.rowCount, a.columnCount, Int(SOFTMAX_ROW_CHUNK), a.base, a.stride, b.base, b.stride, y.base)
  }

  /// Normalizes each column: normal = (x - mean) inverse and y = gamma normal + beta.
  ///
  /// `inverse` is 1 / the standard deviation of each column. `normal` is not stored if it is nil. y may
  /// be x.
  package func normalizeColumns(
    _ x: MatrixView, mean: MatrixView, inverse: MatrixView, gamma: MatrixView, beta: MatrixView,
    normal: MatrixView?, into y: MatrixView
  ) {
    precondition(
      fits(mean, x) && fits(inverse, x) && fits(gamma, x) && fits(beta, x) && hasShape(x, y)
        && normal.map { hasShape(x, $0) } ?? true, "shapes of a normalization")
    unsafe table.pointee.normalize_columns(
      x.rowCount, x.columnCount, x.base, x.stride, mean.base, inverse.base, gamma.base, beta.base,
      normal?.base, normal?.stride ?? 0, y.base, y.stride)
  }

  /// Computes dx = scale (dy - meanGradient - normal meanProduct); dx may be dy.
  ///
  /// This is the gradient with respect to the input of `normalizeColumns` if its mean and variance are those
  /// of the rows. `scale` is gamma times `inverse`. `meanGradient` and `meanProduct` are the means over the
  /// rows of dy and of dy normal.
  package func normalizeColumnsGradient(
    normal: MatrixView, scale: MatrixView, meanGradient: MatrixView, meanProduct: MatrixView,
    _ dy: MatrixView, into dx: MatrixView
  ) {
    precondition(
      hasShape(normal, dy) && hasShape(dy, dx) && fits(scale, dy) && fits(meanGradient, dy)
        && fits(meanProduct, dy), "shapes of a normalization")
    unsafe table.pointee.normalize_columns_gradient(
      dy.rowCount, dy.columnCount, normal.base, normal.stride, scale.base, meanGradient.base,
      meanProduct.base, dy.base, dy.stride, dx.base, dx.stride)
  }

  /// Normalizes each row by its mean and variance: y = gamma normal + beta.
  ///
  /// `epsilon` is added to the variance. `normal` and `inverse`, the values (x - mean) inverse and
  /// 1 / sqrt(variance + epsilon), are not stored if they are nil. y may be x.
  package func normalizeRows(
    _ x: MatrixView, epsilon: Float, gamma: MatrixView, beta: MatrixView, normal: MatrixView?,
    inverse: VectorView<Float>?, into y: MatrixView
  ) {
    precondition(
      fits(gamma, x) && fits(beta, x) && hasShape(x, y)
        && normal.map { hasShape(x, $0) } ?? true && inverse?.count ?? x.rowCount == x.rowCount,
      "shapes of a normalization")
    unsafe table.pointee.normalize_rows(
      x.rowCount, x.columnCount, epsilon, x.base, x.stride, gamma.base, beta.base, normal?.base,
      normal?.stride ?? 0, inverse?.base, y.base, y.stride)
  }

  /// Computes the gradient with respect to the input of `normalizeRows`; dx may be dy.
  package func normalizeRowsGradient(
    normal: MatrixView, inverse: VectorView<Float>, gamma: MatrixView, _ dy: MatrixView,
    into dx: MatrixView
  ) {
    precondition(
      hasShape(normal, dy) && hasShape(dy, dx) && fits(gamma, dy) && inverse.count == dy.rowCount,
      "shapes of a normalization")
    unsafe table.pointee.normalize_rows_gradient(
      dy.rowCount, dy.columnCount, normal.base, normal.stride, inverse.base, gamma.base, dy.base,
      dy.stride, dx.base, dx.stride)
  }

  private func hasShape(_ a: MatrixView, _ b: MatrixView) -> Bool {
    a.rowCount == b.rowCount && a.columnCount == b.columnCount
  }

  // Whether `row` is a single row with one value for each column of x.
  private func fits(_ row: MatrixView, _ x: MatrixView) -> Bool {
    row.rowCount == 1 && row.columnCount == x.columnCount
  }
}
