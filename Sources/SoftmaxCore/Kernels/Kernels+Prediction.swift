// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Kernels and views for prediction: views of the caller's memory, which need no arena, and
// probabilities.

extension FeatureSource {
  /// Returns a view of a range of rows in the caller's memory, or nil if the features are bytes.
  ///
  /// The view must only be read.
  package func floats(_ rows: Range<Int>) -> MatrixView? {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "no such rows")
    guard case .floats(let base?) = unsafe memory else { return nil }
    return unsafe MatrixView(
      base: UnsafeMutablePointer(mutating: base) + rows.lowerBound * columnCount,
      rowCount: rows.count, columnCount: columnCount, stride: columnCount, padding: 0)
  }
}

extension Span<Float> {
  /// Calls `body` with the elements as the features of one sample.
  package func withRowSource<Result>(_ body: (FeatureSource) -> Result) -> Result {
    unsafe withUnsafeBufferPointer {
      body(
        unsafe FeatureSource(memory: .floats($0.baseAddress), rowCount: 1, columnCount: $0.count))
    }
  }
}

extension Span<UInt8> {
  /// Calls `body` with the bytes as the features of one sample.
  package func withRowSource<Result>(scale: Float, _ body: (FeatureSource) -> Result) -> Result {
    unsafe withUnsafeBufferPointer {
      body(
        unsafe FeatureSource(
          memory: .bytes($0.baseAddress, scale: scale), rowCount: 1, columnCount: $0.count))
    }
  }
}

extension MutableSpan<Float> {
  /// Calls `body` with the elements as a matrix of one row, or with nil if the span has no memory.
  package mutating func withRowView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      body(
        unsafe buffer.baseAddress.map {
          unsafe MatrixView(
            base: $0, rowCount: 1, columnCount: buffer.count, stride: buffer.count, padding: 0)
        })
    }
  }
}

extension Matrix {
  /// Calls `body` with a view of the matrix's memory, or with nil if the matrix has no elements.
  package mutating func withView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    let (rows, columns) = (rowCount, columnCount)
    return unsafe elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return body(nil) }
      return body(
        unsafe MatrixView(
          base: base, rowCount: rows, columnCount: columns, stride: columns, padding: 0))
    }
  }
}

extension Kernels {
  /// Computes the softmax of each row of x; y may be x.
  package func softmax(_ x: MatrixView, into y: MatrixView) {
    precondition(x.rowCount == y.rowCount && x.columnCount == y.columnCount, "shapes differ")
    unsafe table.pointee.softmax_rows(
      x.rowCount, x.columnCount, x.base, x.stride, y.base, y.stride)
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
