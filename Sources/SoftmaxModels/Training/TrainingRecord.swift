// SPDX-License-Identifier: Apache-2.0

/// The settings and results of a classifier's training.
///
/// A record has no values that differ when the training is repeated, such as times. It does not include
/// the network's architecture, which a model file stores separately, nor validation and callbacks.
public struct TrainingRecord: Hashable, Sendable, Codable {
  /// The name or path of the data set as the user gave it; nil if unknown.
  public var dataset: String?
  /// The number of training samples.
  public var rowCount: Int
  /// The name of the loss.
  public var loss: String
  /// The settings of the loss by name; nil if it has none.
  public var lossSettings: [String: Double]?
  /// The weights of the classes in the loss; nil if all are equal.
  public var classWeights: [Double]?
  /// The name of the optimizer or the solver.
  public var optimizer: String
  /// The settings of the optimizer or the solver by name.
  public var optimizerSettings: [String: Double]
  /// The factor l1 in l1 sum |W|; nil for no L1 penalty.
  public var l1Penalty: Double?
  /// The factor l2 in l2 / 2 ||W||^2; for ``SoftmaxRegression`` on two classes W is the difference of their
  /// weights.
  public var l2Penalty: Double
  /// The number of samples per batch.
  public var batchSize: Int
  /// The number of passes over the data, or of iterations if `unit` says so.
  public var epochs: Int
  /// The meaning of an epoch; nil for a pass over the data.
  public var unit: TrainingHistory.Unit?
  /// The seed of the initial weights and the shuffles.
  public var seed: UInt64
  /// The mean training loss of the last epoch; nil without epochs.
  public var finalLoss: Double?
  /// The training accuracy of the last epoch; nil without epochs.
  public var finalAccuracy: Double?
  /// The mean loss plus the penalties where a solver ended; nil for a training by batches.
  public var objective: Double?
  /// An upper bound of the distance of `objective` to its minimum; nil if none is known.
  public var objectiveGap: Double?
  /// The Euclidean norm of the gradient where a solver ended.
  public var gradientNorm: Double?
  /// The number of passes of a solver over all rows.
  public var evaluations: Int?
  /// Whether a solver converged.
  public var isConverged: Bool?
  /// Whether a solver without a penalty found the classes separable, so that no finite weights are best; nil if
  /// it did not.
  public var isSeparable: Bool?
  /// The penalties from which `l2Penalty` was chosen by cross-validation; nil if it was given.
  public var penaltyPath: PenaltyPath?
  /// The kinds of models that were compared; nil unless ``AutoClassifier`` chose the model.
  public var selection: ModelSelection?

  /// Creates the record of a call of `fit`.
  public init(
    dataset: String? = nil, rowCount: Int, loss: Loss, optimizer: Optimizer,
    l1Penalty: Double = 0, l2Penalty: Double, batchSize: Int, seed: UInt64, history: TrainingHistory
  ) {
    self.init(
      dataset: dataset, rowCount: rowCount, loss: loss, optimizer: optimizer.name,
      optimizerSettings: optimizer.settings, l1Penalty: l1Penalty, l2Penalty: l2Penalty,
      batchSize: batchSize, seed: seed, history: history)
  }

  init(
    dataset: String?, rowCount: Int, loss: Loss, optimizer: String,
    optimizerSettings: [String: Double], l1Penalty: Double, l2Penalty: Double, batchSize: Int,
    seed: UInt64, history: TrainingHistory
  ) {
    self.dataset = dataset
    self.rowCount = rowCount
    self.loss = loss.name
    self.lossSettings = loss.settings.isEmpty ? nil : loss.settings
    self.classWeights = loss.classWeights.isEmpty ? nil : loss.classWeights
    self.optimizer = optimizer
    self.optimizerSettings = optimizerSettings
    self.l1Penalty = l1Penalty == 0 ? nil : l1Penalty
    self.l2Penalty = l2Penalty
    self.batchSize = batchSize
    self.epochs = history.epochs.count
    self.unit = history.unit == .epoch ? nil : history.unit
    self.seed = seed
    self.finalLoss = history.epochs.last?.loss
    self.finalAccuracy = history.epochs.last?.accuracy
  }
}
