// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A trained network together with its preprocessing pipeline, class names and training record.
///
/// This is the value that is saved, loaded and used to predict. It is immutable; to predict repeatedly,
/// make a `predictor(threads:)` once, because each of the prediction methods here prepares a new one.
///
/// ```swift
/// let classifier = try SoftmaxRegression().fitted(to: digits.training)
/// let prediction = try classifier.predictions(for: digits.training.features)[0]
/// print(prediction.label, prediction.probability)
/// ```
public struct Classifier: ClassificationModel, Hashable {
  /// The network; its outputs are the logits.
  ///
  /// Of a classifier with several members it is that of the first.
  public var network: Sequential { members[0].network }
  /// The networks whose probabilities are averaged; one in the ordinary case.
  package let members: [ClassifierMember]
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The preprocessing that is applied to features before they enter the network.
  public let pipeline: Pipeline
  /// The record of the training; nil if it is not known.
  public private(set) var trainingRecord: TrainingRecord?
  /// The function that turns the network's outputs into probabilities, before they are calibrated.
  public let outputFunction: OutputFunction
  /// What maps the probabilities to those that predictions and evaluations have; nil for nothing.
  ///
  /// The logits of a calibrated classifier are the calibrated ones, of a softmax over all classes.
  public private(set) var calibration: Calibration?
  /// What makes sets of classes of predictions; nil for nothing.
  public private(set) var conformal: ConformalPredictor?
  /// The names and types of the training table's columns, and which column held the classes.
  ///
  /// Nil unless the classifier was trained on a table.
  public var table: TableSchema? { pipeline.table }

  /// Creates a classifier from its parts.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - classNames: a name for each output. A network with a single output takes two names, and its
  ///     probability is that of the second class.
  ///   - pipeline: the preprocessing of the features.
  ///   - trainingRecord: the record of the training.
  ///   - outputFunction: the function that turns outputs into probabilities, for a network that ends in
  ///     logits; by default the function that the network ends in.
  /// - Throws: `shapeMismatch` or `invalidArgument` if the names, the pipeline or the function do not fit
  ///   the network.
  public init(
    network: Sequential, classNames: [String], pipeline: Pipeline = Pipeline(),
    trainingRecord: TrainingRecord? = nil, outputFunction: OutputFunction? = nil
  ) throws(SoftmaxError) {
    try self.init(
      members: [ClassifierMember(network: network)], classNames: classNames, pipeline: pipeline,
      trainingRecord: trainingRecord, outputFunction: outputFunction ?? network.outputFunction)
  }

  /// Creates a classifier from networks whose probabilities are averaged.
  ///
  /// - Parameters:
  ///   - members: the networks with their weights. Several need a softmax as output function.
  ///   - pipeline: the steps that come before those of each member.
  /// - Throws: `shapeMismatch` or `invalidArgument` if the names, the steps, the weights or the function do not
  ///   fit the networks.
  package init(
    members: [ClassifierMember], classNames: [String], pipeline: Pipeline,
    trainingRecord: TrainingRecord? = nil, outputFunction: OutputFunction = .softmax
  ) throws(SoftmaxError) {
    let isSingle = members.count == 1 && members[0].steps.isEmpty
    guard isSingle || members.count > 1 && outputFunction == .softmax else {
      throw SoftmaxError(
        .invalidArgument,
        "a classifier needs a member without steps of its own, or several, whose outputs go through a "
          + "softmax")
    }
    for member in members {
      try member.validate(classNames: classNames, pipeline: pipeline, function: outputFunction)
    }
    guard classNames.count >= 2, Set(classNames).count == classNames.count else {
      throw SoftmaxError(
        .invalidArgument, "a classifier needs at least 2 class names, no two the same")
    }
    self.members = members
    self.classNames = classNames
    self.pipeline = pipeline
    self.trainingRecord = trainingRecord
    self.outputFunction = outputFunction
  }

  /// Creates a classifier from a network and the data set that it was trained on.
  ///
  /// The pipeline is made from the data set. It only selects the columns of a table or scales bytes; for a
  /// network that was trained with further steps use the other initializer.
  ///
  /// - Parameters:
  ///   - network: the trained network.
  ///   - dataset: the training data, which give the class names.
  ///   - record: the record of the training, if there is one.
  ///   - outputFunction: the function that turns outputs into probabilities, for a network that ends in
  ///     logits; by default the function that the network ends in.
  /// - Throws: `shapeMismatch` unless the network has an output for each class, or one output for two
  ///   classes.
  public init(
    network: Sequential, trainedOn dataset: LabeledDataset, record: TrainingRecord? = nil,
    outputFunction: OutputFunction? = nil
  ) throws(SoftmaxError) {
    try self.init(
      network: network, classNames: dataset.classNames, pipeline: Pipeline(fittedTo: dataset),
      trainingRecord: record, outputFunction: outputFunction)
  }

  /// Returns the classifier with another training record.
  package func with(trainingRecord record: TrainingRecord?) -> Classifier {
    var copy = self
    copy.trainingRecord = record
    return copy
  }

  /// Returns the classifier with a calibration in place of the one that it has, or without one.
  ///
  /// ```swift
  /// let calibration = try Calibration.fitted(to: model.evaluation(on: validation))
  /// let calibrated = try model.calibrated(by: calibration)
  /// ```
  ///
  /// A calibration that changes nothing counts as none. Neither the weights nor the pipeline change. To calibrate anew, fit
  /// to the logits without calibration, `model.calibrated(by: nil)`.
  ///
  /// - Throws: `shapeMismatch` or `unsupported` if the calibration is not for these classes.
  public func calibrated(by calibration: Calibration?) throws(SoftmaxError) -> Classifier {
    try calibration?.validate(
      classCount: classNames.count, outputCount: network.outputCount, function: outputFunction)
    var copy = self
    copy.calibration = calibration?.isIdentity == true ? nil : calibration
    // Thresholds are those of the logits that they were fitted to.
    copy.conformal = nil
    return copy
  }

  /// Returns the classifier with what makes sets of classes of its predictions, or without it.
  ///
  /// - Parameter conformal: sets fitted to evaluations of this classifier, with its calibration.
  /// - Throws: `shapeMismatch` if they are for another number of classes or another output function.
  public func with(conformal: ConformalPredictor?) throws(SoftmaxError) -> Classifier {
    if let conformal {
      let isClassWise = conformal.kind == .classWise
      guard conformal.outputFunction == logitFunction,
        !isClassWise || conformal.thresholds.count == classNames.count
      else {
        throw SoftmaxError(
          .shapeMismatch, "the sets were fitted to another classifier: of other classes or outputs",
          remedy: "fit them to an evaluation of this classifier")
      }
    }
    var copy = self
    copy.conformal = conformal
    return copy
  }

  /// The function that turns the logits into probabilities.
  var logitFunction: OutputFunction { calibration == nil ? outputFunction : .softmax }

  /// Returns a predictor, which prepares the classifier once for many predictions.
  ///
  /// - Parameter threads: the number of threads; by default the number of processors.
  /// - Throws: `invalidArgument` for a number of threads outside of 1...1024.
  public func predictor(threads: Int? = nil) throws(SoftmaxError) -> Predictor {
    try predictor(execution: Execution(threads: threads))
  }

  /// Returns a predictor that runs with the threads and kernels of `execution`.
  package func predictor(execution: Execution) throws(SoftmaxError) -> Predictor {
    try Predictor(
      members, classNames: classNames, pipeline: pipeline, outputFunction: outputFunction,
      calibration: calibration, execution: execution)
  }

  /// Computes the logits of each sample: [samples, outputs].
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``.
  public func logits(for features: Features, threads: Int? = nil) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).logits(for: features)
  }

  /// Computes the probability of each class for each sample: [samples, classes].
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``.
  public func probabilities(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).probabilities(for: features)
  }

  /// Predicts the most probable class of each sample, with the probabilities of all classes.
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``.
  public func predictions(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> [Prediction] {
    try predictor(threads: threads).predictions(for: features)
  }
}
