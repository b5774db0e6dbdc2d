// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// What was chosen, and what it reached.
extension ModelSelector {
  func selection(
    _ evaluation: Evaluation, _ candidates: [ModelSelection.Candidate]
  ) -> ModelSelection {
    let interval = accuracyInterval(of: evaluation)
    let baseline = baseline(for: evaluation)
    return ModelSelection(
      candidates: candidates, foldCount: folds.count, rowCount: evaluation.rowCount,
      logLoss: evaluation.logLoss,
      logLossStandardError: mean(of: evaluation.losses, weights: evaluation.weights)
        .standardError,
      accuracy: evaluation.accuracy, accuracyLow: interval.lowerBound,
      accuracyHigh: interval.upperBound, baselineAccuracy: baseline.accuracy,
      baselineLogLoss: baseline.logLoss, origins: dataset.origins?.name, budget: budget,
      leftOut: budget == nil ? nil : omissions.texts)
  }

  // Returns what a model without features reaches on the judged rows: the most frequent class, and the classes' shares.
  private func baseline(for evaluation: Evaluation) -> (accuracy: Double, logLoss: Double) {
    let weights = evaluation.weights
    let total = weights.reduce(0, +)
    guard dataset.origins?.areTimes == true else {
      var counts = [Double](repeating: 0, count: dataset.classCount)
      // Of the rows that were judged: the only row of a class belongs to no fold.
      for (label, weight) in zip(evaluation.labels, weights) { counts[label] += weight }
      let shares = counts.map { $0 / total }
      return (
        shares.max() ?? 0,
        shares.reduce(0) { $1 > 0 ? $0 - $1 * ElementaryFunctions.logarithm($1) : $0 }
      )
    }
    // Of later rows only the shares in earlier ones are known. One more row of each class, Laplace's rule of succession,
    // is for classes that come later.
    var (right, loss, first) = (0.0, 0.0, 0)
    for fold in folds where first < evaluation.rowCount {
      var counts = [Double](repeating: 1, count: dataset.classCount)
      for row in fold.learned(ofRows: dataset.count) {
        counts[dataset.labels[row]] += Double(dataset.sampleWeights?[row] ?? 1)
      }
      let sum = counts.reduce(0, +)
      let best = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
      for index in first..<first + fold.judged.count {
        let label = evaluation.labels[index]
        right += label == best ? weights[index] : 0
        loss -= weights[index] * ElementaryFunctions.logarithm(counts[label] / sum)
      }
      first += fold.judged.count
    }
    return (right / total, loss / total)
  }
}
