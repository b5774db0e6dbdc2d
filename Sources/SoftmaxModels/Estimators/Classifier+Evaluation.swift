// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Classifier {
  /// How good the classifier is on labelled samples.
  ///
  /// The log loss of several sigmoids is the mean over them of the binary cross-entropy.
  ///
  /// Labels are matched by class name; a data set whose names are nothing but "0", "1", ... by
  /// index. So are features, where both sides have names for them.
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``; `invalidArgument` for no samples at all or
  ///   for classes or features that the classifier does not know.
  public func evaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> Evaluation {
    try evaluation(on: dataset, execution: Execution(threads: threads))
  }

  /// How good the classifier is on labelled samples, computed as `execution` says.
  package func evaluation(
    on dataset: LabeledDataset, execution: Execution
  ) throws(SoftmaxError) -> Evaluation {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    if case .indicators = dataset.targets {
      throw SoftmaxError(
        .invalidArgument, "the samples have any number of classes each (multi-label)",
        remedy: "use multiLabelEvaluation(on:)")
    }
    try network.validate(
      featureCount: dataset.features.columnCount, shape: dataset.featureShape)
    let classOf = try classIndices(of: dataset)
    let features = try dataset.ordering(features: featureNames).features
    let logits = try predictor(execution: execution).logits(for: features)
    let labels = dataset.labels.map { classOf[$0] }
    let losses = outputFunction.logLosses(of: logits, labels: labels)
    return Evaluation(
      labels: labels, predictions: outputFunction.classes(of: logits),
      probabilities: outputFunction.probabilities(of: logits),
      logLoss: sumOverRows(losses.indices) { losses[$0] } / Double(dataset.count),
      classNames: classNames)
  }

  // For each class of the data set its index here.
  func classIndices(of dataset: LabeledDataset) throws(SoftmaxError) -> [Int] {
    let places = Dictionary(
      uniqueKeysWithValues: classNames.enumerated().map { ($0.element, $0.offset) })
    let known = dataset.classNames.compactMap { places[$0] }
    if known.count == dataset.classCount { return known }
    let isNumbered = dataset.classNames.enumerated().allSatisfy { $0.element == "\($0.offset)" }
    if isNumbered, dataset.classCount <= classNames.count { return Array(0..<dataset.classCount) }
    let unknown = dataset.classNames.filter { places[$0] == nil }
    throw SoftmaxError(
      .invalidArgument,
      "the classifier does not know \(unknown.prefix(5)); it knows \(classNames.prefix(20))",
      remedy: "evaluate on data with the same classes")
  }
}

extension Sequential {
  /// How good the network is on labelled samples whose classes are its own, in this order
  /// (Keras' `evaluate`).
  ///
  /// - Throws: as ``Classifier/init(network:trainedOn:record:outputFunction:)`` and
  ///   ``Classifier/evaluation(on:threads:)``.
  public func evaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> Evaluation {
    try Classifier(network: self, trainedOn: dataset).evaluation(on: dataset, threads: threads)
  }
}
