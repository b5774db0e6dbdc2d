// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Our side of the comparisons, one mode a process: `softmax-bench MODE key=value ...`.
@main
enum SoftmaxBench {
  static let modes: [String: @Sendable (Settings) throws -> Void] = [
    "allocations": { try AllocationMode.run($0) },
    "evaluate": { try EvaluationMode.run($0) },
    "infer": { try InferenceMode.run($0) },
    "load": { try LoadingMode.run($0) },
    "loop": { try LoopMode.run($0) },
    "metrics": { try MetricsMode.run($0) },
    "rows": { try RowsMode.run($0) },
    "sweep": { try SweepMode.run($0) },
    "table": { try TableMode.run($0) },
    "train": { try TrainingMode.run($0) },
  ]

  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    do {
      guard let name = arguments.first, let mode = modes[name] else {
        throw BenchmarkError(
          "usage: softmax-bench \(modes.keys.sorted().joined(separator: "|")) key=value ...")
      }
      try mode(Settings(arguments.dropFirst()))
    } catch is Worker.Finished {
    } catch {
      FileHandle.standardError.write(Data("softmax-bench: \(error)\n".utf8))
      exit(1)
    }
  }
}
