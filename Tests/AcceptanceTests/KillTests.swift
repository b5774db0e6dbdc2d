// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

// kill -9 at fifty moments of a training: forty drawn from its whole length, ten while a checkpoint is
// being written. A training that ended before its moment came is one try more, and its time, where it is
// shorter, the length that later moments are drawn from: other work of the machine changes both.
@Suite(.enabled(if: isRelease, "full speed needs optimised code"), .serialized)
struct KillTests {
  static let settings = [
    "train", "digits", "--epochs", "60", "--hidden", "512", "--batch-size", "16",
    "--validation", "0.2", "--early-stopping", "50", "--seed", "11", "--json", "--quiet",
  ]

  private func hash(_ arguments: [String], in folder: TemporaryFolder) throws -> String {
    let outcome = try BuiltCommand.run(arguments, in: folder.url)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(try outcome.objects().last?["weights_sha256"] as? String)
  }

  /// Temporary files that writers leave when they are killed.
  private func strays(in folder: TemporaryFolder) throws -> [String] {
    try folder.names.filter { $0.hasPrefix(".") }
  }

  @Test func fiftyKilledTrainingsEndAsTheOneThatWasNot() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run")
    let keeping = Self.settings + ["--checkpoint", "run", "--resume", "run"]
    var began = ContinuousClock.now
    let whole = try hash(Self.settings + ["--checkpoint", "run"], in: folder)
    var length = began.duration(to: .now) / .seconds(1)
    let generator = CounterBasedGenerator(seed: 50)
    var (tries, same, killed, killedWriting, strayCount) = (0, 0, 0, 0, 0)
    while killed < 50, tries < 100 {
      for name in try folder.names { try FileManager.default.removeItem(atPath: folder.path(name)) }
      let moment = length * Double(generator.uniform(at: UInt64(tries)))
      let isOnWriting = tries % 5 == 4
      tries += 1
      began = .now
      let wasKilled = try BuiltCommand.runAndKill(keeping, in: folder.url) { seconds in
        guard seconds > (isOnWriting ? moment / 2 : moment) else { return false }
        guard isOnWriting else { return true }
        return (try? !strays(in: folder).isEmpty) ?? false
      }
      let took = began.duration(to: .now) / .seconds(1)
      if wasKilled { killed += 1 } else { length = min(length, took) }
      // Whatever is there is whole.
      if FileManager.default.fileExists(atPath: path) { _ = try Checkpoint.load(path) }
      let left = try strays(in: folder).count
      #expect(left <= 1)
      strayCount += left
      if isOnWriting, wasKilled { killedWriting += 1 }
      if try hash(keeping, in: folder) == whole { same += 1 }
      #expect(try strays(in: folder).isEmpty)
    }
    print(
      "kill -9: \(same) of \(tries) trainings end with the same bits; \(killed) were killed in time, "
        + "\(killedWriting) of them as a temporary file was seen, \(strayCount) left one behind")
    #expect(same == tries)
    #expect(killed == 50 && killedWriting >= 5)
  }
}
