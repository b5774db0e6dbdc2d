// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Several binary classifiers in the place of one with many classes: each class against the rest.
///
/// For each class the base estimator is fitted to two classes, "rest" and "class"; a sample belongs to
/// the class whose log-odds are greatest. Softmax regression fits all classes at once instead, and its
/// probabilities sum to 1 by themselves; this is the other way, and the way of support vector machines.
///
/// ```swift
/// let model = try OneVsRest(SoftmaxRegression()).fitted(to: digits.training)
/// print(try model.score(on: digits.training))
/// ```
public struct OneVsRest<Base: Estimator>: Estimator {
  /// What is fitted once for each class.
  public var base: Base

  /// Creates the estimator.
  public init(_ base: Base) {
    self.base = base
  }

  /// A binary model for each class, each with a pipeline of its own.
  ///
  /// - Throws: `invalidArgument` for a data set of soft targets or with a class that has no samples;
  ///   `unsupported` for validation, callbacks or a checkpoint, which are those of one training; what the
  ///   base's `fitted` throws.
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
      // A class may itself be called "rest".
      let names = [name == "rest" ? "others" : "rest", name]
      return try base.fitted(
        to: dataset.replacing(labels: own, classNames: names), startingFrom: model?.models[index],
        validation: .none, callbacks: [], resuming: nil, threads: threads, onProgress: onProgress)
    }
    return OneVsRestClassifier(classNames: dataset.classNames, models: models)
  }
}

/// A binary model for each class, as ``OneVsRest`` fits them.
public struct OneVsRestClassifier<Model: ClassificationModel>: ClassificationModel {
  /// The names of the classes, by index.
  public let classNames: [String]
  /// For each class the model that tells it (class 1) from the rest (class 0).
  public let models: [Model]

  init(classNames: [String], models: [Model]) {
    self.classNames = classNames
    self.models = models
  }

  /// The log-odds of each class against the rest, [samples, classes]: the difference of its model's
  /// two logits, or its only one.
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``.
  public func logits(for features: Features, threads: Int? = nil) throws(SoftmaxError) -> Matrix {
    var result = Matrix(rowCount: features.rowCount, columnCount: models.count)
    for (column, model) in models.enumerated() {
      let logits = try model.logits(for: features, threads: threads)
      for row in 0..<logits.rowCount {
        result[row, column] =
          logits.columnCount == 1 ? logits[row, 0] : logits[row, 1] - logits[row, 0]
      }
    }
    return result
  }

  /// Each binary model's probability of its class, divided by their sum: [samples, classes].
  ///
  /// Where every one of them rounds to 0 the classes share alike, as in scikit-learn.
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``.
  public func probabilities(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> Matrix {
    var result = Matrix(rowCount: features.rowCount, columnCount: models.count)
    for (column, model) in models.enumerated() {
      let probabilities = try model.probabilities(for: features, threads: threads)
      for row in 0..<probabilities.rowCount { result[row, column] = probabilities[row, 1] }
    }
    for row in 0..<result.rowCount {
      let sum = result.row(row).reduce(0, +)
      for column in models.indices {
        result[row, column] = sum > 0 ? result[row, column] / sum : 1 / Float(models.count)
      }
    }
    return result
  }

  /// How good the models are together on labelled samples.
  ///
  /// The log loss is the mean of -ln p with p the right class's share of the probabilities. It is
  /// computed from the log-odds, so that a p that rounds to 0 still counts.
  ///
  /// - Throws: `invalidArgument` for no samples, or for samples of classes that it does not know; as
  ///   ``Sequential/logits(for:threads:)``.
  public func evaluation(
    on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> Evaluation {
    let dataset = try matched(dataset)
    let labels = dataset.labels
    let logits = try logits(for: dataset.features, threads: threads)
    // The shares are the softmax of ln sigmoid(z) = -ln(1 + e^-z).
    var logarithms = logits
    logarithms.elements = logits.elements.map { -$0 }.softplus().map { -$0 }
    // Where two sigmoids round to 1, the log-odds still tell which is greater.
    return Evaluation(
      checkedLabels: labels, logits: logarithms, outputFunction: .softmax,
      predictions: logits.mostLikelyClasses(), classNames: classNames)
  }

  /// The class of the greatest log-odds for each sample, with all probabilities.
  ///
  /// - Throws: as ``Sequential/logits(for:threads:)``.
  public func predictions(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> [Prediction] {
    let logits = try logits(for: features, threads: threads)
    let probabilities = try probabilities(for: features, threads: threads)
    return zip(0..<logits.rowCount, logits.mostLikelyClasses()).map { row, index in
      Prediction(
        index: index, label: classNames[index], probabilities: Array(probabilities.row(row)),
        logits: Array(logits.row(row)))
    }
  }
}
