// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Classifier {
  /// Evaluates the classifier on multi-label samples.
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``; `invalidArgument` if there are no
  ///   samples, if the targets are not multi-label, if the classifier lacks one of the classes, or if its
  ///   classes are mutually exclusive.
  public func multiLabelEvaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> MultiLabelEvaluation {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    let samples = try dataset.matching(classNames: classNames)
    guard case .indicators(let indicators) = samples.targets else {
      throw SoftmaxError(
        .invalidArgument, "the data set is not multi-label", remedy: "use evaluation(on:)")
    }
    guard outputFunction == .sigmoid, network.outputCount == classNames.count else {
      throw SoftmaxError(
        .invalidArgument, "the classifier's classes exclude each other, the data set's do not",
        remedy: "train a network that ends in a sigmoid for each class")
    }
    try validate(shape: samples.featureShape)
    let logits = try logits(for: samples.features, threads: threads)
    guard samples.sampleWeights?.allSatisfy({ $0 == 0 }) != true else {
      throw SoftmaxError(.invalidArgument, "all samples to judge by have the weight 0")
    }
    return MultiLabelEvaluation(
      indicators: indicators, logits: logits, sampleWeights: samples.sampleWeights)
  }
}
