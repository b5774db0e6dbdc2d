// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An estimator of softmax regression whose penalty is chosen by cross-validation.
///
/// Each penalty is judged by the mean log loss of rows that the model did not learn from: the rows are divided
/// into folds, and each fold is judged by a model that was fitted to the others. The penalty of the least log
/// loss is then solved on all rows, as by ``SoftmaxRegression``. Groups and times of the rows
/// (`LabeledDataset.origins`) are kept apart: rows are judged by models of other groups, or of earlier rows.
///
/// ```swift
/// let model = try SoftmaxRegressionCV().fitted(to: digits.training)
/// if let penalty = model.trainingRecord?.penaltyPath?.chosen {
///   print(penalty.c, penalty.logLoss)
/// }
/// ```
///
/// The defaults are those of scikit-learn's `LogisticRegressionCV(scoring="neg_log_loss")`: ten values of C from
/// 1e-4 to 1e4 and five stratified folds without a random choice. Preprocessing steps are fitted to the rows of
/// each fold.
///
/// The penalties are solved from the strongest to the weakest, each for all rows first, from the solution before. A
/// fold starts from the solution of all rows, whose factor of the Hessian it shares, and is solved until its objective
/// is within 1e-4 of its minimum; where solves are long, fewer digits are enough for penalties that are clearly
/// worse. Folds are solved side by side on the threads. The path ends where the log loss of every fold has risen
/// twice in a row. Source of the path: Friedman, Hastie and Tibshirani, "Regularization paths for generalized
/// linear models via coordinate descent", Journal of Statistical Software 33, 2010.
public struct SoftmaxRegressionCV: Hashable, Sendable {
  /// The values of scikit-learn's C, the inverse strength of the penalty, in any order.
  ///
  /// The penalty of n rows is 1 / (C n), see ``SoftmaxRegression/l2Penalty(forC:sampleCount:)``.
  public var cs: [Double]
  /// The number of folds, at least 2.
  public var foldCount: Int
  /// Whether the strongest penalty is chosen whose log loss is within one standard error of the least, instead
  /// of the penalty of the least log loss.
  ///
  /// It gives smaller weights whose predictions are as good as can be told from the folds (glmnet:
  /// `lambda.1se`).
  public var usesOneStandardErrorRule: Bool
  /// The maximum number of iterations of the last solve, on all rows.
  public var iterations: Int
  /// The preprocessing steps, which are fitted to the training samples and applied wherever the model is
  /// used.
  public var preprocessing: [PreprocessingStep]
  /// Whether the folds are solved to a few digits, many rows are judged by the first fold alone, and the last solve
  /// ends where scikit-learn's would.
  package var isCoarse = false

  // scikit-learn's default is the same number for the greatest element of the gradient, which is at most its norm.
  private static let coarseGradientTolerance = 1e-4

  /// Values of C from 1 to 1,000, in equal steps of the logarithm, for texts whose features have a length of 1.
  package static let csOfTexts = [1, 3.16, 10, 31.6, 100, 316, 1000]

  /// Returns the estimator for a table of texts, whose solves would be long: coarse, with values of C of texts.
  package static func ofTexts(
    iterations: Int, preprocessing: [PreprocessingStep]
  ) -> SoftmaxRegressionCV {
    var result = SoftmaxRegressionCV(
      cs: csOfTexts, iterations: iterations, preprocessing: preprocessing)
    result.isCoarse = true
    return result
  }

  /// Ten values of C from 1e-4 to 1e4, in equal steps of the logarithm.
  public static let usualCs = [
    1e-4, 0.000774263682681127, 0.005994842503189409, 0.046415888336127774, 0.3593813663804626,
    2.782559402207126, 21.54434690031882, 166.81005372000558, 1291.5496650148827, 1e4,
  ]

  /// Creates an estimator.
  public init(
    cs: [Double] = usualCs, foldCount: Int = 5, usesOneStandardErrorRule: Bool = false,
    iterations: Int = 1000, preprocessing: [PreprocessingStep] = []
  ) {
    self.cs = cs
    self.foldCount = foldCount
    self.usesOneStandardErrorRule = usesOneStandardErrorRule
    self.iterations = iterations
    self.preprocessing = preprocessing
  }

  /// Throws `invalidArgument` if a setting is invalid.
  package func validate() throws(SoftmaxError) {
    guard !cs.isEmpty, cs.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw SoftmaxError(
        .invalidArgument,
        "the values of C to choose from must be greater than 0 and finite, and one at least; got \(cs)"
      )
    }
    guard iterations >= 0 else {
      throw SoftmaxError(
        .invalidArgument, "iterations must not be negative, got \(iterations)")
    }
  }
}

extension SoftmaxRegressionCV: Estimator {
  /// Chooses the penalty, and fits a model with it to a data set.
  ///
  /// Callbacks, checkpoints and progress are those of the last solve, on all rows. A checkpoint holds the
  /// choice, so a training that resumes from it does not repeat the cross-validation. With a starting model,
  /// classes are matched by name, and the model's pipeline is applied unchanged to all folds.
  ///
  /// - Throws: `invalidArgument` for invalid settings or fewer rows than folds; the errors of
  ///   ``SoftmaxRegression/fitted(to:startingFrom:validation:callbacks:resuming:threads:onProgress:)``.
  /// - Complexity: at most as many solves as there are folds times penalties, to a low accuracy, and one to the
  ///   optimum. Each fold holds a copy of its rows, unless that takes too much memory.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier?, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Classifier {
    try fitted(
      to: dataset, startingFrom: model, validation: validation, callbacks: callbacks,
      resuming: checkpoint, execution: Execution(threads: threads), onProgress: onProgress)
  }

  /// Chooses the penalty and fits a model with the threads, kernels and plan of `execution`.
  ///
  /// - Parameters:
  ///   - loss: cross-entropy, possibly with class weights or label smoothing; the folds are judged by the log
  ///     loss without them.
  ///   - seed: the seed of a split of the validation samples.
  ///   - observer: observes the choice.
  package func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier? = nil,
    validation: Validation = .none, callbacks: [any TrainingCallback] = [],
    resuming checkpoint: Checkpoint? = nil, loss: Loss = .crossEntropy, seed: UInt64 = 0,
    execution: Execution, observer: (any PenaltyObserver)? = nil,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> Classifier {
    try validate()
    guard !loss.isOneVsRest else {
      throw SoftmaxError(
        .unsupported,
        "the penalty is chosen for softmax regression, not for one class against the rest",
        remedy: "give the penalty")
    }
    var choice = PenaltyChoice(of: self)
    try checkpoint?.validate(callbacks: [choice] + callbacks)
    choice.path = try checkpoint.flatMap { checkpoint throws(SoftmaxError) in
      try choice.path(in: checkpoint)
    }
    let path =
      try choice.path
      ?? search(
        dataset, startingFrom: model, validation: validation, loss: loss, seed: seed,
        execution: execution, observer: observer
      ).path
    choice.path = path
    try observer?.penaltyIsChosen(from: path)
    let fitted = try regression(of: path, loss: loss).fitted(
      to: dataset, startingFrom: model, validation: validation, callbacks: [choice] + callbacks,
      resuming: checkpoint, seed: seed, execution: execution, onProgress: onProgress)
    var record = fitted.trainingRecord
    record?.penaltyPath = path
    return fitted.with(trainingRecord: record)
  }

  /// Returns the estimator that fits all rows with the chosen penalty.
  func regression(of path: PenaltyPath, loss: Loss = .crossEntropy) -> SoftmaxRegression {
    var regression = SoftmaxRegression(
      loss: loss, l2Penalty: path.chosen?.l2Penalty, iterations: iterations,
      preprocessing: preprocessing)
    if isCoarse { regression.gradientTolerance = Self.coarseGradientTolerance }
    return regression
  }

  /// Searches for the penalty.
  ///
  /// - Parameters:
  ///   - prepared: the rows with the settings' steps applied; nil to apply them.
  ///   - folds: the folds of the rows; nil for those of the settings.
  ///   - judgeCount: the number of folds by which penalties are judged; nil for all.
  ///   - keepsHeldOut: whether the logits of the rows that are held out are returned, by the chosen penalty.
  ///   - solvesOtherFolds: whether those of the folds that did not judge are too.
  func search(
    _ dataset: LabeledDataset, startingFrom model: Classifier? = nil,
    validation: Validation = .none, loss: Loss = .crossEntropy, seed: UInt64 = 0,
    execution: Execution, observer: (any PenaltyObserver)?, prepared: TrainingData? = nil,
    folds: [Fold]? = nil, judgeCount: Int? = nil,
    keepsHeldOut: Bool = false, solvesOtherFolds: Bool = false
  ) throws -> PenaltySearch.Result {
    let data =
      try prepared
      ?? TrainingData(
        dataset, startingFrom: model, validation: validation, preprocessing: preprocessing,
        seed: seed)
    let network = try SoftmaxRegression.network(for: data.training, seed: seed)
    // Steps that a model has learnt are kept, so the rows are preprocessed once for all folds.
    // So they are if folds could have different columns: what such steps learn does not depend on the classes.
    let steps = model == nil && !data.pipeline.makesColumns ? preprocessing : []
    var rows = data.training
    if !steps.isEmpty {
      rows = dataset
      if case .fraction(let fraction) = validation {
        rows = try dataset.split(validationFraction: fraction, seed: seed).training
      }
    }
    let search = try PenaltySearch(
      rows, steps: steps, network: network, cs: cs.sorted(),
      folds: try folds ?? rows.folds(foldCount),
      judgeCount: judgeCount, usesOneStandardErrorRule: usesOneStandardErrorRule,
      isCoarse: isCoarse, loss: loss,
      execution: execution)
    try observer?.searchBegins(
      Classifier(
        network: network, classNames: data.training.classNames, pipeline: data.pipeline,
        outputFunction: loss.outputFunction), trainedOn: data.training)
    let result = try search.run(
      reportingTo: observer, keepsHeldOut: keepsHeldOut, solvesOtherFolds: solvesOtherFolds)
    guard result.path.points.contains(where: { $0.logLoss.isFinite }) else {
      throw SoftmaxError(
        .diverged, "no penalty gives the held-out rows a finite log loss",
        remedy: "give the penalty")
    }
    return result
  }
}
