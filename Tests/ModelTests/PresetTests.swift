// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

/// The peers' own defaults (Tests/golden/make-presets.py).
@Suite struct PresetTests {
  static func golden() throws -> [String: [String: [String: Double]]] {
    let url = try #require(
      Bundle.module.url(forResource: "presets", withExtension: "json", subdirectory: "Golden"))
    let all = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    let peers = try #require(all as? [String: Any]).filter { $0.key != "versions" }
    return peers.compactMapValues { $0 as? [String: [String: Double]] }
  }

  private func optimizer(_ name: String, of preset: TrainingPreset) -> Optimizer? {
    switch name {
    case "adam": preset.adam()
    case "adamw": preset.adamW()
    case "sgd": preset.sgd()
    case "rmsprop": preset.rmsprop()
    case "adagrad": preset.adagrad()
    default: nil
    }
  }

  @Test(arguments: TrainingPreset.all.map(\.name))
  func optimizersBeginWithThePeersSettings(name: String) throws {
    let preset = try #require(TrainingPreset(named: name))
    let peer = try #require(try Self.golden()[name])
    #expect(peer.count >= 2)
    for (rule, settings) in peer where rule != "training" {
      let ours = try #require(optimizer(rule, of: preset)).settings
      for (key, value) in settings {
        // Keras keeps its learning rates as floats.
        let difference = abs(try #require(ours[key], "\(rule) \(key)") - value)
        #expect(difference <= 1e-7 * abs(value), "\(name) \(rule) \(key): \(ours[key] ?? .nan)")
      }
      #expect(optimizer(rule, of: preset)?.name == rule)
    }
  }

  @Test func theTrainingsAreThePeers() throws {
    let golden = try Self.golden()
    #expect(Double(TrainingPreset.keras.batchSize) == golden["keras"]?["training"]?["batch_size"])
    let sklearn = try #require(golden["scikit-learn"]?["training"])
    let preset = TrainingPreset.scikitLearn
    #expect(Double(preset.batchSize) == sklearn["batch_size"])
    #expect(Double(preset.epochs) == sklearn["epochs"])
    #expect(preset.hiddenUnits.map(Double.init) == [try #require(sklearn["hidden_units"])])
    #expect(preset.l2Penalty == (sklearn["alpha"] ?? .nan) / Double(preset.batchSize))
    // Nesterov's momentum is scikit-learn's; where no momentum is asked for there is none to look along.
    #expect(preset.sgd().settings["nesterov"] == 1)
    #expect(preset.sgd(momentum: 0).settings["nesterov"] == nil)
    #expect(TrainingPreset.keras.adam().settings["keras_epsilon"] == 1)
  }

  @Test func anEstimatorTakesAPeersSettings() throws {
    let estimator = MLPClassifier(.scikitLearn, epochs: 2, seed: 3)
    #expect(estimator.hiddenUnits == [100] && estimator.batchSize == 200)
    #expect(estimator.epochs == 2 && estimator.seed == 3)
    #expect(estimator.optimizer == .adam(epsilon: 1e-8))
    #expect(MLPClassifier(.pytorch).initializer == .pytorch)
    #expect(try estimator.fitted(to: clouds(10)).classNames.count == 3)
    #expect(TrainingPreset(named: "jax") == nil)
  }
}
