// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A set of hyperparameters from which a model can be fitted to labelled samples.
///
/// Estimator and model are separate types, so code that predicts before fitting does not compile.
///
/// ```swift
/// let model = try SoftmaxRegression(l2Penalty: 1e-4).fitted(to: digits.training)
/// print(try model.score(on: digits.training))
/// ```
public protocol Estimator: Sendable {
  /// The type of the fitted model.
  associatedtype Model: ClassificationModel

  /// Fits a model to a data set.
  ///
  /// - Parameters:
  ///   - dataset: the training samples, before preprocessing.
  ///   - model: the model to start from (warm start), whose pipeline is used; nil starts from new weights.
  ///   - validation: the samples on which each epoch is evaluated, before preprocessing.
  ///   - callbacks: observers of the epochs, which may end the training; they are called in this order.
  ///   - checkpoint: the checkpoint to resume from; data, settings and callbacks must be those that it was
  ///     written with.
  ///   - threads: the number of threads; by default as many as are useful.
  ///   - onProgress: called on the caller's thread during training; an error that it throws ends the
  ///     training.
  /// - Throws: the errors of
  ///   ``Sequential/fit(to:pipeline:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)``
  ///   and ``Pipeline/init(_:fittedTo:)``; `shapeMismatch` or `invalidArgument` for a starting model that
  ///   does not fit; `unsupported` for an argument that the estimator does not support.
  func fitted(
    to dataset: LabeledDataset, startingFrom model: Model?, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Model
}

extension Estimator {
  /// Fits a model to a data set, starting from new weights.
  ///
  /// The parameters are those of
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

  /// Trains a model further, starting from its parameters (scikit-learn: `warm_start`).
  ///
  /// The model's pipeline is applied unchanged: it is not fitted again.
  public func fitted(to dataset: LabeledDataset, startingFrom model: Model) throws -> Model {
    try fitted(
      to: dataset, startingFrom: model, validation: .none, callbacks: [], resuming: nil,
      threads: nil, onProgress: nil)
  }
}

/// A fitted model that classifies samples, as an ``Estimator`` returns it.
public protocol ClassificationModel: Sendable {
  /// The names of the classes, by index.
  var classNames: [String] { get }

  /// Computes the scores of each sample: logits [samples, outputs] or log-odds [samples, classes].
  func logits(for features: Features, threads: Int?) throws(SoftmaxError) -> Matrix

  /// Computes the probability of each class for each sample: [samples, classes].
  func probabilities(for features: Features, threads: Int?) throws(SoftmaxError) -> Matrix

  /// Predicts the most probable class of each sample, with the probabilities of all classes.
  func predictions(for features: Features, threads: Int?) throws(SoftmaxError) -> [Prediction]
}

extension ClassificationModel {
  /// Returns the accuracy: the fraction of the samples that the model classifies correctly, by their weights.
  ///
  /// - Throws: `invalidArgument` if there are no samples, or if the model lacks one of their classes.
  public func score(on dataset: LabeledDataset, threads: Int? = nil) throws(SoftmaxError) -> Double
  {
    let dataset = try matched(dataset)
    let predictions = try predictions(for: dataset.features, threads: threads)
    return share(ofSamples: dataset.count, weights: dataset.sampleWeights) {
      predictions[$0].index == dataset.labels[$0]
    }
  }

  /// Returns the data set with its labels numbered as the model numbers its classes.
  func matched(_ dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    return try dataset.matching(classNames: classNames)
  }
}
