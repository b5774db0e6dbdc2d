// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@Suite struct SameBitsTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private func digest(
    _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> String {
    let outcome = try bench.run(
      [
        "train", "digits:test", "--epochs", "2", "--batch-size", "33", "--quiet", "--json",
      ] + (arguments.contains("--hidden") ? [] : ["--hidden", "17"]) + arguments,
      environment: environment)
    return try #require(try outcome.objects().last?["weights_sha256"] as? String)
  }

  @Test(arguments: [2, 3, 5])
  func whateverTheThreads(_ threads: Int) throws {
    #expect(
      try digest(["--threads", "\(threads)"]) == digest(["--threads", "1"]))
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func whateverTheInstructionSet(_ set: InstructionSet) throws {
    let environment = ["SOFTMAX_ISA": set.rawValue]
    #expect(try digest(environment: environment) == digest(environment: ["SOFTMAX_ISA": "scalar"]))
    let version = try bench.run("--version", environment: environment)
    #expect(version.output == "softmax 0.1.0 (\(set))\n")
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), ["17", "48", "40,36"])
  func whateverThePlan(_ set: InstructionSet, _ hidden: String) throws {
    let digests = try ["plain", "fused", ""].map {
      try digest(
        ["--hidden", hidden, "--threads", "2"],
        environment: ["SOFTMAX_ISA": set.rawValue, "SOFTMAX_PLAN": $0])
    }
    #expect(Set(digests).count == 1)
  }

  @Test func aPlanThatIsNoneIsAnError() throws {
    let outcome = try bench.run("train", "digits", environment: ["SOFTMAX_PLAN": "quick"])
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("error: SOFTMAX_PLAN is 'quick'"))
  }

  @Test func theFileIsTheSameToo() throws {
    try bench.train("--threads", "1", "--output", "one")
    try bench.train("--threads", "2", "--output", "two")
    let one = try Data(contentsOf: bench.folder.url.appendingPathComponent("one"))
    #expect(try one == Data(contentsOf: bench.folder.url.appendingPathComponent("two")))
  }

  @Test func aRowPredictedAloneOrInCompany() throws {
    try bench.train()
    let all = try bench.run("predict", "model.safetensors", "digits", "--json").lines
    #expect(all.count == 360)
    for row in [0, 127, 128, 359] {
      let alone = try bench.run("predict", "model.safetensors", "digits:test:\(row)", "--json")
      #expect(alone.lines == [all[row]])
    }
  }
}
