// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The quality of a classifier on multi-label samples, which belong to any number of classes.
///
/// A class is predicted if its probability is above one half. Only counts and metrics are stored. If the samples have
/// weights, a sample of weight 2 counts like two in every metric; counts are of samples.
public struct MultiLabelEvaluation: Hashable, Sendable {
  /// The number of samples.
  public let rowCount: Int
  /// The number of classes.
  public let classCount: Int
  /// The number of (sample, class) pairs that are predicted correctly.
  public let correctCount: Int
  /// The number of samples with all classes predicted correctly.
  package let exactCount: Int
  /// The binary cross-entropy, averaged over samples and classes, in nats; it is not clipped.
  public let logLoss: Double
  /// The fraction of (sample, class) pairs predicted correctly: Keras' binary accuracy, and 1 - scikit-learn's
  /// `hamming_loss`.
  public let accuracy: Double
  /// The fraction of samples with all classes predicted correctly: scikit-learn's `accuracy_score` for
  /// multi-label data.
  public let exactAccuracy: Double
  /// Precision, recall, F1 and support of each class.
  public let perClass: [ClassMetrics]
  /// The metrics of all (sample, class) pairs together: scikit-learn's average "micro".
  public let microAverage: ClassMetrics
  /// The unweighted mean over the classes.
  public let macroAverage: ClassMetrics
  /// The mean over the classes, weighted by their samples.
  public let weightedAverage: ClassMetrics
  /// The mean over the samples: scikit-learn's average "samples".
  public let sampleAverage: ClassMetrics
  /// The mean over the samples of |predicted and true| / |predicted or true|, and 0 without both.
  package let jaccardIndex: Double
  /// The mean over the samples of the average precision of the order of the classes.
  ///
  /// For each class of a sample it is the share of the sample's classes among those that rank as high, and 1 for a sample
  /// of no class or of all: scikit-learn's `label_ranking_average_precision_score`.
  public let rankingAveragePrecision: Double
  /// The mean over the samples of the share of pairs of a class of the sample and another one that tie or are ranked
  /// wrongly: scikit-learn's `label_ranking_loss`.
  package let rankingLoss: Double
  /// The mean over the samples of the number of classes, from the most probable one, that hold all of the sample's.
  package let coverageError: Double
  /// The area under the ROC curve of each class; nil if all samples belong to it or none does.
  public let rocAUC: [Double?]
  /// The average precision of each class; nil as for ``rocAUC``.
  package let averagePrecisions: [Double?]
}

extension MultiLabelEvaluation {
  /// Creates an evaluation from the logits of one sigmoid per class and from indicators.
  ///
  /// A class is predicted if its logit is above 0.
  ///
  /// - Parameters:
  ///   - indicators: [samples, classes], 1 if the sample belongs to the class, else 0.
  ///   - logits: [samples, classes].
  ///   - sampleWeights: the weight of each sample, of which at least one is greater than 0; nil for 1.
  /// - Complexity: O(samples (classes of a sample x classes + classes log samples)).
  init(indicators: Matrix, logits: Matrix, sampleWeights: [Float]? = nil) {
    let classes = 0..<logits.columnCount
    let weights =
      sampleWeights.map { $0.map { Double($0) } }
      ?? [Double](repeating: 1, count: logits.rowCount)
    var tallies = Tallies(classCount: classes.count)
    for row in 0..<logits.rowCount {
      tallies.add(
        logits.row(row), indicators.row(row).map { $0 > 0.5 }, weight: weights[row])
    }
    // -t ln p - (1 - t) ln(1 - p), whose terms keep their precision where they are small.
    let loss = sumOverRows(0..<logits.rowCount) { row in
      guard weights[row] > 0 else { return 0 }
      return weights[row]
        * zip(logits.row(row), indicators.row(row)).reduce(0) { sum, pair in
          let (logit, target) = (Double(pair.0), Double(pair.1))
          return sum - target * ElementaryFunctions.logSigmoid(logit)
            - (1 - target) * ElementaryFunctions.logSigmoid(-logit)
        }
    }
    let total = weights.reduce(0, +)
    let areas = classes.map { index -> ClassAreas? in
      let labels = (0..<logits.rowCount).map { indicators[$0, index] > 0.5 ? 1 : 0 }
      let positives = weights.indices.reduce(0) { $0 + Double(labels[$1]) * weights[$1] }
      let negatives = weights.indices.reduce(0) { $0 + Double(1 - labels[$1]) * weights[$1] }
      guard positives > 0, negatives > 0 else { return nil }
      return ClassAreas(
        of: 1, ranking: Ranking((0..<logits.rowCount).map { Double(logits[$0, index]) }),
        labels: labels, labelWeights: [negatives, positives], weights: sampleWeights)
    }
    rowCount = logits.rowCount
    classCount = classes.count
    correctCount = tallies.correctCount
    exactCount = tallies.exactCount
    logLoss = loss / (total * Double(classes.count))
    accuracy = tallies.right / (total * Double(classes.count))
    exactAccuracy = tallies.exact / total
    perClass = classes.map { tallies.metrics(ofClass: $0) }
    microAverage = tallies.microAverage
    macroAverage = .mean(of: perClass, weights: classes.map { _ in 1 })
    weightedAverage = .mean(of: perClass, weights: tallies.actual)
    sampleAverage = ClassMetrics(
      precision: tallies.precision / total, recall: tallies.recall / total, f1: tallies.f1 / total,
      support: tallies.supports.reduce(0, +))
    jaccardIndex = tallies.jaccard / total
    rankingAveragePrecision = tallies.rankingPrecision / total
    rankingLoss = tallies.rankingLoss / total
    coverageError = tallies.coverage / total
    rocAUC = areas.map { $0?.roc }
    averagePrecisions = areas.map { $0?.averagePrecision }
  }

  /// Weights and counts that are summed over the samples.
  private struct Tallies {
    var correctCount = 0
    var exactCount = 0
    var supports: [Int]
    // By class: the weight of the samples predicted as it, belonging to it, and both.
    var predicted: [Double]
    var actual: [Double]
    var both: [Double]
    var (right, exact, precision, recall, f1, jaccard) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var (rankingPrecision, rankingLoss, coverage) = (0.0, 0.0, 0.0)

    init(classCount: Int) {
      supports = Array(repeating: 0, count: classCount)
      predicted = Array(repeating: 0, count: classCount)
      actual = predicted
      both = predicted
    }

    mutating func add(_ logits: ArraySlice<Float>, _ isTrue: [Bool], weight: Double) {
      var (correct, trueCount, predictedCount, bothCount) = (0, 0, 0, 0)
      for (index, logit) in logits.enumerated() {
        let isPredicted = logit > 0
        if isPredicted == isTrue[index] { correct += 1 }
        if isTrue[index] {
          trueCount += 1
          supports[index] += 1
          actual[index] += weight
        }
        if isPredicted {
          predictedCount += 1
          predicted[index] += weight
          if isTrue[index] {
            bothCount += 1
            both[index] += weight
          }
        }
      }
      correctCount += correct
      right += weight * Double(correct)
      if correct == isTrue.count {
        exactCount += 1
        exact += weight
      }
      let hits = Double(bothCount)
      precision += weight * fraction(hits, of: Double(predictedCount))
      recall += weight * fraction(hits, of: Double(trueCount))
      f1 += weight * fraction(2 * hits, of: Double(predictedCount + trueCount))
      jaccard += weight * fraction(hits, of: Double(predictedCount + trueCount - bothCount))
      rank(logits, isTrue, trueCount: trueCount, weight: weight)
    }

    private mutating func rank(
      _ logits: ArraySlice<Float>, _ isTrue: [Bool], trueCount: Int, weight: Double
    ) {
      let others = isTrue.count - trueCount
      guard trueCount > 0 else {
        rankingPrecision += weight
        return
      }
      var (shares, deepest, wrongPairs) = (0.0, 0, 0)
      for (index, own) in logits.enumerated() where isTrue[index] {
        var (above, trueAbove) = (0, 0)
        for (other, logit) in logits.enumerated() where logit >= own {
          above += 1
          if isTrue[other] { trueAbove += 1 }
        }
        shares += Double(trueAbove) / Double(above)
        deepest = max(deepest, above)
        wrongPairs += above - trueAbove
      }
      rankingPrecision += weight * (others == 0 ? 1 : shares / Double(trueCount))
      rankingLoss += weight * fraction(Double(wrongPairs), of: Double(trueCount * others))
      coverage += weight * Double(deepest)
    }

    func metrics(ofClass index: Int) -> ClassMetrics {
      ClassMetrics(
        precision: fraction(both[index], of: predicted[index]),
        recall: fraction(both[index], of: actual[index]),
        f1: fraction(2 * both[index], of: predicted[index] + actual[index]),
        support: supports[index])
    }

    var microAverage: ClassMetrics {
      let (hits, predicted, actual) = (
        both.reduce(0, +), predicted.reduce(0, +), actual.reduce(0, +)
      )
      return ClassMetrics(
        precision: fraction(hits, of: predicted), recall: fraction(hits, of: actual),
        f1: fraction(2 * hits, of: predicted + actual), support: supports.reduce(0, +))
    }
  }
}
