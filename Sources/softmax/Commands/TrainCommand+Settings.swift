// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

// The settings that the options give, with the defaults of the preset or else of this command.
extension TrainCommand {
  private var defaults: TrainingPreset? { preset?.preset }
  private var isLinear: Bool { network.model == .linear }

  /// Returns the command with the model for a data set if no option says which.
  ///
  /// For a table the model is chosen, unless an option says how to train. With an option that only one training has,
  /// such as `--checkpoint`, it is softmax regression, whose penalty is chosen if the rows are enough for folds.
  /// For pictures of the user's own it is chosen too if they are few; otherwise it is the network of the articles.
  ///
  /// - Parameter isBuiltIn: whether the data set is one of the library's.
  /// - Throws: `invalidArgument` if the rows have too few groups or times for folds.
  func resolved(
    for dataset: LabeledDataset, isBuiltIn: Bool
  ) throws(SoftmaxError) -> TrainCommand {
    guard network.model == .auto else { return self }
    var command = self
    let isOpen =
      network.isOpen && training.isOpen && loss.isCrossEntropy && preset == nil
      && watching.earlyStopping == nil && watching.reduceOnPlateau == nil
    // The only sample of a class belongs to no fold, and a few rows are too few for any.
    let hasFolds = if isOpen { try dataset.hasFolds(penalty.foldCount) } else { false }
    let isChosen =
      isOpen && hasFolds && !standardize && !piecewiseLinear && loss.isPlain && watching.isOpen
      && !penalty.oneStandardError
    guard isOpen, dataset.features.table != nil else {
      if isChosen, !isBuiltIn, dataset.features.bytes != nil,
        AutoClassifier(foldCount: penalty.foldCount).trainsNetworksFully(on: dataset)
      {
        return command
      }
      command.network.model = .mlp
      return command
    }
    if isChosen { return command }
    command.network.model = .linear
    if !piecewiseLinear { command.standardize = true }
    if hasFolds { command.training.l2 = .auto }
    return command
  }

  /// Whether the model is chosen among several kinds, once the command is resolved for a data set.
  var choosesModel: Bool { network.model == .auto }

  /// Returns the greatest number of features that the network can have for a data set.
  func featureCount(of dataset: LabeledDataset) -> Int {
    dataset.features.greatestFeatureCount(isEncoded: piecewiseLinear || choosesModel)
  }

  /// What makes this a training by batches, such as `--epochs`; nil if the model is solved.
  var batchReason: String? {
    guard isLinear else { return "--model mlp" }
    if let option = training.batchOption { return option }
    if network.initializer != nil { return "--init" }
    if !loss.isSolved { return "--loss \(loss.loss?.text ?? "")" }
    if watching.reduceOnPlateau != nil { return "--reduce-on-plateau" }
    // scikit-learn solves its linear models too.
    if let defaults, defaults != .scikitLearn { return "--preset \(defaults.name)" }
    return nil
  }

  /// Whether the model is solved to its optimum, instead of trained by batches.
  var isSolved: Bool { batchReason == nil }

  /// The most epochs, or iterations of a solver.
  var passes: Int { isSolved ? regression.iterations : epochs }

  var hiddenUnits: [Int] {
    network.hiddenUnits(default: defaults?.hiddenUnits ?? [128])
  }

  var initializer: Initializer {
    network.initializer?.initializer ?? defaults?.initializer ?? .glorotUniform
  }

  var epochs: Int { training.epochs ?? defaults?.epochs ?? 10 }

  var batchSize: Int { training.batchSize ?? defaults?.batchSize ?? (isLinear ? 64 : 32) }

  var l2Penalty: Double {
    // A preset's penalty is meant for its multi-layer perceptron.
    training.l2?.value ?? (isLinear ? 0 : defaults?.l2Penalty ?? 0)
  }

  /// The optimizer with its settings.
  var optimizer: Optimizer {
    training.optimizer(for: network.model, epochs: epochs, preset: defaults)
  }

  /// Whether the penalty is chosen by cross-validation.
  var choosesPenalty: Bool { isSolved && training.l2 == .auto }

  private var regression: SoftmaxRegression {
    var regression = SoftmaxRegression(l1Penalty: training.l1, preprocessing: steps)
    if let iterations = training.iterations { regression.iterations = iterations }
    return regression
  }

  private var steps: [PreprocessingStep] {
    if piecewiseLinear { return [.piecewiseLinear] }
    return standardize ? [.standardize] : []
  }

  /// Fits the model that the options describe.
  ///
  /// - Parameters:
  ///   - dataset: all rows, of which some may be held back for validation.
  ///   - rows: the training rows, from which the penalty and balanced class weights are computed.
  ///   - observer: observes the choice of the penalty.
  func fit(
    to dataset: LabeledDataset, learning rows: LabeledDataset,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?,
    observer: any SelectionObserver
  ) throws -> Classifier {
    if choosesModel {
      let estimator = AutoClassifier(
        foldCount: penalty.foldCount, seed: training.seed, budget: selection.time?.duration)
      return try estimator.fitted(to: rows, execution: threading.execution, observer: observer)
    }
    let validation = watching.validation.map { Validation.fraction($0) } ?? .none
    guard isSolved else {
      return try estimator(for: rows).fitted(
        to: dataset, validation: validation, callbacks: callbacks, resuming: checkpoint,
        execution: threading.execution)
    }
    let loss = try loss.loss(for: rows)
    var regression = regression
    if choosesPenalty {
      let isOfTexts =
        dataset.features.hasTexts && penalty.folds == nil && !penalty.oneStandardError
      let estimator =
        isOfTexts
        ? SoftmaxRegressionCV.ofTexts(iterations: regression.iterations, preprocessing: steps)
        : SoftmaxRegressionCV(
          foldCount: penalty.foldCount, usesOneStandardErrorRule: penalty.oneStandardError,
          iterations: regression.iterations, preprocessing: steps)
      return try estimator.fitted(
        to: dataset, validation: validation, callbacks: callbacks, resuming: checkpoint,
        loss: loss, seed: training.seed, execution: threading.execution,
        observer: observer)
    }
    regression.loss = loss
    regression.l2Penalty =
      training.c.map { SoftmaxRegression.l2Penalty(forC: $0, on: rows, loss: loss) }
      ?? training.l2?.value
    return try regression.fitted(
      to: dataset, validation: validation, callbacks: callbacks, resuming: checkpoint,
      seed: training.seed, execution: threading.execution)
  }

  /// Returns the estimator that trains by batches with these settings.
  ///
  /// - Parameter training: the training rows, from which balanced class weights are computed.
  private func estimator(for training: LabeledDataset) throws(SoftmaxError) -> MLPClassifier {
    MLPClassifier(
      hiddenUnits: hiddenUnits, activation: network.activation?.activation ?? .relu,
      dropout: network.dropout, normalizesBatches: network.batchNorm,
      loss: try loss.loss(for: training), l1Penalty: self.training.l1, l2Penalty: l2Penalty,
      optimizer: optimizer, epochs: epochs, batchSize: batchSize, initializer: initializer,
      preprocessing: steps, seed: self.training.seed)
  }
}
