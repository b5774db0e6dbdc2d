// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// Epochs of training by `fit`, one a command; and runs from a seed, for the peers to follow.
///
/// `train hidden=128 optimizer=adam rate=0.001 batch=32 threads=2`; hidden=0 is softmax regression,
/// features=floats takes the pixels as floats, warm=0 leaves out the epoch before the first command;
/// with=dropout, batch-normalization, own-activation, own-layer or callbacks adds that.
enum TrainingMode {
  static func run(_ settings: Settings) throws {
    let task = try TrainingTask(settings)
    let split = try RemoteDataset.fashionMNIST.load()
    let training = try settings.isFloats ? split.training.withFloats() : split.training
    var network = try task.network(for: training, seed: 0)
    var start = 0.0
    func waitForCommand() throws {
      while true {
        let command = try Worker.nextCommand()
        if command.first == "run" { break }
        try task.agree(Settings(command.dropFirst()), split: split).send()
      }
      start = Clock.now
    }

    var isWarm = try settings.number("warm", default: 1) == 0
    if isWarm {
      try Worker.sendReady()
      try waitForCommand()
    }
    // The training waits at each epoch's end for the next command, with optimizer and plan as they
    // are.
    try network.fit(
      to: training, optimizer: task.optimizer, epochs: .max, batchSize: task.batchSize,
      callbacks: task.callbacks, threads: task.threads
    ) { progress in
      guard progress.isEpochEnd else { return }
      let seconds = Clock.now - start
      if isWarm {
        try Answer(
          dictionaryLiteral: ("seconds", .number(seconds)), ("loss", .number(progress.loss)),
          ("accuracy", .number(progress.accuracy))
        ).send()
      } else {
        isWarm = true
        try Worker.sendReady()
      }
      try waitForCommand()
    }
  }
}

extension TrainingTask {
  /// Early stopping that keeps the best weights, and a callback of one's own that looks at the epoch's
  /// metrics; neither ever stops the training.
  fileprivate var callbacks: [any TrainingCallback] {
    guard addition == .callbacks else { return [] }
    var best = 0.0
    return [
      .earlyStopping(patience: .max, monitor: .accuracy),
      .onEpochEnd { status in
        best = max(best, status.history.epochs.last?.accuracy ?? 0)
        return .proceed
      },
    ]
  }
}

extension Settings {
  fileprivate var isFloats: Bool {
    get throws { try text("features", default: "bytes") == "floats" }
  }
}

extension LabeledDataset {
  /// The same samples with features that are floats.
  func withFloats() throws -> LabeledDataset {
    guard let matrix = features.bytes else { return self }
    return try LabeledDataset(
      features: .floats(matrix.floats()), labels: labels, classNames: classNames,
      featureShape: featureShape)
  }
}
