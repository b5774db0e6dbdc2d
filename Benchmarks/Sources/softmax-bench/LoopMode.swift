// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Epochs of training by a loop of one's own over public parts, one a command.
///
/// `loop hidden=128 optimizer=adam rate=0.001 batch=32 threads=2`; `agree epochs=3` trains anew, by
/// such a loop and by `fit`, and compares the networks.
enum LoopMode {
  static func run(_ settings: Settings) throws {
    let task = try TrainingTask(settings)
    let training = try RemoteDataset.fashionMNIST.load().training
    let trainer = try trainer(for: task, on: training)
    var epoch = 0
    func next() throws -> Double {
      defer { epoch += 1 }
      return try train(trainer, epoch: epoch)
    }
    _ = try next()
    try Worker.serve { command in
      if command.first == "agree" {
        let epochs: Int = try Settings(command.dropFirst()).number("epochs")
        return ["equal": .number(try areEqual(task, on: training, epochs: epochs) ? 1 : 0)]
      }
      let start = Clock.now
      let loss = try next()
      return ["seconds": .number(Clock.now - start), "loss": .number(loss)]
    }
  }

  private static func trainer(
    for task: TrainingTask, on dataset: LabeledDataset
  ) throws -> Trainer {
    try Trainer(
      try task.network(for: dataset, seed: 0), on: dataset, optimizer: task.optimizer,
      batchSize: task.batchSize, threads: task.threads)
  }

  /// What is measured: an epoch; its mean loss.
  private static func train(_ trainer: Trainer, epoch: Int) throws -> Double {
    var totals = LossTotals()
    for batch in try trainer.batches(epoch: epoch) { totals += try trainer.step(on: batch) }
    return totals.loss
  }

  /// Whether the loop and `fit` end in the same weights and biases.
  private static func areEqual(
    _ task: TrainingTask, on dataset: LabeledDataset, epochs: Int
  ) throws -> Bool {
    let trainer = try trainer(for: task, on: dataset)
    for epoch in 0..<epochs { _ = try train(trainer, epoch: epoch) }
    var network = try task.network(for: dataset, seed: 0)
    try network.fit(
      to: dataset, optimizer: task.optimizer, epochs: epochs, batchSize: task.batchSize,
      threads: task.threads)
    return try trainer.network == network
  }
}
