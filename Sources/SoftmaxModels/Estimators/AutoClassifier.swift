// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An estimator that compares kinds of models on the same folds, and fits the best one or an average of them.
///
/// It needs no settings: the defaults are meant for a table as it is. The kinds are softmax regression on
/// standardized features and on piecewise linear ones, each with a penalty chosen by cross-validation, and two bags of
/// networks, one for each fold, which learns from the other folds: deep ones, which keep their best epoch on that fold,
/// and shallow ones, with the defaults of scikit-learn's `MLPClassifier`. The folds are stratified, and the rows of a
/// class are dealt to them at random, by the seed. The rows of each fold are judged by models that did not learn from
/// them. The probabilities of the better softmax regression and of the deep networks are averaged 1 : 2, and theirs and
/// those of the shallow ones 3 : 1, unless the log loss of another share is less by more than a standard error.
///
/// ```swift
/// let model = try AutoClassifier().fitted(to: passengers)
/// if let selection = model.trainingRecord?.selection {
///   print(selection.accuracy, selection.logLoss, selection.baselineAccuracy)
/// }
/// ```
///
/// Groups and times of the rows (`LabeledDataset.origins`) are kept apart: rows are judged by models that learned from
/// other groups, or from earlier rows. With times, the networks of the model are fitted again to folds of all rows.
///
/// The training record holds what was tried, with an estimate of how well the model predicts other rows. The same
/// seed and data give the same bits, whatever the number of threads. Sparse features, samples with
/// weights and rows that are too few for folds get softmax regression alone. Texts get softmax regression of their words,
/// whose logits are mixed with those of naive Bayes where that is better.
///
/// Source: Breiman, "Bagging predictors", Machine Learning 24, 1996; Holzmüller, Grinsztajn and Steinwart, "Better by
/// default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS 2024, for the deep networks; Wang and
/// Manning, "Baselines and bigrams: simple, good sentiment and topic classification", ACL 2012, for the texts.
public struct AutoClassifier: Hashable, Sendable {
  /// The number of folds, from 2 to 100.
  public var foldCount: Int
  /// The seed of the folds, of the initial weights, of the order of the samples and of dropout.
  public var seed: UInt64
  /// About how long the choice may take; nil for about a minute on two processors, as long as there are not very many
  /// rows.
  ///
  /// A smaller budget leaves out kinds of models, epochs and penalties, as planned before the training from counted
  /// operations at a fixed rate. So the same budget gives the same model on any machine and any number of threads, and
  /// what it takes there may differ. The record names what was left out (``ModelSelection/leftOut``).
  public var budget: Duration?

  private static let greatestFoldCount = 100

  /// Creates an estimator.
  public init(foldCount: Int = 5, seed: UInt64 = 0, budget: Duration? = nil) {
    self.foldCount = foldCount
    self.seed = seed
    self.budget = budget
  }
}

/// A type that observes the choice of a model, on the caller's thread.
///
/// An error that it throws ends the choice.
package protocol SelectionObserver: PenaltyObserver {
  /// Called before a kind of model is fitted to the folds.
  func candidateBegins(_ name: String) throws

  /// Called when a kind of model has been judged.
  func candidateEnds(_ candidate: ModelSelection.Candidate) throws

  /// Whether the choice is to end; it is asked from any thread.
  var isCancelled: @Sendable () -> Bool { get }

  /// Throws if the choice is to end.
  func validateGoingOn() throws
}

extension AutoClassifier: Estimator {
  /// Chooses a model and fits it to a data set.
  ///
  /// Samples of `validation` are left out, and the progress of the several trainings is not reported.
  ///
  /// - Throws: `unsupported` for a start, callbacks or a checkpoint, since several models are trained; `invalidArgument`
  ///   for a wrong number of folds, or too few groups or times; the errors of ``SoftmaxRegressionCV``.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier?, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Classifier {
    guard model == nil, checkpoint == nil, callbacks.isEmpty else {
      throw SoftmaxError(
        .unsupported, "a choice among models has no start, no callbacks and no checkpoint",
        remedy: "use SoftmaxRegressionCV or MLPClassifier")
    }
    var rows = dataset
    if case .fraction(let fraction) = validation {
      rows = try dataset.split(validationFraction: fraction, seed: seed).training
    }
    return try fitted(to: rows, execution: Execution(threads: threads))
  }

  /// Whether its networks would be trained for all their epochs, which fewer rows or features allow.
  package func trainsNetworksFully(on dataset: LabeledDataset) -> Bool {
    NetworkBag.isFullyTrainable(on: dataset, foldCount: foldCount)
  }

  /// Chooses a model and fits it with the threads and kernels of `execution`.
  package func fitted(
    to dataset: LabeledDataset, execution: Execution, observer: (any SelectionObserver)? = nil
  ) throws -> Classifier {
    guard 2...Self.greatestFoldCount ~= foldCount else {
      throw SoftmaxError(
        .invalidArgument,
        "a choice among models needs 2 to \(Self.greatestFoldCount) folds, got \(foldCount)")
    }
    let seconds = budget.map { $0 / .seconds(1) }
    guard seconds.map({ $0 > 0 }) ?? true else {
      throw SoftmaxError(
        .invalidArgument, "a budget must be longer than 0 seconds, got \(seconds ?? 0)")
    }
    guard try dataset.hasFolds(foldCount) else {
      return try SoftmaxRegression(preprocessing: [.standardize])
        .fitted(to: dataset, execution: execution)
    }
    let selector = try ModelSelector(
      dataset, foldCount: foldCount, seed: seed, budget: seconds, execution: execution,
      observer: observer)
    return try selector.classifier()
  }
}

extension LabeledDataset {
  /// Whether there are enough samples for folds.
  ///
  /// - Throws: `invalidArgument` if there are too few groups or times. That is no reason to go without figures, since who
  ///   gives them wants to be judged by them.
  package func hasFolds(_ foldCount: Int) throws(SoftmaxError) -> Bool {
    guard origins != nil else { return (try? folds(foldCount)) != nil }
    _ = try folds(foldCount)
    return true
  }
}
