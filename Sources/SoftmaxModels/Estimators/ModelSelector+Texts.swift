// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension ModelSelector {
  private static let nameOfBayes = "naive Bayes"
  // The smoothings of naive Bayes that are compared, and its shares in the logits.
  private static let smoothings = [0.003, 0.01, 0.03, 0.1, 0.3]
  private static let sharesOfBayes: [Float] = [0.15, 0.25, 0.5, 0.75, 1]

  /// Naive Bayes, and the mixture of which it is a part.
  private struct Mixture {
    let smoothing: Double
    let share: Float
    let bayes: Evaluation
    let evaluation: Evaluation
  }

  /// Softmax regression of words, mixed with naive Bayes where the folds tell that this is better.
  ///
  /// Both are linear, and so is the mixture of their logits.
  func classifierOfTexts() throws -> Classifier {
    // What the steps learn does not depend on the classes, so the words are those of all rows.
    let data = try TrainingData(
      dataset, validation: .none, preprocessing: [.piecewiseLinear], seed: seed)
    var estimator = SoftmaxRegressionCV.ofTexts(iterations: 1000, preprocessing: [])
    estimator.foldCount = folds.count
    let regression = try regression("words of texts", estimator, on: data)
    guard let mixture = try mixture(with: regression, on: data.training) else {
      return try single(regression, others: [])
    }
    // It is a part of the mixture, and never a model of its own.
    let candidate = Candidate(
      name: Self.nameOfBayes, evaluation: mixture.bayes, judgeCount: regression.judgeCount
    ) { FittedCandidate(pipeline: data.pipeline, members: [], record: nil) }
    try observer?.candidateEnds(candidate.summary(weight: 0))
    guard isBetter(mixture.evaluation, than: regression.evaluation),
      let bayes = NaiveBayes(data.training)
    else {
      return try single(regression, others: [candidate])
    }
    let fitted = try regression.fitted()
    let network = try fitted.members[0].network.mixed(
      with: bayes.parameters(smoothing: mixture.smoothing), share: mixture.share)
    var record = fitted.record?.withoutSolution
    record?.selection = selection(
      mixture.evaluation,
      [
        regression.summary(weight: Double(1 - mixture.share)),
        candidate.summary(weight: Double(mixture.share)),
      ])
    return try Classifier(
      members: [ClassifierMember(network: network)], classNames: dataset.classNames,
      pipeline: data.pipeline, trainingRecord: record)
  }

  // Returns the mixture of the least log loss on the folds that judged the regression; nil where naive Bayes is not for
  // the features, or a class is not among the rows that a fold learns from.
  private func mixture(
    with regression: Candidate, on rows: LabeledDataset
  ) throws -> Mixture? {
    try observer?.candidateBegins(Self.nameOfBayes)
    var heldOut = Self.smoothings.map { _ in [HeldOutLogits]() }
    for fold in folds.prefix(regression.judgeCount) {
      let learned = rows.selecting(rows: fold.learned(ofRows: rows.count))
      guard let bayes = NaiveBayes(learned) else { return nil }
      let judged = rows.features.selecting(rows: fold.judged)
      for (place, smoothing) in Self.smoothings.enumerated() {
        try observer?.validateGoingOn()
        let network = try SoftmaxRegression.network(for: rows)
          .mixed(with: bayes.parameters(smoothing: smoothing), share: 1)
        heldOut[place].append(
          HeldOutLogits(
            rows: fold.judged,
            logits: try network.predictor(execution: execution).logits(for: judged)))
      }
    }
    var best: Mixture?
    for (smoothing, heldOut) in zip(Self.smoothings, heldOut) {
      let bayes = try evaluation(heldOut)
      for share in Self.sharesOfBayes {
        var logits = regression.evaluation.logits
        logits.mix(with: bayes.logits, share: share)
        let evaluation = try Evaluation(
          labels: bayes.labels, logits: logits, classNames: dataset.classNames,
          sampleWeights: bayes.sampleWeights)
        guard evaluation.logLoss < best?.evaluation.logLoss ?? .infinity else { continue }
        best = Mixture(
          smoothing: smoothing, share: share, bayes: bayes, evaluation: evaluation)
      }
    }
    return best
  }
}

extension Sequential {
  /// Returns a linear network with a share of other weights and biases, so that its logits are mixed with theirs.
  fileprivate func mixed(
    with other: (weight: Matrix, bias: [Float]), share: Float
  ) throws(SoftmaxError) -> Sequential {
    var result = self
    let last = layers.count - 1
    guard var weight = layers[last].weight, let bias = layers[last].bias else { return self }
    weight.mix(with: other.weight, share: share)
    try result.setParameters(
      ofLayer: last, weight: weight,
      bias: zip(bias, other.bias).map { (1 - share) * $0 + share * $1 })
    return result
  }
}

extension TrainingRecord {
  /// The record without what is known of the weights that a solve has found, for others.
  fileprivate var withoutSolution: TrainingRecord {
    var record = self
    (record.objective, record.objectiveGap, record.gradientNorm) = (nil, nil, nil)
    (record.isConverged, record.isSeparable) = (nil, nil)
    (record.finalLoss, record.finalAccuracy) = (nil, nil)
    return record
  }
}

extension Matrix {
  fileprivate mutating func mix(with other: Matrix, share: Float) {
    for index in elements.indices {
      elements[index] = (1 - share) * elements[index] + share * other.elements[index]
    }
  }
}
