// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

// Layers that draw numbers, that remember more than they train, and that do not train at all.
@Suite struct LayerCheckpointTests {
  func network() throws -> Sequential {
    var network = try Sequential(input: [5], seed: 2) {
      Scaling()
      Dense(9, activation: .gelu)
      ParametricActivation(.selu)
      BatchNormalization()
      Dropout(0.3)
      Dense(8, activation: .relu)
      LayerNormalization()
      Dense(3, activation: .softmax)
    }
    network.freeze(layers: 5..<6)
    return network
  }

  @Test func aNetworkOfManyLayersGoesOnWithTheSameBits() throws {
    let dataset = try triangle(count: 90)
    func fit(
      _ network: inout Sequential, _ witness: CheckpointWitness, resuming checkpoint: Checkpoint?
    ) throws -> TrainingHistory {
      try network.fit(
        to: dataset, epochs: 4, batchSize: 7, validation: .fraction(0.2),
        callbacks: [.earlyStopping(patience: 4), witness], resuming: checkpoint)
    }
    var whole = try network()
    let witness = CheckpointWitness()
    let history = try fit(&whole, witness, resuming: nil)
    let paused = CheckpointWitness()
    paused.pausesWithin = 3
    var part = try network()
    _ = try fit(&part, paused, resuming: nil)
    let within = try #require(paused.checkpoints.last)
    #expect(within.position.epoch == 2 && within.position.step > 0)
    for checkpoint in witness.checkpoints + [within] {
      // The frozen layer has nothing to remember.
      #expect(checkpoint.state.optimizerState[0].map(\.layer) == [0, 1, 2, 3, 6, 7])
      var network = try network()
      let own = try fit(&network, CheckpointWitness(), resuming: checkpoint)
      #expect(network == whole)
      #expect(own.epochs.map(\.validation) == history.epochs.map(\.validation))
    }
  }
}
