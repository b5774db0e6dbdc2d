// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Epochs of training by a loop of one's own over public parts, one a command.
///
/// `loop hidden=128 optimizer=adam rate=0.001 batch=32 threads=2` is a loop over a trainer,
/// over=objective one over an objective with an optimizer; `agree epochs=3` trains anew, by such a loop
/// and by `fit`, and compares the networks.
enum LoopMode {
  static func run(_ settings: Settings) throws {
    let task = try TrainingTask(settings)
    let training = try RemoteDataset.fashionMNIST.load().training
    let over = try settings.text("over", default: "trainer")
    guard let makeLoop = loops[over] else { throw BenchmarkError("over=\(over) is unknown") }
    let loop = try makeLoop(task, training)
    var epoch = 0
    func next() throws -> Double {
      defer { epoch += 1 }
      return try loop.train(epoch: epoch)
    }
    _ = try next()
    try Worker.serve { command in
      if command.first == "agree" {
        let epochs: Int = try Settings(command.dropFirst()).number("epochs")
        return [
          "equal": .number(try areEqual(makeLoop, task, on: training, epochs: epochs) ? 1 : 0)
        ]
      }
      let start = Clock.now
      let loss = try next()
      return ["seconds": .number(Clock.now - start), "loss": .number(loss)]
    }
  }

  private static let loops: [String: @Sendable (TrainingTask, LabeledDataset) throws -> any Loop] =
    [
      "trainer": { try TrainerLoop($0, on: $1) },
      "objective": { try ObjectiveLoop($0, on: $1) },
    ]

  /// Whether the loop and `fit` end in the same weights and biases.
  private static func areEqual(
    _ makeLoop: (TrainingTask, LabeledDataset) throws -> any Loop, _ task: TrainingTask,
    on dataset: LabeledDataset, epochs: Int
  ) throws -> Bool {
    let loop = try makeLoop(task, dataset)
    for epoch in 0..<epochs { _ = try loop.train(epoch: epoch) }
    var network = try task.network(for: dataset, seed: 0)
    try network.fit(
      to: dataset, optimizer: task.optimizer, epochs: epochs, batchSize: task.batchSize,
      threads: task.threads)
    return try loop.network == network
  }
}

/// A loop of one's own.
private protocol Loop: AnyObject {
  /// What is measured: an epoch; its mean loss.
  func train(epoch: Int) throws -> Double
  var network: Sequential { get throws }
}

private final class TrainerLoop: Loop {
  private let trainer: Trainer

  init(_ task: TrainingTask, on dataset: LabeledDataset) throws {
    trainer = try Trainer(
      try task.network(for: dataset, seed: 0), on: dataset, optimizer: task.optimizer,
      batchSize: task.batchSize, threads: task.threads)
  }

  var network: Sequential { get throws { try trainer.network } }

  func train(epoch: Int) throws -> Double {
    var totals = LossTotals()
    for batch in try trainer.batches(epoch: epoch) { totals += try trainer.step(on: batch) }
    return totals.loss
  }
}

private final class ObjectiveLoop: Loop {
  private let objective: Objective
  private var optimizer: OptimizerState
  private var parameters: [Float]
  private var gradient: [Float] = []

  init(_ task: TrainingTask, on dataset: LabeledDataset) throws {
    let network = try task.network(for: dataset, seed: 0)
    objective = try Objective(
      network, on: dataset, batchSize: task.batchSize, threads: task.threads)
    optimizer = try OptimizerState(task.optimizer, for: network)
    parameters = objective.parameters
  }

  var network: Sequential { get throws { try objective.network(at: parameters) } }

  func train(epoch: Int) throws -> Double {
    var totals = LossTotals()
    for batch in try objective.batches(epoch: epoch) {
      totals += try objective.valueAndGradient(
        at: parameters, rows: batch, step: optimizer.gradientCount, into: &gradient
      ).totals
      try optimizer.update(&parameters, along: gradient, on: objective)
    }
    return totals.loss
  }
}
