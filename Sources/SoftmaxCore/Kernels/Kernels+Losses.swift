// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Losses with a scale for each row. A row whose scale is 0 does not contribute: its loss and its gradient
// are 0 for any outputs, NaN included.
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

  /// A loss that is a sum over the outputs of a row and that has a kernel.
  ///
  /// Each term depends on one output and its target.
  package enum OutputLoss: Hashable, Sendable, BitwiseCopyable {
    case binaryCrossEntropy, squared, absolute
    case huber(delta: Float)
  }

  /// Computes the cross-entropy of each row, with targets that are multiplied by class weights.
  ///
  /// The gradient with respect to the logits is multiplied by the row's scale.
  ///
  /// - Parameters:
  ///   - logits: the logits of each row.
  ///   - targets: the weighted targets of each row.
  ///   - targetSums: the sum of each row's targets.
  ///   - scales: the factor of each row's gradient.
  ///   - losses: receives the loss of each row.
  ///   - gradient: receives the gradient; must not be the memory of `logits`.
  package func crossEntropy(
    logits: MatrixView, weightedTargets targets: MatrixView, targetSums: VectorView<Float>,
    scales: VectorView<Float>, losses: VectorView<Float>, gradient: MatrixView
  ) {
    preconditionFit(logits, gradient, scales, losses)
    precondition(
      targets.rowCount == logits.rowCount && targets.columnCount == logits.columnCount
        && targetSums.count == logits.rowCount, "shapes of a loss")
    unsafe table.pointee.cross_entropy_weighted(
      logits.rowCount, logits.columnCount, logits.base, logits.stride, targets.base,
      targets.stride, targetSums.base, scales.base, losses.base, gradient.base, gradient.stride)
  }

  /// Computes the sum of a loss over the outputs of each row, and its gradient times the row's scale.
  package func differentiate(
    _ loss: OutputLoss, outputs: MatrixView, targets: MatrixView, scales: VectorView<Float>,
    losses: VectorView<Float>, gradient: MatrixView
  ) {
    preconditionFit(outputs, gradient, scales, losses)
    precondition(
      targets.rowCount == outputs.rowCount && targets.columnCount == outputs.columnCount,
      "shapes of a loss")
    // The Huber loss has an additional parameter, so it is called separately.
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

  /// Computes the multi-class hinge loss of each row, and its gradient times the row's scale.
  ///
  /// The loss is the sum of max(0, margin - z_label + z_j) over the classes j other than the label.
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
  /// Returns ln(1 + e^x) of each element x, the cross-entropy of a binary target with the logit -x.
  package func softplus() -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: count) { y, initialized in
      unsafe withUnsafeBufferPointer { x in
        unsafe Kernels.best.table.pointee.softplus(count, x.baseAddress, y.baseAddress)
      }
      initialized = count
    }
  }
}
