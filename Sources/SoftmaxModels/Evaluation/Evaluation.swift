// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The quality of a classifier on labelled samples.
///
/// An evaluation stores the logits of each sample, so every ``Metric`` can be computed from it, in double and without
/// losing what probabilities round away. Log loss is computed at initialization, what needs rankings or the confusion
/// matrix on the first access; the rest on each access. Memory is dominated by the logits, samples x outputs, and as
/// much again once rankings are kept. If the samples have weights, a sample of weight 2 counts like two in every metric;
/// counts are of samples, whatever their weights.
///
/// ```swift
/// let evaluation = try model.evaluation(on: test)
/// print(evaluation)                              // accuracy with its interval, log loss
/// print(evaluation.report)                       // scikit-learn's classification_report
/// print(evaluation.macroF1, evaluation.topKAccuracy(3))
/// print(evaluation.confusionMatrix.mostConfused(3))
/// ```
public struct Evaluation: Hashable, Sendable {
  /// The index of each sample's true class.
  public let labels: [Int]
  /// The outputs of the network before they become probabilities: [samples, outputs].
  public let logits: Matrix
  /// The function that turns logits into probabilities.
  public let outputFunction: OutputFunction
  /// The index of the predicted class of each sample.
  public let predictions: [Int]
  /// The weighted mean over the samples of -ln p(true class), in nats.
  ///
  /// It is computed from the logits without clipping, so a confident wrong prediction has its full loss. With
  /// several sigmoid outputs it is the binary cross-entropy, averaged over samples and outputs. Only
  /// `OutputFunction.normalized` bounds probabilities from below. It is infinite if the probability of a true class is 0,
  /// and NaN if only predicted classes are known.
  public let logLoss: Double
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The weight of each sample; nil if all samples have the weight 1.
  public let sampleWeights: [Float]?
  /// Whether probabilities are known; if not, there are predicted classes alone, and no logits.
  package let hasProbabilities: Bool

  /// Probabilities, losses and scores of the samples.
  let scores: ClassScores
  /// The log loss of each sample, in nats.
  package let losses: [Double]

  // What does not depend on the weights is shared with the evaluations of the same rows with other weights.
  let storedBrierScores: Memo<[Double]>
  let storedRankings: Memo<[Ranking]>
  let storedConfidenceRanking: Memo<Ranking>
  // What does.
  let storedMatrix = Memo<ConfusionMatrix>()
  let storedAreas = Memo<[ClassAreas?]>()
  let storedReliabilities = Memo<[Reliability]>()
  let storedCalibrationTest = Memo<CalibrationTest>()

  /// Creates an evaluation from the logits of any model.
  ///
  /// - Parameters:
  ///   - labels: the index of the true class of each sample.
  ///   - logits: finite values, [samples, outputs]: one output per class, or a single sigmoid output for two
  ///     classes.
  ///   - classNames: the names of the classes; by default "0", "1", ....
  ///   - outputFunction: the function that turns logits into probabilities.
  ///   - sampleWeights: the weight of each sample, finite and at least 0, or nil for 1.
  /// - Throws: `invalidArgument` if there are no samples, or a weight is negative or all are 0; `shapeMismatch`;
  ///   `labelOutOfRange` with the row; `nonFiniteValue` with row and column.
  public init(
    labels: [Int], logits: Matrix, classNames: [String]? = nil,
    outputFunction: OutputFunction = .softmax, sampleWeights: [Float]? = nil
  ) throws(SoftmaxError) {
    guard !labels.isEmpty else { throw SoftmaxError(.invalidArgument, "there are no samples") }
    let classCount = outputFunction.classCount(ofOutputs: logits.columnCount)
    let names = classNames ?? (0..<classCount).map { "\($0)" }
    guard logits.rowCount == labels.count, classCount == names.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(labels.count) labels of \(names.count) classes need as many rows and columns of "
          + "logits, got \(logits.rowCount) x \(logits.columnCount)")
    }
    try ConfusionMatrix.validate(labels, "label", classCount: names.count)
    try Features.floats(logits).validateFinite()
    try LabeledDataset.validate(sampleWeights, sampleCount: labels.count)
    try self.init(
      checkedLabels: labels, logits: logits, outputFunction: outputFunction, classNames: names,
      sampleWeights: sampleWeights)
  }

  /// Creates an evaluation from validated arguments.
  ///
  /// - Parameters:
  ///   - predictions: the predicted classes; nil for the most probable ones.
  ///   - hasProbabilities: whether there are logits.
  /// - Throws: `invalidArgument` if all weights are 0.
  init(
    checkedLabels labels: [Int], logits: Matrix, outputFunction: OutputFunction,
    classNames: [String], sampleWeights: [Float]?, predictions: [Int]? = nil,
    hasProbabilities: Bool = true
  ) throws(SoftmaxError) {
    guard sampleWeights?.allSatisfy({ $0 == 0 }) != true else {
      throw SoftmaxError(
        .invalidArgument, "all samples to judge by have the weight 0",
        remedy: "give some samples a weight greater than 0")
    }
    self.labels = labels
    self.logits = logits
    self.outputFunction = outputFunction
    self.predictions = predictions ?? outputFunction.classes(of: logits)
    self.hasProbabilities = hasProbabilities
    self.classNames = classNames
    self.sampleWeights = sampleWeights
    let scores = ClassScores(logits, outputFunction)
    self.scores = scores
    losses =
      hasProbabilities
      ? labels.indices.map { scores.loss(row: $0, label: labels[$0]) }
      : Array(repeating: .nan, count: labels.count)
    storedBrierScores = Memo()
    storedRankings = Memo()
    storedConfidenceRanking = Memo()
    logLoss = mean(of: losses, weights: sampleWeights)
  }

  /// Creates an evaluation of the same rows with other weights, of which at least one is greater than 0.
  init(_ other: Evaluation, sampleWeights: [Float]) {
    labels = other.labels
    logits = other.logits
    outputFunction = other.outputFunction
    predictions = other.predictions
    hasProbabilities = other.hasProbabilities
    classNames = other.classNames
    self.sampleWeights = sampleWeights
    scores = other.scores
    losses = other.losses
    storedBrierScores = other.storedBrierScores
    storedRankings = other.storedRankings
    storedConfidenceRanking = other.storedConfidenceRanking
    logLoss = mean(of: other.losses, weights: sampleWeights)
  }

  /// The number of samples.
  public var rowCount: Int { labels.count }
  /// The number of samples whose predicted class is the true class.
  public var correctCount: Int { zip(labels, predictions).count { $0 == $1 } }
  /// The probability of each class for each sample: [samples, classes].
  ///
  /// - Complexity: O(samples x classes) on each access; store the result to use it again.
  public var probabilities: Matrix { outputFunction.probabilities(of: logits) }
  /// Returns the probability of a class for a sample, in double.
  package func probability(row: Int, class index: Int) -> Double {
    scores.probability(row: row, class: index)
  }
  /// The number of samples for each pair of true and predicted class.
  ///
  /// - Complexity: O(samples + classes), or O(samples log samples + classes) for many classes, on the first access.
  public var confusionMatrix: ConfusionMatrix {
    storedMatrix.value {
      ConfusionMatrix(
        checkedLabels: labels, predictions: predictions, classNames: classNames,
        weights: sampleWeights)
    }
  }
  /// The fraction of samples classified correctly.
  public var accuracy: Double { share { labels[$0] == predictions[$0] } }

  /// The 95 % confidence interval of the accuracy, by Wilson's method.
  ///
  /// With weights the number of samples is Kish's effective one, (sum w)^2 / sum w^2, since a few heavy samples tell
  /// less than as many as their weight.
  ///
  /// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927; Kish,
  /// "Survey sampling", 1965.
  public var accuracyInterval: ClosedRange<Double> {
    wilsonInterval(share: accuracy, trials: effectiveSampleSize)
  }

  /// The number of samples; with weights Kish's effective one.
  var effectiveSampleSize: Double {
    guard let sampleWeights else { return Double(rowCount) }
    let (sum, squares) = sampleWeights.reduce((0.0, 0.0)) {
      ($0.0 + Double($1), $0.1 + Double($1) * Double($1))
    }
    return sum * sum / squares
  }

  /// The weight of each sample, in double.
  package var weights: [Double] {
    sampleWeights.map { $0.map { Double($0) } } ?? Array(repeating: 1, count: rowCount)
  }

  /// Returns the weight of a sample.
  @inline(__always)
  func weight(ofRow row: Int) -> Double {
    if let sampleWeights { Double(sampleWeights[row]) } else { 1 }
  }

  /// The weight of the samples of each class.
  var labelWeights: [Double] { confusionMatrix.labelWeights }

  /// The weight of all samples.
  var totalWeight: Double { labelWeights.reduce(0, +) }

  /// Returns the weighted mean of a value of each sample.
  func weightedMean(of values: [Double]) -> Double { mean(of: values, weights: sampleWeights) }

  // Returns the share of the samples for which a condition holds.
  func share(where holds: (Int) -> Bool) -> Double {
    SoftmaxModels.share(ofSamples: rowCount, weights: sampleWeights, where: holds)
  }

  /// The unweighted mean of the F1 of the classes.
  public var macroF1: Double { confusionMatrix.macroAverage.f1 }

  /// 1 - log loss / log loss of the class frequencies: 0 if the model tells no more than these, 1 if it is perfect; nil if
  /// all samples are of one class.
  var logLossSkill: Double? {
    singleClassReason == nil ? 1 - logLoss / logLossOfFrequencies : nil
  }

  /// The log loss of the class frequencies as probabilities: their entropy.
  var logLossOfFrequencies: Double {
    let isIndependent = outputFunction == .sigmoid && logits.columnCount > 1
    let entropy = classFrequencies.reduce(0) { sum, share in
      func term(_ share: Double) -> Double {
        share > 0 ? -share * ElementaryFunctions.logarithm(share) : 0
      }
      return sum + term(share) + (isIndependent ? term(1 - share) : 0)
    }
    return isIndependent ? entropy / Double(classNames.count) : entropy
  }

  /// The share of the samples of each class, by their weights.
  var classFrequencies: [Double] {
    let (weights, total) = (labelWeights, totalWeight)
    return weights.map { $0 / total }
  }
}

/// Returns the mean of values, by their weights if they have some.
///
/// A value of weight 0 may be infinite.
private func mean(of values: [Double], weights: [Float]?) -> Double {
  guard let weights else {
    return sumOverRows(values.indices) { values[$0] } / Double(values.count)
  }
  return sumOverRows(values.indices) { weights[$0] > 0 ? Double(weights[$0]) * values[$0] : 0 }
    / weights.reduce(0) { $0 + Double($1) }
}

/// Returns Wilson's 95 % score interval of a proportion.
///
/// (p + z^2 / 2n ± z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n) with z = 1.96.
func wilsonInterval(share p: Double, trials n: Double) -> ClosedRange<Double> {
  let z = 1.959963984540054
  let centre = p + z * z / (2 * n)
  let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  let whole = 1 + z * z / n
  // For p = 0 the exact lower bound is 0, and for p = 1 the exact upper bound is 1. Rounding would miss them.
  let low = p == 0 ? 0 : (centre - half) / whole
  let high = p == 1 ? 1 : (centre + half) / whole
  return low...high
}

extension Evaluation: CustomStringConvertible {
  /// Accuracy with its interval and log loss in one line.
  public var description: String {
    let interval = accuracyInterval
    let values = [accuracy, interval.lowerBound, interval.upperBound, logLoss].map {
      NumberText.fixed($0)
    }
    return "accuracy \(values[0]) [\(values[1]), \(values[2])], "
      + (hasProbabilities ? "log loss \(values[3]), " : "") + "\(rowCount) samples"
  }
}
