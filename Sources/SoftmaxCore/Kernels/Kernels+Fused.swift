// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// The kernels of the fused plan, in which each worker owns some units of a layer: see
// `docs/numerics.md`.
extension Kernels {
  /// The maximum number of classes of the loss that is computed with the batch in vector lanes.
  package static let greatestColumnCount = 32

  /// Returns the length of the chunks into which a sum over `count` features or units is divided.
  package static func unitChunk(of count: Int) -> Int { softmax_unit_chunk(count) }

  /// The number of rows in a block of a sum over the rows of a batch.
  package static var rowChunk: Int { Int(SOFTMAX_ROW_CHUNK) }

  /// Computes one chunk of c = b a^T for a layer whose inputs lie in vector lanes.
  ///
  /// - Parameters:
  ///   - a: [rows, inputs of the chunk], with zeros up to a multiple of 16 columns.
  ///   - b: [outputs, inputs of the chunk], with as many padding columns as a.
  ///   - c: [outputs, rows].
  ///   - next: rows of features to prefetch during the product.
  package func multiplyChunk(
    _ a: MatrixView, _ b: MatrixView, into c: MatrixView, next: FeatureFetch? = nil
  ) {
    precondition(
      a.columnCount == b.columnCount && c.rowCount == b.rowCount && c.columnCount >= a.rowCount
        && a.paddedColumnCount % 16 == 0 && b.paddedColumnCount == a.paddedColumnCount,
      "shapes of a product")
    let nothing = unsafe softmax_fetch(base: nil, stride: 0, size: 0, rows: nil, count: 0)
    unsafe withUnsafePointer(to: next?.values ?? nothing) { next in
      unsafe table.pointee.lanes_columns(
        a.rowCount, b.rowCount, a.paddedColumnCount, a.base, a.stride, b.base, b.stride, c.base,
        c.stride, next)
    }
  }

  /// Computes the loss, the predicted class and the gradient with respect to the logits of each row.
  ///
  /// The rows lie in vector lanes. The vectors and the columns of the matrices must extend to the next
  /// multiple of 16 of `rowCount`, because all of these lanes are computed.
  ///
  /// - Parameters:
  ///   - partials: for each chunk of the inputs the partial sums of the logits, [classes, rows], one
  ///     matrix below the other.
  ///   - chunkCount: the number of matrices in `partials`.
  ///   - bias: the bias of each class.
  ///   - labels: the class of each row, used if `targets` is nil.
  ///   - targets: the target distributions, [classes, rows], or nil.
  ///   - rowCount: the number of rows.
  ///   - scale: the factor of the gradient.
  ///   - loss: receives the loss of each row.
  ///   - predictions: receives the predicted class of each row.
  ///   - gradient: receives the gradient, [classes, rows].
  package func crossEntropy(
    partials: MatrixView, chunkCount: Int, bias: MatrixView, labels: VectorView<Int32>,
    targets: MatrixView?, rowCount: Int, scale: Float, loss: VectorView<Float>,
    predictions: VectorView<Int32>, gradient: MatrixView
  ) {
    let padded = (rowCount + 15) / 16 * 16
    precondition(
      partials.rowCount == chunkCount * gradient.rowCount && bias.columnCount == gradient.rowCount
        && gradient.rowCount <= Kernels.greatestColumnCount && padded <= gradient.columnCount
        && partials.stride == gradient.stride && padded <= loss.count && padded <= predictions.count
        && padded <= labels.count && (targets?.stride ?? gradient.stride) == gradient.stride,
      "shapes of a loss")
    for row in 0..<rowCount {
      precondition(labels[row] >= 0 && labels[row] < gradient.rowCount, "no such class")
    }
    unsafe table.pointee.cross_entropy_columns(
      padded, gradient.rowCount, chunkCount, partials.base, gradient.rowCount * partials.stride,
      partials.stride, bias.base, targets == nil ? UnsafePointer(labels.base) : nil, targets?.base,
      scale, loss.base, predictions.base, gradient.base)
  }

  /// Computes the gradient of `descend` over at most `rowChunk` rows of a batch and stores it in c.
  package func gradient(
    alongProductOf a: MatrixView, isTransposed: Bool, _ b: MatrixView, into c: MatrixView
  ) {
    let inputs = isTransposed ? a.rowCount : a.columnCount
    precondition(
      inputs == c.rowCount && (isTransposed ? a.columnCount : a.rowCount) >= b.rowCount
        && b.columnCount == c.columnCount && b.rowCount <= Kernels.rowChunk, "shapes of a gradient")
    unsafe table.pointee.gemm_ascending(
      inputs, c.columnCount + min(b.padding, c.padding), b.rowCount, Kernels.rowChunk, a.base,
      isTransposed ? a.stride : 1, isTransposed ? 1 : a.stride, b.base, b.stride, nil, c.base,
      c.stride)
  }
}
