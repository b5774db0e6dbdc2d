// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Losses with a scale for each row. A row whose scale is 0 counts nothing: its loss and its gradient
// are 0, whatever its outputs are.
extension Kernels {
  /// A loss that is the sum of a term of each output and its target, as in the table.
  package enum OutputLoss: Hashable, Sendable, BitwiseCopyable {
    case binaryCrossEntropy, squared, absolute
    case huber(delta: Float)
  }

  /// Each row's cross-entropy with targets that hold the weights of the classes, and its gradient to
  /// the logits times the row's scale.
  ///
  /// - Parameter masses: the sum of each row's targets.
  package func crossEntropy(
    logits: MatrixView, weightedTargets targets: MatrixView, masses: VectorView<Float>,
    scales: VectorView<Float>, losses: VectorView<Float>, gradient: MatrixView
  ) {
    preconditionFit(logits, gradient, scales, losses)
    precondition(
      targets.rowCount == logits.rowCount && targets.columnCount == logits.columnCount
        && masses.count == logits.rowCount, "shapes of a loss")
    unsafe table.pointee.cross_entropy_weighted(
      logits.rowCount, logits.columnCount, logits.base, logits.stride, targets.base,
      targets.stride, masses.base, scales.base, losses.base, gradient.base, gradient.stride)
  }

  /// Each row's sum of a loss over its outputs, and its gradient times the row's scale.
  package func differentiate(
    _ loss: OutputLoss, outputs: MatrixView, targets: MatrixView, scales: VectorView<Float>,
    losses: VectorView<Float>, gradient: MatrixView
  ) {
    preconditionFit(outputs, gradient, scales, losses)
    precondition(
      targets.rowCount == outputs.rowCount && targets.columnCount == outputs.columnCount,
      "shapes of a loss")
    // Huber's, which also takes its delta, is called for itself.
    let kernel =
      switch loss {
      case .binaryCrossEntropy: unsafe table.pointee.binary_cross_entropy
      case .absolute: unsafe table.pointee.absolute_loss
      case .squared, .huber: unsafe table.pointee.squared_loss
      }
    if case .huber(let delta) = loss {
      unsafe table.pointee.huber_loss(
        outputs.rowCount, outputs.columnCount, outputs.base, outputs.stride, targets.base,
        targets.stride, delta, scales.base, losses.base, gradient.base, gradient.stride)
    } else {
      unsafe kernel(
        outputs.rowCount, outputs.columnCount, outputs.base, outputs.stride, targets.base,
        targets.stride, scales.base, losses.base, gradient.base, gradient.stride)
    }
  }

  /// Each row's sum over the wrong classes of what they lack of a margin below the right one, and its
  /// gradient times the row's scale.
  package func multiClassHinge(
    outputs: MatrixView, labels: VectorView<Int32>, margin: Float, scales: VectorView<Float>,
    losses: VectorView<Float>, gradient: MatrixView
  ) {
    preconditionFit(outputs, gradient, scales, losses)
    precondition(labels.count == outputs.rowCount, "shapes of a loss")
    for index in 0..<labels.count {
      precondition(labels[index] >= 0 && labels[index] < outputs.columnCount, "no such class")
    }
    unsafe table.pointee.multi_class_hinge(
      outputs.rowCount, outputs.columnCount, outputs.base, outputs.stride, labels.base, margin,
      scales.base, losses.base, gradient.base, gradient.stride)
  }

  private func preconditionFit(
    _ outputs: MatrixView, _ gradient: MatrixView, _ scales: VectorView<Float>,
    _ losses: VectorView<Float>
  ) {
    precondition(
      gradient.rowCount == outputs.rowCount && gradient.columnCount == outputs.columnCount
        && scales.count == outputs.rowCount && losses.count == outputs.rowCount,
      "shapes of a loss")
  }
}

extension [Float] {
  /// ln(1 + e^x) of each number: what a yes or no with the logit -x costs.
  package func softplus() -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: count) { y, initialized in
      unsafe withUnsafeBufferPointer { x in
        unsafe Kernels.best.table.pointee.softplus(count, x.baseAddress, y.baseAddress)
      }
      initialized = count
    }
  }
}
