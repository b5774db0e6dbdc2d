// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Sequential {
  /// Returns loss and accuracy on a data set, from the logits of its samples.
  ///
  /// - Throws: `shapeMismatch` if the targets do not fit the logits.
  func metrics(
    of loss: Loss, on dataset: LabeledDataset, logits: Matrix
  ) throws(SoftmaxError) -> TrainingHistory.Metrics {
    guard loss.isPlainCrossEntropy, dataset.sampleWeights == nil else {
      let totals = loss.evaluate(dataset, logits: logits).totals
      return TrainingHistory.Metrics(loss: totals.loss, accuracy: totals.accuracy)
    }
    let losses: [Double]
    if case .labels(let labels) = dataset.targets,
      labels.allSatisfy({ 0..<logits.columnCount ~= $0 })
    {
      // The same as `Evaluation.logLoss`.
      let scores = ClassScores(logits, .softmax)
      losses = labels.indices.map { scores.loss(row: $0, label: labels[$0]) }
    } else {
      losses = try logits.crossEntropy(of: dataset.targets).map { Double($0) }
    }
    let correctCount = zip(logits.mostLikelyClasses(), dataset.labels).count { $0 == $1 }
    return TrainingHistory.Metrics(
      loss: sumOverRows(losses.indices) { losses[$0] } / Double(dataset.count),
      accuracy: Double(correctCount) / Double(dataset.count))
  }
}
