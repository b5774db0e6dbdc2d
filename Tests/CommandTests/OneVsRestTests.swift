// SPDX-License-Identifier: Apache-2.0

import SoftmaxTestSupport
import Testing

/// `--loss one-vs-rest`: a logistic regression for each class, in one model.
@Suite struct OneVsRestTests {
  private let bench: Workbench
  private let settings = ["train", "sizes.csv", "--model", "linear", "--loss", "one-vs-rest"]

  init() throws {
    bench = try Workbench()
    try bench.writeSizes()
  }

  private func result(_ options: String...) throws -> [String: Any] {
    let outcome = try bench.run(settings + ["--json"] + options)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(outcome.objects().last)
  }

  @Test func aModelIsSolvedAndThenEvaluatedPredictedAndInspected() throws {
    let result = try result("--test", "sizes.csv")
    #expect(result["converged"] as? Bool == true)
    #expect(try #require(result["objective_gap"] as? Double) < 1e-5)
    let judged = try #require(
      bench.run("evaluate", "model.safetensors", "sizes.csv", "--json").objects().last)
    #expect(judged["accuracy"] as? Double == result["accuracy"] as? Double)
    #expect(judged["log_loss"] as? Double == result["log_loss"] as? Double)
    let predicted = try bench.run("predict", "model.safetensors", "sizes.csv", "--json").objects()
    for row in predicted {
      let probabilities = try #require(row["probabilities"] as? [Double])
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
      #expect(probabilities.max() == row["probability"] as? Double)
    }
    let inspected = try bench.run("inspect", "model.safetensors")
    #expect(inspected.output.contains("one-vs-rest") && inspected.output.contains("converged\n"))
    let explained = try bench.run("explain", "sizes.csv", "--model", "model.safetensors")
    #expect(explained.exitCode == 1 && explained.errors.contains("(one-vs-rest)"))
  }

  @Test func itGoesOnFromItsCheckpoint() throws {
    let whole = try #require(result()["weights_sha256"] as? String)
    _ = try result("--checkpoint", "run", "--iterations", "2")
    let resumed = try result("--checkpoint", "run", "--resume", "run", "--threads", "1")
    #expect(resumed["weights_sha256"] as? String == whole)
  }

  @Test func anOptionOfBatchesTrainsByBatches() throws {
    #expect(try result("--epochs", "2")["epochs"] as? Int == 2)
  }

  @Test(arguments: [
    (["--l2", "auto"], "--l2 auto is for --loss cross-entropy"),
    (["--l1", "0.1"], "--l1 is for --loss cross-entropy"),
    (["--label-smoothing", "0.1"], "--label-smoothing is for --loss"),
  ])
  func whatItDoesNotHaveIsAnError(_ options: [String], message: String) throws {
    let outcome = try bench.run(settings + options)
    #expect(outcome.exitCode == 64 && outcome.errors.contains(message), "\(outcome.errors)")
  }
}
