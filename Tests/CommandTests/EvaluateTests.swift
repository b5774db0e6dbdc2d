// SPDX-License-Identifier: Apache-2.0

import SoftmaxTestSupport
import Testing

@Suite struct EvaluateTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test func itRepeatsWhatTrainingSaid() throws {
    let trained = try #require(try bench.train("--json", "--quiet").objects().last)
    let outcome = try bench.run("evaluate", "model.safetensors", "digits", "--json")
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.lines.count == 1)
    #expect(
      keys(of: outcome.output)
        == ["event", "rows", "accuracy", "accuracy_low", "accuracy_high", "log_loss"])
    let result = try #require(try outcome.objects().first)
    #expect(result["rows"] as? Int == 360)
    for key in ["accuracy", "accuracy_low", "accuracy_high", "log_loss"] {
      #expect(result[key] as? Double == trained[key] as? Double)
    }
  }

  @Test func peopleGetTheInterval() throws {
    try bench.train()
    let outcome = try bench.run("evaluate", "model.safetensors", "digits:test", "--threads", "1")
    #expect(
      outcome.output.wholeMatch(
        of:
          /accuracy +0\.\d{4}, 95 % interval 0\.\d{4} to 0\.\d{4}, 360 rows\nlog loss +\d\.\d{4}\n/
      ) != nil)
  }
}
