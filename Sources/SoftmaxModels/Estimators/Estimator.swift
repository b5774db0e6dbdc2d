// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Settings that turn labelled samples into a model.
///
/// Estimator and model are two types, so that predicting before fitting does not compile.
///
/// ```swift
/// let model = try SoftmaxRegression(l2Penalty: 1e-4).fitted(to: digits.training)
/// print(try model.score(on: digits.training))
/// ```
public protocol Estimator: Sendable {
  /// What fitting gives.
  associatedtype Model: ClassificationModel

  /// The model fitted to a data set.
  ///
  /// - Parameters:
  ///   - dataset: what to learn from, as it was read.
  ///   - model: where training begins (a warm start), with what it does to features; nil begins anew.
  ///   - validation: what to watch the epochs by, as it was read.
  ///   - callbacks: what watches the epochs and may end the training, in this order.
  ///   - checkpoint: where to go on; data, settings and callbacks must be those of its training.
  ///   - threads: the number of threads; without it as many as help.
  ///   - onProgress: called on the caller's thread while it trains; what it throws ends the training.
  /// - Throws: as
  ///   ``Sequential/fit(to:pipeline:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)``
  ///   and ``Pipeline/init(_:fittedTo:)``; `shapeMismatch` or `invalidArgument` for a start that does not
  ///   fit; `unsupported` for what the estimator cannot do.
  func fitted(
    to dataset: LabeledDataset, startingFrom model: Model?, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Model
}

extension Estimator {
  /// The model fitted to a data set; see
  /// ``fitted(to:startingFrom:validation:callbacks:resuming:threads:onProgress:)``.
  ///
  /// ```swift
  /// let model = try MLPClassifier(epochs: 100, preprocessing: [.standardize]).fitted(
  ///   to: training, validation: .fraction(0.1), callbacks: [.earlyStopping(patience: 5)])
  /// ```
  public func fitted(
    to dataset: LabeledDataset, validation: Validation = .none,
    callbacks: [any TrainingCallback] = [], resuming checkpoint: Checkpoint? = nil,
    threads: Int? = nil, onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> Model {
    try fitted(
      to: dataset, startingFrom: nil, validation: validation, callbacks: callbacks,
      resuming: checkpoint, threads: threads, onProgress: onProgress)
  }

  /// A model trained further from what it knows (scikit-learn: `warm_start`).
  ///
  /// The model's own pipeline is applied: what it learnt about the features stays as it is.
  public func fitted(to dataset: LabeledDataset, startingFrom model: Model) throws -> Model {
    try fitted(
      to: dataset, startingFrom: model, validation: .none, callbacks: [], resuming: nil,
      threads: nil, onProgress: nil)
  }
}

/// What an ``Estimator`` gives: it classifies.
public protocol ClassificationModel: Sendable {
  /// The names of the classes, by index.
  var classNames: [String] { get }

  /// The score of each class for each sample, [samples, classes]: logits, or log-odds.
  func logits(for features: Features, threads: Int?) throws(SoftmaxError) -> Matrix

  /// The probability of each class for each sample: [samples, classes].
  func probabilities(for features: Features, threads: Int?) throws(SoftmaxError) -> Matrix

  /// The most probable class of each sample, with all probabilities.
  func predictions(for features: Features, threads: Int?) throws(SoftmaxError) -> [Prediction]
}

extension ClassificationModel {
  /// The fraction of samples classified rightly.
  ///
  /// - Throws: `invalidArgument` for no samples, or for samples of classes that it does not know.
  public func score(on dataset: LabeledDataset, threads: Int? = nil) throws(SoftmaxError) -> Double
  {
    let dataset = try matched(dataset)
    let predictions = try predictions(for: dataset.features, threads: threads)
    let correctCount = zip(predictions, dataset.labels).count { $0.index == $1 }
    return Double(correctCount) / Double(dataset.count)
  }

  /// The data set with the model's classes in its order.
  func matched(_ dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    return try dataset.matching(classNames: classNames)
  }
}
