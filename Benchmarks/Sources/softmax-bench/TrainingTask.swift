// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// What is trained how.
struct TrainingTask {
  let hidden: Int
  let optimizer: Optimizer
  let batchSize: Int
  let threads: Int
  let addition: Addition

  /// What the network, or its training, has beside.
  enum Addition: String {
    case nothing, dropout, batchNormalization = "batch-normalization"
    case ownActivation = "own-activation", ownLayer = "own-layer"
    /// Callbacks, with a metric that one of them computes each epoch.
    case callbacks
  }

  init(_ settings: Settings) throws {
    hidden = try settings.number("hidden", default: 0)
    batchSize = try settings.number("batch")
    threads = try settings.number("threads", default: 2)
    let name = try settings.text("with", default: Addition.nothing.rawValue)
    guard let addition = Addition(rawValue: name) else {
      throw BenchmarkError("with=\(name) is unknown")
    }
    self.addition = addition
    let rate: Double = try settings.number("rate", default: 0.001)
    optimizer =
      try settings.text("optimizer") == "sgd" ? .sgd(learningRate: rate) : .adam(learningRate: rate)
  }

  func network(for dataset: LabeledDataset, seed: UInt64) throws -> Sequential {
    try Sequential(input: dataset.featureShape, seed: seed) {
      Flatten()
      if hidden > 0 {
        switch addition {
        case .nothing, .callbacks: Dense(hidden, activation: .relu)
        case .dropout:
          Dense(hidden, activation: .relu)
          Dropout(0.2)
        case .batchNormalization:
          Dense(hidden)
          BatchNormalization()
          ReLU()
        case .ownActivation:
          Dense(hidden)
          CustomElementReLU()
        case .ownLayer:
          Dense(hidden)
          CustomReLU()
        }
      }
      Dense(dataset.classCount, activation: .softmax)
    }
  }

  /// `agree seed=0 epochs=3 folder=...`: trains from a seed and leaves the initial weights and the
  /// order of each epoch's samples in a folder, so that the peers can do the same.
  func agree(_ settings: Settings, split: DatasetSplit) throws -> Answer {
    let seed: UInt64 = try settings.number("seed")
    let epochs: Int = try settings.number("epochs")
    let folder = try Exchange(settings)
    guard let test = split.test else { throw BenchmarkError("no test part") }
    var network = try network(for: split.training, seed: seed)
    let orders = (0..<epochs).flatMap { epoch in
      CounterBasedGenerator(seed: seed, purpose: .shuffle, epoch: epoch)
        .permutation(of: split.training.count)
    }
    try folder.write(network.layers.compactMap(\.weight).flatMap(\.elements), to: "weights-\(seed)")
    try folder.write(orders, to: "orders-\(seed)")

    let history = try network.fit(
      to: split.training, optimizer: optimizer, epochs: epochs, batchSize: batchSize,
      threads: threads)
    let classifier = try Classifier(network: network, trainedOn: split.training)
    return [
      "loss": .number(history.epochs.last?.loss ?? .nan),
      "accuracy": .number(try classifier.evaluation(on: test).accuracy),
    ]
  }
}
