// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A trained network with all that it takes to use it: class names, the scale of bytes, the
/// record of its training.
///
/// ```swift
/// let classifier = try SoftmaxRegression().fitted(to: digits.training)
/// let prediction = try classifier.predictions(for: digits.training.features)[0]
/// print(prediction.label, prediction.probability)
/// ```
public struct Classifier: Hashable, Sendable {
  /// The network; its outputs are the logits.
  public let network: Sequential
  /// The names of the classes, by index.
  public let classNames: [String]
  /// What a byte feature is multiplied with; nil for a classifier trained on numbers as they are.
  public let byteScale: Float?
  /// The record of the training, if it is known.
  public let trainingRecord: TrainingRecord?

  /// Creates a classifier from its parts.
  ///
  /// - Throws: `shapeMismatch` or `invalidArgument` for names that do not fit the network.
  public init(
    network: Sequential, classNames: [String], byteScale: Float? = nil,
    trainingRecord: TrainingRecord? = nil
  ) throws(SoftmaxError) {
    guard classNames.count == network.outputCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network has \(network.outputCount) outputs, but \(classNames.count) class names")
    }
    guard classNames.count >= 2, Set(classNames).count == classNames.count else {
      throw SoftmaxError(
        .invalidArgument, "a classifier needs at least 2 class names, no two the same")
    }
    if let byteScale { try ByteMatrix.validate(scale: byteScale) }
    self.network = network
    self.classNames = classNames
    self.byteScale = byteScale
    self.trainingRecord = trainingRecord
  }

  /// Creates a classifier from a network and the data that it was trained on.
  ///
  /// - Throws: `shapeMismatch` unless the network has an output for each class.
  public init(
    network: Sequential, trainedOn dataset: LabeledDataset, record: TrainingRecord? = nil
  ) throws(SoftmaxError) {
    var scale: Float?
    if case .bytes(let matrix) = dataset.features { scale = matrix.scale }
    try self.init(
      network: network, classNames: dataset.classNames, byteScale: scale, trainingRecord: record)
  }

  /// The classifier made ready to predict again and again.
  ///
  /// - Parameter threads: the number of threads; without it the machine's processors.
  /// - Throws: `invalidArgument` for a number of threads that makes no sense.
  public func predictor(threads: Int? = nil) throws(SoftmaxError) -> Predictor {
    try Predictor(network, byteScale: byteScale, threads: threads)
  }

  /// The logits of each sample: [samples, classes].
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
    let logits = try logits(for: features, threads: threads)
    let probabilities = logits.softmax()
    // The class is that of the greatest logit: two probabilities can round to the same number.
    return zip(0..<logits.rowCount, logits.mostLikelyClasses()).map { row, index in
      Prediction(
        index: index, label: classNames[index], probabilities: Array(probabilities.row(row)))
    }
  }
}
