// SPDX-License-Identifier: Apache-2.0

/// How a classifier came to be: enough to train it again, and nothing that differs from run to run.
public struct TrainingRecord: Hashable, Sendable, Codable {
  /// The name of the data set or its path, as it was given.
  public var dataset: String?
  /// The number of samples trained on.
  public var rowCount: Int
  /// The loss's name.
  public var loss: String
  /// The loss's settings by name; nil without any.
  public var lossSettings: [String: Double]?
  /// The weights of the classes in the loss; nil where all count the same.
  public var classWeights: [Double]?
  /// The optimizer's name, or the solver's.
  public var optimizer: String
  /// Its settings by name.
  public var optimizerSettings: [String: Double]
  /// The factor l1 in l1 sum |W|; nil where there is none.
  public var l1Penalty: Double?
  /// The factor l2 in l2 / 2 ||W||^2.
  public var l2Penalty: Double
  /// The number of samples of a step.
  public var batchSize: Int
  /// The number of passes, or of what `unit` says.
  public var epochs: Int
  /// What is counted where it is not passes; nil where it is.
  public var unit: TrainingHistory.Unit?
  /// What initial weights and shuffles were drawn from.
  public var seed: UInt64
  /// The mean loss of the last epoch; nil without one.
  public var finalLoss: Double?
  /// The accuracy of the last epoch; nil without one.
  public var finalAccuracy: Double?

  /// Creates a record of a call of `fit`.
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
