// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// The loss and its gradient with respect to the logits; the workers divide the rows among them.
extension PlainPlan {
  /// Computes the losses of some rows, the gradient of the batch's loss with respect to their logits, and
  /// their predictions.
  func differentiateLoss(
    _ rows: Range<Int>, of samples: Range<Int>, logits: MatrixView, targets: FeatureSource?
  ) {
    let first = samples.lowerBound
    let labels = batchLabels.elements(rows)
    schedule.labels(of: first + rows.lowerBound..<first + rows.upperBound, into: labels)
    let order = schedule.order.elements(samples)
    guard let lossPass else {
      differentiateCrossEntropy(
        rows, logits: logits, targets: targets, chosen: order.elements(rows),
        scale: 1 / Float(samples.count))
      return kernels.argmax(logits, into: predictions.elements(rows))
    }
    lossPass.differentiate(
      rows, of: order, labels: labels, source: targets, outputs: logits,
      losses: losses.elements(rows), gradient: gradients[gradients.count - 1].rows(rows),
      predictions: predictions.elements(rows))
  }

  private func differentiateCrossEntropy(
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

  func weight(of step: Int) -> Double {
    let samples = schedule.samples(of: step)
    return lossPass?.divisor(of: schedule.order.elements(samples)) ?? Double(samples.count)
  }

  /// Stores the results of a step: the sum of its rows' losses and the number of correct predictions.
  func sumBatch(of step: Int, samples: Range<Int>) {
    let count = samples.count
    guard let lossPass else {
      return schedule.record(
        step: step, loss: sumOverRows(0..<count) { Double(losses[$0]) },
        correctCount: (0..<count).count { predictions[$0] == batchLabels[$0] })
    }
    schedule.record(
      step: step,
      lossPass.total(
        of: schedule.order.elements(samples), labels: batchLabels, losses: losses,
        predictions: predictions))
  }
}
