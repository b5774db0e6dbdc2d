// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A trained network with all that it takes to use it: what is done to features first, class names, the
/// record of its training.
///
/// ```swift
/// let classifier = try SoftmaxRegression().fitted(to: digits.training)
/// let prediction = try classifier.predictions(for: digits.training.features)[0]
/// print(prediction.label, prediction.probability)
/// ```
public struct Classifier: ClassificationModel, Hashable {
  /// The network; its outputs are the logits.
  public let network: Sequential
  /// The names of the classes, by index.
  public let classNames: [String]
  /// What is done to features before the network sees them.
  public let pipeline: Pipeline
  /// The record of the training, if it is known.
  public let trainingRecord: TrainingRecord?
  /// How the network's outputs become probabilities.
  public let outputFunction: OutputFunction
  /// What the training table looked like, where there was one: its columns' names and types, and which
  /// of them held the classes.
  public var table: TableSchema? { pipeline.table }

  /// Creates a classifier from its parts.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - classNames: a name for each output, or two for a single output, whose probability is that of
  ///     the second.
  ///   - pipeline: what is done to features first.
  ///   - trainingRecord: the record of the training.
  ///   - outputFunction: how outputs become probabilities, for a network written from logits; without
  ///     it the network's own.
  /// - Throws: `shapeMismatch` or `invalidArgument` for names, a pipeline or a function that do not fit the
  ///   network.
  public init(
    network: Sequential, classNames: [String], pipeline: Pipeline = Pipeline(),
    trainingRecord: TrainingRecord? = nil, outputFunction: OutputFunction? = nil
  ) throws(SoftmaxError) {
    let function = outputFunction ?? network.outputFunction
    if let written = network.writtenOutputFunction, written != function {
      throw SoftmaxError(
        .invalidArgument,
        "the network ends in a \(written.rawValue), so its outputs cannot go through a "
          + "\(function.rawValue)",
        remedy: "leave out outputFunction, or end the network in its logits")
    }
    guard classNames.count == function.classCount(ofOutputs: network.outputCount) else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network has \(network.outputCount) outputs, but \(classNames.count) class names")
    }
    guard classNames.count >= 2, Set(classNames).count == classNames.count else {
      throw SoftmaxError(
        .invalidArgument, "a classifier needs at least 2 class names, no two the same")
    }
    try pipeline.validate(for: network)
    self.network = network
    self.classNames = classNames
    self.pipeline = pipeline
    self.trainingRecord = trainingRecord
    self.outputFunction = function
  }

  /// Creates a classifier from a network and the data that it was trained on, as they are.
  ///
  /// - Parameters:
  ///   - network: what was trained.
  ///   - dataset: the data, which give the class names.
  ///   - record: the record of the training, if there is one.
  ///   - outputFunction: how outputs become probabilities, for a network written from logits; without
  ///     it the network's own.
  /// - Throws: `shapeMismatch` unless the network has an output for each class, or one for two.
  public init(
    network: Sequential, trainedOn dataset: LabeledDataset, record: TrainingRecord? = nil,
    outputFunction: OutputFunction? = nil
  ) throws(SoftmaxError) {
    try self.init(
      network: network, classNames: dataset.classNames, pipeline: Pipeline(fittedTo: dataset),
      trainingRecord: record, outputFunction: outputFunction)
  }

  /// The classifier made ready to predict again and again.
  ///
  /// - Parameter threads: the number of threads; without it the machine's processors.
  /// - Throws: `invalidArgument` for a number of threads that makes no sense.
  public func predictor(threads: Int? = nil) throws(SoftmaxError) -> Predictor {
    try predictor(execution: Execution(threads: threads))
  }

  /// The classifier made ready to predict as `execution` says.
  package func predictor(execution: Execution) throws(SoftmaxError) -> Predictor {
    try Predictor(
      network, classNames: classNames, pipeline: pipeline, outputFunction: outputFunction,
      execution: execution)
  }

  /// The logits of each sample: [samples, outputs].
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``.
  public func logits(for features: Features, threads: Int? = nil) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).logits(for: features)
  }

  /// The probability of each class for each sample: [samples, classes].
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``.
  public func probabilities(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).probabilities(for: features)
  }

  /// The most probable class of each sample, with all probabilities.
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``.
  public func predictions(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> [Prediction] {
    try predictor(threads: threads).predictions(for: features)
  }
}
