// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// How good a classifier is on samples that have any number of the classes at once.
public struct MultiLabelEvaluation: Hashable, Sendable {
  /// The number of samples.
  public let rowCount: Int
  /// The number of classes.
  public let classCount: Int
  /// The number of (sample, class) pairs whose probability is on the right side of one half.
  public let correctCount: Int
  /// The number of samples with every class right.
  public let exactCount: Int
  /// The mean over samples and classes of the binary cross-entropy, in nats; exact, never clipped.
  public let logLoss: Double

  /// The fraction of (sample, class) pairs that are right: Keras' binary accuracy.
  public var accuracy: Double { Double(correctCount) / Double(rowCount * classCount) }
  /// The fraction of samples with every class right: scikit-learn's `accuracy_score` of such data.
  public var exactAccuracy: Double { Double(exactCount) / Double(rowCount) }
}

extension Classifier {
  /// How good the classifier is on multi-label samples.
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``; `invalidArgument` for no samples at all, for
  ///   targets that are not multi-label, for classes that it does not know, or for a classifier whose
  ///   classes exclude each other.
  public func multiLabelEvaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> MultiLabelEvaluation {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    guard case .indicators = dataset.targets else {
      throw SoftmaxError(
        .invalidArgument, "the data set is not multi-label", remedy: "use evaluation(on:)")
    }
    guard outputFunction == .sigmoid, network.outputCount == classNames.count else {
      throw SoftmaxError(
        .invalidArgument, "the classifier's classes exclude each other, the data set's do not",
        remedy: "train a network that ends in a sigmoid for each class")
    }
    let samples = try dataset.matching(classNames: classNames)
    guard let indicators = samples.targets.matrix else {
      throw SoftmaxError(.invalidArgument, "the data set is not multi-label")
    }
    try validate(shape: samples.featureShape)
    let logits = try logits(for: samples.features, threads: threads)
    var (correctCount, exactCount) = (0, 0)
    let costs = logits.elements.softplus()
    for row in 0..<dataset.count {
      let right = zip(logits.row(row), indicators.row(row)).count { ($0 > 0) == ($1 > 0.5) }
      correctCount += right
      if right == classNames.count { exactCount += 1 }
    }
    // ln(1 + e^z) - t z, whose parts are exact where it is small: for t = 1 that is ln(1 + e^-z).
    let inverse = logits.elements.map(-).softplus()
    let loss = sumOverRows(0..<dataset.count) { row in
      (row * classNames.count..<(row + 1) * classNames.count).reduce(0) {
        let target = Double(indicators.elements[$1])
        return $0 + (1 - target) * Double(costs[$1]) + target * Double(inverse[$1])
      }
    }
    return MultiLabelEvaluation(
      rowCount: dataset.count, classCount: classNames.count, correctCount: correctCount,
      exactCount: exactCount, logLoss: loss / Double(dataset.count * classNames.count))
  }
}
