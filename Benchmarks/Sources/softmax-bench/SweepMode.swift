// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Training on made-up data of any sizes; a command gives the median seconds of an epoch, or of an
/// evaluation of loss and gradient.
///
/// `sweep`, then `train features=784 hidden=128 batch=32 rows=4096 optimizer=adam threads=2` or
/// `evaluate features=784 rows=4096 threads=2`.
enum SweepMode {
  static func run(_: Settings) throws {
    var last: (rows: Int, features: Int, dataset: LabeledDataset)?
    func dataset(_ settings: Settings) throws -> LabeledDataset {
      let rows: Int = try settings.number("rows")
      let features: Int = try settings.number("features")
      if let last, last.rows == rows, last.features == features { return last.dataset }
      let fresh = try madeUp(rows: rows, features: features)
      last = (rows, features, fresh)
      return fresh
    }
    try Worker.serve { command in
      let settings = try Settings(command.dropFirst())
      let dataset = try dataset(settings)
      let budget: Double = try settings.number("seconds", default: 0.1)
      let seconds =
        command.first == "train"
        ? try epochSeconds(TrainingTask(settings), on: dataset, budget: budget)
        : try evaluationSeconds(
          on: dataset, threads: settings.number("threads"), budget: budget)
      return ["seconds": .number(seconds)]
    }
  }

  private struct Enough: Error {}

  /// The median of the epochs that fit into a time, the first left out.
  private static func epochSeconds(
    _ task: TrainingTask, on dataset: LabeledDataset, budget: Double
  ) throws -> Double {
    var network = try task.network(for: dataset, seed: 0)
    var seconds: [Double] = []
    do {
      try network.fit(
        to: dataset, optimizer: task.optimizer, epochs: .max, batchSize: task.batchSize,
        threads: task.threads
      ) { progress in
        guard progress.isEpochEnd else { return }
        if progress.epoch > 1 { seconds.append(progress.seconds) }
        if seconds.count >= 3, seconds.reduce(0, +) >= budget { throw Enough() }
      }
    } catch is Enough {}
    seconds.sort()
    return seconds[seconds.count / 2]
  }

  private static func evaluationSeconds(
    on dataset: LabeledDataset, threads: Int, budget: Double
  ) throws -> Double {
    let network = try Sequential(input: dataset.featureShape, seed: 0) {
      Dense(dataset.classCount)
    }
    return try Worker.median(budget: budget) {
      _ = try network.valueAndGradient(of: .crossEntropy, on: dataset, threads: threads)
    }
  }

  private static func madeUp(rows: Int, features: Int) throws -> LabeledDataset {
    // A cheap sequence: a sweep's largest sets hold tens of millions of bytes.
    var state: UInt64 = 1
    let bytes = (0..<rows * features).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    return try LabeledDataset(
      features: .bytes(
        ByteMatrix(rowCount: rows, columnCount: features, bytes: bytes, scale: 1.0 / 255)),
      labels: (0..<rows).map { $0 % 10 }, classNames: (0..<10).map { "\($0)" })
  }
}
