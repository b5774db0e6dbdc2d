// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

// The settings that the options give, with the defaults of the preset or else of this command.
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
    // A preset's penalty is meant for its multi-layer perceptron.
    training.l2 ?? (isLinear ? 0 : defaults?.l2Penalty ?? 0)
  }

  /// The optimizer with its settings.
  var optimizer: Optimizer {
    training.optimizer(for: network.model, epochs: epochs, preset: defaults)
  }

  /// Returns the estimator with these settings.
  ///
  /// - Parameter training: the training rows, from which balanced class weights are computed.
  func estimator(for training: LabeledDataset) throws(SoftmaxError) -> MLPClassifier {
    MLPClassifier(
      hiddenUnits: hiddenUnits, activation: network.activation?.activation ?? .relu,
      dropout: network.dropout, normalizesBatches: network.batchNorm,
      loss: try loss.loss(for: training), l1Penalty: self.training.l1, l2Penalty: l2Penalty,
      optimizer: optimizer, epochs: epochs, batchSize: batchSize, initializer: initializer,
      preprocessing: standardize ? [.standardize] : [], seed: self.training.seed)
  }
}
