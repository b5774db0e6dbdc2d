// SPDX-License-Identifier: Apache-2.0

import CGauge
import SoftmaxKit

/// Calls of malloc and its relatives during an epoch, of few steps and of many.
///
/// `allocations hidden=128 optimizer=adam batch=32 threads=2`, then `run steps=100`.
enum AllocationMode {
  private struct Enough: Error {}

  static func run(_ settings: Settings) throws {
    let task = try TrainingTask(settings)
    let training = try RemoteDataset.fashionMNIST.load().training
    guard gauge_allocations() >= 0 else {
      throw BenchmarkError("this system's C library does not let its calls of malloc be counted")
    }
    try Worker.serve { command in
      let steps: Int = try Settings(command.dropFirst()).number("steps")
      let part = training.selecting(rows: 0..<min(steps * task.batchSize, training.count))
      var network = try task.network(for: part, seed: 0)
      // The second epoch: what is laid out once lies behind it.
      var before: Int64 = 0
      var count: Int64 = 0
      var reports = 0
      do {
        try network.fit(
          to: part, optimizer: task.optimizer, epochs: 2, batchSize: task.batchSize,
          threads: task.threads
        ) { progress in
          if progress.epoch == 2 { reports += 1 }
          guard progress.isEpochEnd else { return }
          if progress.epoch == 1 { before = gauge_allocations() }
          if progress.epoch == 2 {
            count = gauge_allocations() - before
            throw Enough()
          }
        }
      } catch is Enough {}
      return [
        "seconds": .number(1), "allocations": .number(Double(count)),
        "steps": .number(Double(steps)), "reports": .number(Double(reports)),
      ]
    }
  }
}
