// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Our side of the comparisons, one mode a process: `softmax-bench MODE key=value ...`.
@main
enum SoftmaxBench {
  static let modes: [String: @Sendable (Settings) throws -> Void] = [
    "train": { try TrainingMode.run($0) }
  ]

  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    do {
      guard let name = arguments.first, let mode = modes[name] else {
        throw BenchmarkError("usage: softmax-bench \(modes.keys.sorted().joined(separator: "|")) key=value ...")
      }
      try mode(Settings(arguments.dropFirst()))
    } catch is Worker.Finished {
    } catch {
      FileHandle.standardError.write(Data("softmax-bench: \(error)\n".utf8))
      exit(1)
    }
  }
}
