// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// Epochs of training by `fit`, one a command; and runs from a seed, for the peers to follow.
///
/// `train hidden=128 optimizer=adam rate=0.001 batch=32 threads=2`; hidden=0 is softmax regression.
enum TrainingMode {
  static func run(_ settings: Settings) throws {
    let task = try TrainingTask(settings)
    let split = try FashionMNIST.load()
    var network = try task.network(for: split.training, seed: 0)
    // An epoch to warm up; then the training waits at each epoch's end for the next command, with
    // optimizer and plan as they are.
    var isWarm = false
    var start = 0.0
    try network.fit(
      to: split.training, optimizer: task.optimizer, epochs: .max, batchSize: task.batchSize,
      threads: task.threads
    ) { progress in
      guard progress.isEpochEnd else { return }
      let seconds = Clock.now - start
      if isWarm {
        try Answer(
          dictionaryLiteral: ("seconds", .number(seconds)), ("reported", .number(progress.seconds)),
          ("loss", .number(progress.loss)), ("accuracy", .number(progress.accuracy))
        ).send()
      } else {
        isWarm = true
        try Worker.sendReady()
      }
      while true {
        let command = try Worker.nextCommand()
        if command.first == "run" { break }
        try task.agree(Settings(command.dropFirst()), split: split).send()
      }
      start = Clock.now
    }
  }
}

/// What is trained how.
struct TrainingTask {
  let hidden: Int
  let optimizer: Optimizer
  let batchSize: Int
  let threads: Int

  init(_ settings: Settings) throws {
    hidden = try settings.number("hidden", default: 0)
    batchSize = try settings.number("batch")
    threads = try settings.number("threads", default: 2)
    let rate: Double = try settings.number("rate")
    optimizer =
      try settings.text("optimizer") == "sgd" ? .sgd(learningRate: rate) : .adam(learningRate: rate)
  }

  func network(for dataset: LabeledDataset, seed: UInt64) throws -> Sequential {
    try Sequential(input: dataset.featureShape, seed: seed) {
      Flatten()
      if hidden > 0 { Dense(hidden, activation: .relu) }
      Dense(dataset.classCount, activation: .softmax)
    }
  }

  /// `agree seed=0 epochs=3 folder=...`: trains from a seed and leaves the initial weights and the
  /// order of each epoch's samples in a folder, so that the peers can do the same.
  func agree(_ settings: Settings, split: DatasetSplit) throws -> Answer {
    let seed: UInt64 = try settings.number("seed")
    let epochs: Int = try settings.number("epochs")
    let folder = URL(fileURLWithPath: try settings.text("folder"))
    guard let test = split.test else { throw BenchmarkError("no test part") }
    var network = try network(for: split.training, seed: seed)

    let weights = network.layers.compactMap(\.weight).flatMap(\.elements)
    try littleEndian(weights.map(\.bitPattern))
      .write(to: folder.appendingPathComponent("weights-\(seed).f32"))
    let orders = (0..<epochs).flatMap { epoch in
      CounterBasedGenerator(seed: seed, purpose: .shuffle, epoch: epoch)
        .permutation(of: split.training.count).map { UInt32($0) }
    }
    try littleEndian(orders).write(to: folder.appendingPathComponent("orders-\(seed).u32"))

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

/// Numbers as the peers read them.
func littleEndian(_ words: [UInt32]) -> Data {
  Data(words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
}
