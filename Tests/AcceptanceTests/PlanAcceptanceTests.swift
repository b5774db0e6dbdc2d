// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

// The plain plan, layer by layer, is what the fused one is measured by: on the real data, at full
// size.
@Suite(.enabled(if: isRelease, "full sizes need optimised code"), .serialized)
struct PlanAcceptanceTests {
  static let settings: [[String]] = [
    ["--model", "linear", "--batch-size", "64"],
    ["--model", "linear", "--batch-size", "257", "--momentum", "0.9", "--l2", "0.001"],
    ["--model", "linear", "--optimizer", "adam", "--batch-size", "60000"],
    ["--hidden", "128", "--batch-size", "32"],
    ["--hidden", "77", "--activation", "tanh", "--batch-size", "33", "--l2", "0.0001"],
    ["--hidden", "100", "--activation", "sigmoid", "--batch-size", "600", "--optimizer", "sgd"],
    ["--hidden", "48", "--batch-size", "7", "--optimizer", "sgd", "--momentum", "0.9"],
    ["--hidden", "128,64", "--batch-size", "32"],
    ["--hidden", "100,77,33", "--activation", "tanh", "--batch-size", "300"],
  ]

  private func train(
    _ arguments: [String], plan: String, threads: Int, set: InstructionSet = .best
  ) throws -> [String] {
    let folder = try TemporaryFolder()
    let outcome = try BuiltCommand.run(
      ["train", "fashion-mnist", "--epochs", "1", "--threads", "\(threads)", "--json", "--quiet"]
        + ["--output", folder.path("model.safetensors")] + arguments,
      environment: ["SOFTMAX_PLAN": plan, "SOFTMAX_ISA": set.rawValue])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let objects = try outcome.objects()
    return objects.compactMap {
      ($0["weights_sha256"] as? String) ?? ($0["loss"] as? Double).map { "\($0)" }
    }
  }

  @Test(arguments: settings)
  func bothPlansTrainTheSameBits(arguments: [String]) throws {
    let plain = try train(arguments, plan: "plain", threads: 2)
    #expect(plain.count == 2)
    for threads in [1, 2, 3, 5, 8] {
      #expect(
        try train(arguments, plan: "fused", threads: threads) == plain, "\(threads) threads")
    }
    for set in InstructionSet.allCases where set != .scalar && set.isSupported {
      #expect(try train(arguments, plan: "fused", threads: 2, set: set) == plain, "\(set)")
    }
  }
}
