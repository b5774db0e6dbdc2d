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
  ///   - dataset: what to learn from.
  ///   - model: where training begins (a warm start); nil begins anew.
  ///   - threads: the number of threads; without it as many as help.
  ///   - onProgress: called on the caller's thread while it trains; what it throws ends the training.
  /// - Throws: as ``Sequential/fit(to:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)``;
  ///   `shapeMismatch` or `invalidArgument` for a start that does not fit.
  func fitted(
    to dataset: LabeledDataset, startingFrom model: Model?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Model
}

extension Estimator {
  /// The model fitted to a data set; see ``fitted(to:startingFrom:threads:onProgress:)``.
  public func fitted(
    to dataset: LabeledDataset, threads: Int? = nil,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> Model {
    try fitted(to: dataset, startingFrom: nil, threads: threads, onProgress: onProgress)
  }

  /// A model trained further from what it knows (scikit-learn: `warm_start`).
  public func fitted(to dataset: LabeledDataset, startingFrom model: Model) throws -> Model {
    try fitted(to: dataset, startingFrom: model, threads: nil, onProgress: nil)
  }
}

/// What an ``Estimator`` gives: it classifies.
public protocol ClassificationModel: Sendable {
  /// The names of the classes, by index.
  var classNames: [String] { get }

  /// What brings the features to mean 0 and deviation 1 first, if anything does.
  var standardization: Standardization? { get }

  /// The names of the features in their order, where they had such in training.
  var featureNames: [String]? { get }

  /// The model behind a standardization, which it applies from then on.
  ///
  /// - Parameters:
  ///   - standardization: of the features that the model was fitted to.
  ///   - byteScale: what a byte feature is multiplied with before; nil for numbers as they are.
  /// - Throws: `shapeMismatch` for another number of features.
  func standardizing(
    by standardization: Standardization, byteScale: Float?
  ) throws(SoftmaxError) -> Self

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
  /// - Throws: `invalidArgument` for no samples, or for a data set with other classes or features.
  public func score(on dataset: LabeledDataset, threads: Int? = nil) throws(SoftmaxError) -> Double
  {
    let dataset = try matched(dataset)
    let predictions = try predictions(for: dataset.features, threads: threads)
    let correctCount = zip(predictions, dataset.labels).count { $0.index == $1 }
    return Double(correctCount) / Double(dataset.count)
  }

  /// The data set with its features in the model's order; throws unless its classes are the model's.
  func matched(_ dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    guard dataset.classNames == classNames else {
      throw SoftmaxError(
        .invalidArgument,
        "the model knows the classes \(classNames.prefix(20)), the data set has "
          + "\(dataset.classNames.prefix(20))")
    }
    return try dataset.ordering(features: featureNames)
  }
}
