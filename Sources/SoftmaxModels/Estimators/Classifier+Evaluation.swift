// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Classifier {
  /// How good the classifier is on labelled samples.
  ///
  /// The log loss of several sigmoids is the mean over them of the binary cross-entropy.
  ///
  /// Labels are matched by class name, as `LabeledDataset.matching(classNames:)` does; columns of a table
  /// by theirs.
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
    let samples = try dataset.matching(classNames: classNames)
    try validate(shape: samples.featureShape)
    let logits = try predictor(execution: execution).logits(for: samples.features)
    let labels = samples.labels
    return Evaluation(
      checkedLabels: labels, logits: logits, outputFunction: outputFunction, classNames: classNames)
  }

  // Pictures of another shape are other pictures, though they have as many pixels.
  func validate(shape: [Int]) throws(SoftmaxError) {
    guard shape.count > 1 else { return }
    try network.validate(featureCount: network.inputCount, shape: shape)
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
