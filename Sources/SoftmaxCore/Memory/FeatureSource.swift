// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// A reference to the memory of features, valid only during the call of its `body` argument.
///
/// It owns nothing and copies nothing.
@safe
package struct FeatureSource: @unchecked Sendable {
  @unsafe enum Memory {
    case floats(UnsafePointer<Float>?)
    case bytes(UnsafePointer<UInt8>?, scale: Float)
    case sparse(SparseRows)
  }

  let memory: Memory
  package let rowCount: Int
  package let columnCount: Int
}

extension Features {
  /// Calls `body` with the memory of the features; columns of a table are first converted to floats.
  package func withSource<Result>(_ body: (FeatureSource) throws -> Result) rethrows -> Result {
    switch storage {
    case .columns: try Features.floats(matrix).withSource(body)
    case .sparse(let matrix):
      try matrix.withRows {
        try body(
          unsafe FeatureSource(memory: .sparse($0), rowCount: rowCount, columnCount: columnCount))
      }
    case .floats(let matrix):
      try unsafe matrix.elements.withUnsafeBufferPointer {
        try body(
          unsafe FeatureSource(
            memory: .floats($0.baseAddress), rowCount: rowCount, columnCount: columnCount))
      }
    case .bytes(let matrix):
      try unsafe matrix.withUnsafeBytes {
        try body(
          unsafe FeatureSource(
            memory: .bytes(
              $0.baseAddress?.assumingMemoryBound(to: UInt8.self), scale: matrix.scale),
            rowCount: rowCount, columnCount: columnCount))
      }
    }
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

extension FeatureSource {
  /// Returns a view of a range of rows in the caller's memory, or nil if the features are not floats.
  ///
  /// The view must only be read.
  package func floats(_ rows: Range<Int>) -> MatrixView? {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "no such rows")
    guard case .floats(let base?) = unsafe memory else { return nil }
    return unsafe MatrixView(
      base: UnsafeMutablePointer(mutating: base) + rows.lowerBound * columnCount,
      rowCount: rows.count, columnCount: columnCount, stride: columnCount, padding: 0)
  }

  /// Returns a request to prefetch a range of columns of the given rows.
  package func fetch(rows: VectorView<Int64>, columns: Range<Int>) -> FeatureFetch {
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= columnCount, "no such columns")
    switch unsafe memory {
    case .floats(let base):
      let size = MemoryLayout<Float>.stride
      return unsafe FeatureFetch(
        softmax_fetch(
          base: base.map { unsafe UnsafeRawPointer($0 + columns.lowerBound) },
          stride: columnCount * size, size: columns.count * size, rows: rows.base,
          count: rows.count))
    case .bytes(let base, _):
      return unsafe FeatureFetch(
        softmax_fetch(
          base: base.map { unsafe UnsafeRawPointer($0 + columns.lowerBound) },
          stride: columnCount, size: columns.count, rows: rows.base, count: rows.count))
    case .sparse:
      // The places of sparse rows do not follow from their numbers.
      return unsafe FeatureFetch(
        softmax_fetch(base: nil, stride: 0, size: 0, rows: rows.base, count: 0))
    }
  }

  /// The sparse rows; nil for other storages.
  package var sparse: SparseRows? {
    if case .sparse(let rows) = unsafe memory { rows } else { nil }
  }
}

/// A request to prefetch rows of features that will be gathered soon.
///
/// A product can prefetch the rows while it computes. A request refers to the memory of the features and
/// of the row indices, and does not keep either alive.
@safe
package struct FeatureFetch: BitwiseCopyable {
  let values: softmax_fetch

  fileprivate init(_ values: softmax_fetch) { unsafe self.values = values }

  /// Prefetches all rows now; useful if enough other work precedes the gathering.
  package func begin() { unsafe withUnsafePointer(to: values) { unsafe softmax_fetch_rows($0) } }
}
