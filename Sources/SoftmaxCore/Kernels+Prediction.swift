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

extension MatrixView {
  /// Whether every element is finite.
  package var isFinite: Bool {
    for row in 0..<rowCount {
      var isInfinite: UInt32 = 0
      for column in 0..<columnCount {
        let exponent = unsafe base[row * stride + column].bitPattern & 0x7F80_0000
        isInfinite |= exponent == 0x7F80_0000 ? 1 : 0
      }
      if isInfinite != 0 { return false }
    }
    return true
  }
}

extension Kernels {
  /// y = the softmax of each row of x; y may be x.
  package func softmax(_ x: MatrixView, into y: MatrixView) {
    precondition(x.rowCount == y.rowCount && x.columnCount == y.columnCount, "shapes differ")
    unsafe table.pointee.softmax_rows(
      x.rowCount, x.columnCount, x.base, x.stride, y.base, y.stride)
  }
}
