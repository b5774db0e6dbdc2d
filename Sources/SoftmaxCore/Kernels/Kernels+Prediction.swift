// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

extension Kernels {
  /// Computes the softmax of each row of x; y may be x.
  package func softmax(_ x: MatrixView, into y: MatrixView) {
    precondition(x.rowCount == y.rowCount && x.columnCount == y.columnCount, "shapes differ")
    unsafe table.pointee.softmax_rows(
      x.rowCount, x.columnCount, x.base, x.stride, y.base, y.stride)
  }

  /// Computes the predicted class of each row: the first NaN, or else the first greatest logit.
  package func argmax(_ x: MatrixView, into index: VectorView<Int32>) {
    precondition(index.count == x.rowCount, "shapes of an argmax")
    unsafe table.pointee.argmax_rows(x.rowCount, x.columnCount, x.base, x.stride, index.base)
  }

  /// The number of columns of a panel of weights in `multiplyRow`.
  package static let panelWidth = 32

  /// Computes y = x b + bias for a single row, with the sums of `multiply(_:_:bias:into:)`.
  ///
  /// - Parameters:
  ///   - x: one row of inputs.
  ///   - panels: b, divided into panels of shape [inputs, 32] that lie one below the other.
  ///   - bias: one row with the columns of all panels.
  ///   - y: one row with as many columns as `bias`.
  package func multiplyRow(
    _ x: MatrixView, panels: MatrixView, bias: MatrixView, into y: MatrixView
  ) {
    let width = Kernels.panelWidth
    precondition(
      x.rowCount == 1 && y.rowCount == 1 && y.columnCount % width == 0
        && bias.columnCount == y.columnCount && panels.columnCount == width
        && panels.stride == width && panels.rowCount == y.columnCount / width * x.columnCount,
      "shapes of a product")
    unsafe softmax_row_panels(
      instructionSet.identifier, y.columnCount / width, x.columnCount,
      softmax_unit_chunk(x.columnCount), x.base, panels.base, bias.base, y.base)
  }
}
