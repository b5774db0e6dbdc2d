// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// From the logits to their gradients: the rows are shared out among the workers.
extension PlainPlan {
  // The rows' losses, and the gradient of their mean over the batch to the logits.
  func differentiateCrossEntropy(
    _ rows: Range<Int>, logits: MatrixView, targets: FeatureSource?, chosen: VectorView<Int64>,
    scale: Float
  ) {
    let gradient = gradients[gradients.count - 1].rows(rows)
    if let targets, let batchTargets {
      let distributions = batchTargets.rows(rows)
      kernels.gather(targets, rows: chosen, into: distributions)
      kernels.crossEntropy(
        logits: logits, distributions: distributions, scale: scale, loss: losses.elements(rows),
        gradient: gradient)
    } else {
      kernels.crossEntropy(
        logits: logits, labels: batchLabels.elements(rows), scale: scale,
        loss: losses.elements(rows), gradient: gradient)
    }
  }
}
