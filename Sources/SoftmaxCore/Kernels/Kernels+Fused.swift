// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// The parts of a training step that workers share by units: see `docs/numerics.md`.
extension Kernels {
  /// The most classes whose loss is taken with the batch in vector lanes.
  package static let greatestColumnCount = 32

  /// The length of the chunks in which a sum over so many features or units is taken.
  package static func unitChunk(of count: Int) -> Int { softmax_unit_chunk(count) }

  /// The number of rows in a block of a sum over the rows of a batch.
  package static var rowChunk: Int { Int(SOFTMAX_ROW_CHUNK) }

  /// c = b a^T for one chunk of a layer whose inputs lie in vector lanes, [outputs, rows], while
  /// `next` is fetched.
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

  /// c = a^T b, each sum ascending: of the gradient to the inputs of a layer with few outputs.
  package func multiplyTransposed(_ a: MatrixView, _ b: MatrixView, into c: MatrixView) {
    precondition(
      a.rowCount == b.rowCount && c.rowCount <= a.columnCount && c.columnCount == b.columnCount,
      "shapes of a product")
    unsafe table.pointee.gemm_ascending(
      c.rowCount, c.columnCount + min(b.padding, c.padding), a.rowCount,
      softmax_unit_chunk(a.rowCount), a.base, 1, a.stride, b.base, b.stride, nil, c.base, c.stride)
  }

  /// y = the sum of each row of a, over its first `count` elements.
  package func sumColumns(_ a: MatrixView, count: Int, into y: MatrixView) {
    precondition(
      count <= a.columnCount && y.rowCount == 1 && y.columnCount == a.rowCount, "shapes of a sum")
    unsafe table.pointee.sum_of_columns(a.rowCount, count, a.base, a.stride, y.base)
  }

  /// y = x + y.
  package func add(_ x: MatrixView, to y: MatrixView) {
    precondition(x.rowCount == y.rowCount && x.columnCount == y.columnCount, "shapes differ")
    for row in 0..<x.rowCount {
      unsafe table.pointee.add(
        x.columnCount, x.base + row * x.stride, y.base + row * y.stride)
    }
  }

  /// The loss of each row, the gradient to its logits and its class, with the rows in lanes.
  ///
  /// - Parameters:
  ///   - partials: for each chunk of the inputs its part of the logits, [classes, rows], one matrix
  ///     below the other.
  ///   - targets: distributions [classes, rows]; without them `labels` count.
  ///   - gradient: [classes, rows].
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

  /// One step of SGD, Adam or AdamW along the gradient a^T b, or a b, over at most `rowChunk` rows of a
  /// batch, which is never stored.
  ///
  /// - Parameters:
  ///   - a: [rows, inputs], or [inputs, rows] where `isTransposed`.
  ///   - b: [rows, outputs].
  ///   - weight: [inputs, outputs].
  package func descend(
    _ weight: MatrixView, alongProductOf a: MatrixView, isTransposed: Bool, _ b: MatrixView,
    by update: Update, l2: Float, first: MatrixView?, second: MatrixView?
  ) {
    let inputs = isTransposed ? a.rowCount : a.columnCount
    precondition(
      inputs == weight.rowCount && (isTransposed ? a.columnCount : a.rowCount) >= b.rowCount
        && b.columnCount == weight.columnCount && b.paddedColumnCount % 16 == 0
        && weight.paddedColumnCount == b.paddedColumnCount && b.rowCount <= Kernels.rowChunk
        && (first?.stride ?? weight.stride) == weight.stride
        && (second?.stride ?? weight.stride) == weight.stride, "shapes of a step")
    switch update {
    case .sgd(let rate, let momentum):
      unsafe table.pointee.gradient_sgd(
        inputs, b.paddedColumnCount, b.rowCount, a.base, isTransposed ? a.stride : 1,
        isTransposed ? 1 : a.stride, b.base, b.stride, rate, momentum, l2, weight.base, first?.base,
        weight.stride)
    case .adam(let step):
      guard let first, let second else { preconditionFailure("Adam has two moments") }
      unsafe withUnsafePointer(to: step.values) { values in
        unsafe table.pointee.gradient_adam(
          inputs, b.paddedColumnCount, b.rowCount, a.base, isTransposed ? a.stride : 1,
          isTransposed ? 1 : a.stride, b.base, b.stride, values, l2, weight.base, first.base,
          second.base, weight.stride)
      }
    case .nesterov, .adagrad, .rmsprop, .amsGrad:
      preconditionFailure("this rule steps along stored gradients")
    }
  }

  /// c = a^T b or a b over at most `rowChunk` rows of a batch: the gradient of `descend`, stored.
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
