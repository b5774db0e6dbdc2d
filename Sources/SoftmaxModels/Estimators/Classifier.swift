// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A trained network with all that it takes to use it: class names, the scale of bytes, the
/// standardization of its features, the record of its training.
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
  /// What a byte feature is multiplied with; nil for a classifier trained on numbers as they are.
  public let byteScale: Float?
  /// The record of the training, if it is known.
  public let trainingRecord: TrainingRecord?
  /// How the network's outputs become probabilities.
  public let outputFunction: OutputFunction
  /// What brings the features to mean 0 and deviation 1 before the network sees them, if anything does.
  public let standardization: Standardization?
  /// The names of the features in their order, where they had such in training: a table's columns.
  public let featureNames: [String]?

  /// Creates a classifier from its parts.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - classNames: a name for each output, or two for a single output, whose probability is that of
  ///     the second.
  ///   - byteScale: what a byte feature is multiplied with.
  ///   - trainingRecord: the record of the training.
  ///   - standardization: what is done to the features first.
  ///   - outputFunction: how outputs become probabilities, for a network written from logits; without
  ///     it the network's own.
  ///   - featureNames: a name for each feature.
  /// - Throws: `shapeMismatch` or `invalidArgument` for names or a function that do not fit the network.
  public init(
    network: Sequential, classNames: [String], byteScale: Float? = nil,
    trainingRecord: TrainingRecord? = nil, standardization: Standardization? = nil,
    outputFunction: OutputFunction? = nil, featureNames: [String]? = nil
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
    if let byteScale { try ByteMatrix.validate(scale: byteScale) }
    try standardization?.validate(featureCount: network.inputCount)
    if let featureNames, featureNames.count != network.inputCount {
      throw SoftmaxError(
        .shapeMismatch,
        "the network takes \(network.inputCount) features, but \(featureNames.count) have a name")
    }
    self.network = network
    self.classNames = classNames
    self.byteScale = byteScale
    self.trainingRecord = trainingRecord
    self.outputFunction = function
    self.standardization = standardization
    self.featureNames = featureNames
  }

  /// Creates a classifier from a network and the data that it was trained on.
  ///
  /// - Parameter outputFunction: how outputs become probabilities, for a network written from logits;
  ///   without it the network's own.
  /// - Throws: `shapeMismatch` unless the network has an output for each class, or one for two.
  public init(
    network: Sequential, trainedOn dataset: LabeledDataset, record: TrainingRecord? = nil,
    outputFunction: OutputFunction? = nil
  ) throws(SoftmaxError) {
    let fits = dataset.features.columnCount == network.inputCount
    try self.init(
      network: network, classNames: dataset.classNames, byteScale: dataset.features.byteScale,
      trainingRecord: record, outputFunction: outputFunction,
      featureNames: fits ? dataset.featureNames : nil)
  }

  /// The classifier behind a standardization, which it applies from then on.
  public func standardizing(
    by standardization: Standardization, byteScale: Float?
  ) throws(SoftmaxError) -> Classifier {
    try Classifier(
      network: network, classNames: classNames, byteScale: byteScale,
      trainingRecord: trainingRecord, standardization: standardization,
      outputFunction: outputFunction, featureNames: featureNames)
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
      network, byteScale: byteScale, standardization: standardization,
      outputFunction: outputFunction, execution: execution)
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
    try predictions(for: features, execution: Execution(threads: threads))
  }

  /// The most probable class of each sample, computed as `execution` says.
  package func predictions(
    for features: Features, execution: Execution
  ) throws(SoftmaxError) -> [Prediction] {
    let logits = try predictor(execution: execution).logits(for: features)
    let probabilities = outputFunction.probabilities(of: logits)
    // The class is that of the greatest logit: two probabilities can round to the same number.
    return zip(0..<logits.rowCount, outputFunction.classes(of: logits)).map { row, index in
      Prediction(
        index: index, label: classNames[index], probabilities: Array(probabilities.row(row)))
    }
  }
}
