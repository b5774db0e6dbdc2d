// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// What prediction needs beside the products: memory of the caller's in the place of an arena's, and
// probabilities.

extension FeatureSource {
  /// Some rows of numbers as they lie in the caller's memory, to be read alone; nil for bytes.
  package func floats(_ rows: Range<Int>) -> MatrixView? {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "no such rows")
    guard case .floats(let base?) = unsafe memory else { return nil }
    return unsafe MatrixView(
      base: UnsafeMutablePointer(mutating: base) + rows.lowerBound * columnCount,
      rowCount: rows.count, columnCount: columnCount, stride: columnCount, padding: 0)
  }
}

extension Span<Float> {
  /// Calls `body` with one sample's numbers.
  package func withRowSource<Result>(_ body: (FeatureSource) -> Result) -> Result {
    unsafe withUnsafeBufferPointer {
      body(
        unsafe FeatureSource(memory: .floats($0.baseAddress), rowCount: 1, columnCount: $0.count))
    }
  }
}

extension Span<UInt8> {
  /// Calls `body` with one sample's bytes.
  package func withRowSource<Result>(scale: Float, _ body: (FeatureSource) -> Result) -> Result {
    unsafe withUnsafeBufferPointer {
      body(
        unsafe FeatureSource(
          memory: .bytes($0.baseAddress, scale: scale), rowCount: 1, columnCount: $0.count))
    }
  }
}

extension MutableSpan<Float> {
  /// Calls `body` with the elements as one row.
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
  /// Calls `body` with the matrix's own memory; nil where it has no elements.
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
  /// y = the softmax of each row of x; y may be x.
  package func softmax(_ x: MatrixView, into y: MatrixView) {
    precondition(x.rowCount == y.rowCount && x.columnCount == y.columnCount, "shapes differ")
    unsafe table.pointee.softmax_rows(
      x.rowCount, x.columnCount, x.base, x.stride, y.base, y.stride)
  }

  /// The number of columns of a panel of weights.
  package static let panelWidth = 32

  /// y = x b + bias for a single row, with the sums of `multiply(_:_:bias:into:)`.
  ///
  /// - Parameters:
  ///   - panels: panels [inputs, 32] below each other.
  ///   - bias: as many columns as all panels have, like y.
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
