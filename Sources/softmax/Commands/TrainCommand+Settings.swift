// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

// What the options ask for, with the preset's defaults or this command's own.
extension TrainCommand {
  private var defaults: TrainingPreset? { preset?.preset }
  private var isLinear: Bool { network.model == .linear }

  var hiddenUnits: [Int] {
    network.hiddenUnits(default: defaults?.hiddenUnits ?? [128])
  }

  var initializer: Initializer {
    network.initializer?.initializer ?? defaults?.initializer ?? .glorotUniform
  }

  var epochs: Int { training.epochs ?? defaults?.epochs ?? 10 }

  var batchSize: Int { training.batchSize ?? defaults?.batchSize ?? (isLinear ? 64 : 32) }

  var l2Penalty: Double {
    // A peer's penalty is that of its perceptron.
    training.l2 ?? (isLinear ? 0 : defaults?.l2Penalty ?? 0)
  }

  /// The rule of the steps with its settings.
  var optimizer: Optimizer {
    training.optimizer(for: network.model, epochs: epochs, preset: defaults)
  }

  /// What trains, as a user of the library would say it.
  ///
  /// - Parameter training: the rows to learn from, of which class weights may be made.
  func estimator(for training: LabeledDataset) throws(SoftmaxError) -> MLPClassifier {
    MLPClassifier(
      hiddenUnits: hiddenUnits, activation: network.activation?.activation ?? .relu,
      dropout: network.dropout, normalizesBatches: network.batchNorm,
      loss: try loss.loss(for: training), l1Penalty: self.training.l1, l2Penalty: l2Penalty,
      optimizer: optimizer, epochs: epochs, batchSize: batchSize, initializer: initializer,
      preprocessing: standardize ? [.standardize] : [], seed: self.training.seed)
  }
}
