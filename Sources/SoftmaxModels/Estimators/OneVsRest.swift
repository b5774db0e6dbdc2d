// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An estimator that fits one binary classifier per class: the class against the rest.
///
/// For each class the base estimator is fitted to two classes, "rest" and the class; a sample is assigned
/// to the class with the greatest log-odds. Fitting takes as many trainings as there are classes. The
/// probabilities are normalized afterwards, whereas softmax regression fits all classes jointly and its
/// probabilities sum to 1 by construction. Support vector machines are commonly combined in this way. For linear models
/// ``SoftmaxRegression`` with the loss ``Loss/oneVsRest(classWeights:ignoredClass:)`` solves all binary problems at
/// once, much faster, and gives one ``Classifier``, which can be saved.
///
/// ```swift
/// let model = try OneVsRest(SoftmaxRegression()).fitted(to: digits.training)
/// print(try model.score(on: digits.training))
/// ```
public struct OneVsRest<Base: Estimator>: Estimator {
  /// The estimator that is fitted once for each class.
  public var base: Base

  /// Creates the estimator.
  public init(_ base: Base) {
    self.base = base
  }

  /// Fits a binary model for each class, each with a separate pipeline.
  ///
  /// - Throws: `invalidArgument` if the targets are not labels, or if a class has no samples or all of
  ///   them; `unsupported` for validation, callbacks or a checkpoint, which belong to a single training;
  ///   the errors of the base estimator's `fitted`.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: OneVsRestClassifier<Base.Model>?,
    validation: Validation, callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?,
    threads: Int?, onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> OneVsRestClassifier<Base.Model> {
    guard case .none = validation, callbacks.isEmpty, checkpoint == nil else {
      throw SoftmaxError(
        .unsupported,
        "one class against the rest is a training for each class: validation, callbacks and "
          + "checkpoints are those of one", remedy: "fit the base estimator to each class by itself"
      )
    }
    guard case .labels = dataset.targets else {
      throw SoftmaxError(
        .invalidArgument,
        "one class against the rest needs labels, the data set has soft or multi-label targets")
    }
    var dataset = dataset
    if let model { dataset = try dataset.matching(classNames: model.classNames) }
    let models = try dataset.classNames.enumerated().map { index, name in
      let own = dataset.labels.map { $0 == index ? 1 : 0 }
      guard own.contains(1), own.contains(0) else {
        throw SoftmaxError(
          .invalidArgument, "no sample tells the class '\(name)' from the rest",
          remedy: "leave out classes without samples")
      }
      // The class itself may be called "rest", and the two names must differ.
      let names = [name == "rest" ? "others" : "rest", name]
      return try base.fitted(
        to: dataset.replacing(labels: own, classNames: names), startingFrom: model?.models[index],
        validation: .none, callbacks: [], resuming: nil, threads: threads, onProgress: onProgress)
    }
    return OneVsRestClassifier(classNames: dataset.classNames, models: models)
  }
}

/// A set of binary models, one for each class, as ``OneVsRest`` fits them.
public struct OneVsRestClassifier<Model: ClassificationModel>: ClassificationModel {
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The binary models, by class; in each the class has index 1 and the rest has index 0.
  public let models: [Model]

  init(classNames: [String], models: [Model]) {
    self.classNames = classNames
    self.models = models
  }

  /// Computes the log-odds of each class against the rest: [samples, classes].
  ///
  /// The log-odds are the difference of a binary model's two logits, or its single logit.
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``.
  public func logits(for features: Features, threads: Int? = nil) throws(SoftmaxError) -> Matrix {
    let (features, models) = try preprocessed(features)
    var result = Matrix(rowCount: features.rowCount, columnCount: models.count)
    for (column, model) in models.enumerated() {
      result.setLogOdds(try model.logits(for: features, threads: threads), inColumn: column)
    }
    return result
  }

  /// Computes the probability of each class, normalized over the classes: [samples, classes].
  ///
  /// Each binary model gives the probability of its class, which is divided by the sum over the classes. If
  /// all of them round to 0, every class gets the same probability, as in scikit-learn.
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``.
  public func probabilities(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> Matrix {
    let (features, models) = try preprocessed(features)
    var result = Matrix(rowCount: features.rowCount, columnCount: models.count)
    for (column, model) in models.enumerated() {
      result.setColumn(column, to: try model.probabilities(for: features, threads: threads))
    }
    result.normalizeRows()
    return result
  }

  /// Evaluates the binary models together on labelled samples.
  ///
  /// The log loss is the mean of -ln p, where p is the normalized probability of the true class. It is
  /// computed from the log-odds, so it stays finite where p rounds to 0.
  ///
  /// - Throws: `invalidArgument` if there are no samples, or if the model lacks one of their classes; the
  ///   errors of ``Sequential/logits(for:threads:)``.
  public func evaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> Evaluation {
    let dataset = try matched(dataset)
    let labels = dataset.labels
    let logits = try logits(for: dataset.features, threads: threads)
    return try Evaluation(
      checkedLabels: labels, logits: logits, outputFunction: .oneVsRest, classNames: classNames,
      sampleWeights: dataset.sampleWeights)
  }

  /// Predicts the class with the greatest log-odds for each sample, with the probabilities of all classes.
  ///
  /// - Throws: the errors of ``Sequential/logits(for:threads:)``.
  public func predictions(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> [Prediction] {
    let (features, models) = try preprocessed(features)
    var logits = Matrix(rowCount: features.rowCount, columnCount: models.count)
    var probabilities = logits
    for (column, model) in models.enumerated() {
      let own = try model.logits(for: features, threads: threads)
      logits.setLogOdds(own, inColumn: column)
      // The probabilities of a classifier follow from its logits, without a second pass.
      let ofClasses =
        if let classifier = model as? Classifier {
          classifier.logitFunction.probabilities(of: own)
        } else {
          try model.probabilities(for: features, threads: threads)
        }
      probabilities.setColumn(column, to: ofClasses)
    }
    probabilities.normalizeRows()
    return zip(0..<logits.rowCount, logits.mostLikelyClasses()).map { row, index in
      Prediction(
        index: index, label: classNames[index], probabilities: Array(probabilities.row(row)),
        logits: Array(logits.row(row)))
    }
  }

  // Returns the features and models to predict with. If all models are classifiers with the same pipeline,
  // the pipeline is applied here once, and the classifiers are returned without it.
  private func preprocessed(
    _ features: Features
  ) throws(SoftmaxError) -> (Features, [any ClassificationModel]) {
    guard let classifiers = models as? [Classifier], let pipeline = classifiers.first?.pipeline,
      classifiers.allSatisfy({ $0.pipeline == pipeline && $0.calibration == nil })
    else { return (features, models) }
    var bare: [any ClassificationModel] = []
    for classifier in classifiers {
      bare.append(
        try Classifier(
          network: classifier.network, classNames: classifier.classNames,
          outputFunction: classifier.outputFunction))
    }
    return (try pipeline.apply(to: features), bare)
  }
}

extension Matrix {
  /// Sets a column to the log-odds of a binary model: the difference of its two logits, or its only one.
  fileprivate mutating func setLogOdds(_ logits: Matrix, inColumn column: Int) {
    for row in 0..<rowCount {
      self[row, column] =
        logits.columnCount == 1 ? logits[row, 0] : logits[row, 1] - logits[row, 0]
    }
  }

  /// Sets a column to a binary model's probability of its class.
  fileprivate mutating func setColumn(_ column: Int, to probabilities: Matrix) {
    for row in 0..<rowCount { self[row, column] = probabilities[row, 1] }
  }

  /// Divides each row by its sum; a row of zeros becomes uniform.
  fileprivate mutating func normalizeRows() {
    for row in 0..<rowCount {
      let sum = self.row(row).reduce(0, +)
      for column in 0..<columnCount {
        self[row, column] = sum > 0 ? self[row, column] / sum : 1 / Float(columnCount)
      }
    }
  }
}
