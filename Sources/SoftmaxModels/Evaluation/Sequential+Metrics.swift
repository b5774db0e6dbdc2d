// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Sequential {
  /// Returns loss and accuracy on a data set, with the current parameters.
  ///
  /// - Throws: `nonFiniteValue` if a logit overflows; `shapeMismatch` if the samples do not fit the network.
  func metrics(
    of loss: Loss, on dataset: LabeledDataset, execution: Execution
  ) throws(SoftmaxError) -> TrainingHistory.Metrics {
    let logits = try predictor(execution: execution).logits(for: dataset.features)
    guard loss.isPlainCrossEntropy, dataset.sampleWeights == nil else {
      let totals = loss.evaluate(dataset, logits: logits).totals
      return TrainingHistory.Metrics(loss: totals.loss, accuracy: totals.accuracy)
    }
    let losses = try logits.crossEntropy(of: dataset.targets)
    let correctCount = zip(logits.mostLikelyClasses(), dataset.labels).count { $0 == $1 }
    return TrainingHistory.Metrics(
      loss: sumOverRows(losses.indices) { Double(losses[$0]) } / Double(dataset.count),
      accuracy: Double(correctCount) / Double(dataset.count))
  }
}
