// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Classifier {
  /// Evaluates the classifier on labelled samples.
  ///
  /// For a classifier with several sigmoid outputs the log loss of a sample is the mean of the outputs'
  /// binary cross-entropies.
  ///
  /// Classes and, for a table, columns are matched by name, as in `LabeledDataset.matching(classNames:)`.
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``; `invalidArgument` if there are no
  ///   samples, if the data set is multi-label, or if the classifier lacks one of its classes or features.
  public func evaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> Evaluation {
    try evaluation(on: dataset, execution: Execution(threads: threads))
  }

  /// Evaluates the classifier on labelled samples with the threads and kernels of `execution`.
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
    return try Evaluation(
      checkedLabels: labels, logits: logits, outputFunction: logitFunction, classNames: classNames,
      sampleWeights: samples.sampleWeights)
  }

  // Throws unless the samples have the network's input shape. Images of a different shape are rejected even
  // if they have the same number of pixels; flat rows (one dimension) are checked elsewhere, by their
  // length.
  func validate(shape: [Int]) throws(SoftmaxError) {
    guard shape.count > 1 else { return }
    try network.validate(featureCount: network.inputCount, shape: shape)
  }
}

extension Sequential {
  /// Evaluates the network on labelled samples (Keras: `evaluate`).
  ///
  /// The data set's classes must be the network's, in the same order.
  ///
  /// - Throws: the errors of ``Classifier/init(network:trainedOn:record:outputFunction:)`` and
  ///   ``Classifier/evaluation(on:threads:)``.
  public func evaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> Evaluation {
    try Classifier(network: self, trainedOn: dataset).evaluation(on: dataset, threads: threads)
  }
}
