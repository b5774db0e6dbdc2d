// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// The safe interface to the arithmetic in C.
///
/// Each method checks the shapes of its arguments, then calls one kernel, on the caller's thread. A wrong
/// shape is a precondition failure, not an error that is thrown. `docs/numerics.md` documents the order of
/// the sums.
@safe
package struct Kernels: @unchecked Sendable, BitwiseCopyable {
  let table: UnsafePointer<softmax_kernels>
  package let instructionSet: InstructionSet

  /// Selects the kernels of an instruction set; nil if this machine does not support it.
  package init?(_ set: InstructionSet) {
    guard let table = unsafe softmax_kernels_for(set.identifier) else { return nil }
    unsafe self.table = table
    instructionSet = set
  }

  /// The fastest kernels of this machine.
  package static let best: Kernels = {
    guard let kernels = InstructionSet.allCases.reversed().lazy.compactMap(Kernels.init).first
    else { preconditionFailure("the scalar kernels exist") }
    return kernels
  }()
}

// MARK: - Batches

/// A reference to the memory of features, valid only during the call of its `body` argument.
///
/// It owns nothing and copies nothing.
@safe
package struct FeatureSource: @unchecked Sendable {
  @unsafe enum Memory {
    case floats(UnsafePointer<Float>?)
    case bytes(UnsafePointer<UInt8>?, scale: Float)
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

extension FeatureSource {
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
    }
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

extension Kernels {
  /// Copies the given rows of the features, converted to floats, to y.
  package func gather(
    _ source: FeatureSource, rows: VectorView<Int64>, into y: MatrixView
  ) {
    gather(source, rows: rows, columns: 0..<source.columnCount, into: y)
  }

  /// Copies a range of columns of the given rows of the features, converted to floats, to y.
  package func gather(
    _ source: FeatureSource, rows: VectorView<Int64>, columns: Range<Int>, into y: MatrixView
  ) {
    precondition(
      rows.count == y.rowCount && columns.count == y.columnCount && columns.lowerBound >= 0
        && columns.upperBound <= source.columnCount, "shapes of a batch")
    for index in 0..<rows.count {
      precondition(rows[index] >= 0 && rows[index] < source.rowCount, "no such sample")
    }
    unsafe gather(source, UnsafePointer(rows.base), offset: columns.lowerBound, into: y)
  }

  /// Copies consecutive rows of the features, starting at `first`, converted to floats, to y.
  package func convert(_ source: FeatureSource, from first: Int, into y: MatrixView) {
    precondition(
      first >= 0 && first + y.rowCount <= source.rowCount && source.columnCount == y.columnCount,
      "shapes of a batch")
    unsafe gather(source, nil, offset: first * source.columnCount, into: y)
  }

  private func gather(
    _ source: FeatureSource, _ rows: UnsafePointer<Int64>?, offset: Int, into y: MatrixView
  ) {
    switch unsafe source.memory {
    case .floats(let base):
      unsafe table.pointee.gather_floats(
        y.rowCount, y.columnCount, base.map { unsafe $0 + offset }, source.columnCount, rows,
        y.base, y.stride)
    case .bytes(let base, let scale):
      unsafe table.pointee.gather_bytes(
        y.rowCount, y.columnCount, base.map { unsafe $0 + offset }, source.columnCount, rows,
        scale, y.base, y.stride)
    }
  }
}

// MARK: - Loss

extension Kernels {
  /// Computes the cross-entropy of each row and, unless `gradient` is nil, its gradient times `scale`.
  package func crossEntropy(
    logits: MatrixView, labels: VectorView<Int32>, scale: Float, loss: VectorView<Float>,
    gradient: MatrixView?
  ) {
    precondition(
      labels.count == logits.rowCount && loss.count == logits.rowCount, "shapes of a loss")
    for index in 0..<labels.count {
      precondition(labels[index] >= 0 && labels[index] < logits.columnCount, "no such class")
    }
    unsafe table.pointee.cross_entropy_labels(
      logits.rowCount, logits.columnCount, logits.base, logits.stride, labels.base, scale,
      loss.base, gradient?.base, gradient?.stride ?? 0)
  }

  /// Computes the cross-entropy with targets that are distributions over the classes.
  ///
  /// The gradient is multiplied by `scale`. It is not computed if `gradient` is nil.
  package func crossEntropy(
    logits: MatrixView, distributions: MatrixView, scale: Float, loss: VectorView<Float>,
    gradient: MatrixView?
  ) {
    precondition(
      distributions.rowCount == logits.rowCount && distributions.columnCount == logits.columnCount
        && loss.count == logits.rowCount, "shapes of a loss")
    unsafe table.pointee.cross_entropy_distributions(
      logits.rowCount, logits.columnCount, logits.base, logits.stride, distributions.base,
      distributions.stride, scale, loss.base, gradient?.base, gradient?.stride ?? 0)
  }

  /// Computes the predicted class of each row: the first NaN, or else the first greatest logit.
  package func argmax(_ x: MatrixView, into index: VectorView<Int32>) {
    precondition(index.count == x.rowCount, "shapes of an argmax")
    unsafe table.pointee.argmax_rows(x.rowCount, x.columnCount, x.base, x.stride, index.base)
  }
}
