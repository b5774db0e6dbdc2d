// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// `--l2 auto` chooses the penalty by cross-validation, and a penalty of 0 names classes that are separable.
@Suite struct PenaltyTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.writeSizes()
    let apart = (0..<40).map { "\($0 % 7 + 10 * ($0 % 2)),\(["left", "right"][$0 % 2])" }
    try bench.write(
      Array((["place,side"] + apart).joined(separator: "\n").utf8), to: "apart.csv")
  }

  private func run(_ options: String...) throws -> BuiltCommand.Outcome {
    try bench.run(["train", "sizes.csv", "--model", "linear", "--l2", "auto"] + options)
  }

  @Test func thePenaltiesAreATableACurveAndJSON() throws {
    let text = try run("--curves")
    try #require(text.exitCode == 0, "\(text.errors)")
    #expect(text.errors.contains("\nPenalty 1/10 - C 0.0001 - log loss: "))
    #expect(text.errors.contains("\nl2 "))
    #expect(text.errors.contains("chosen\n"))
    #expect(text.errors.contains("log loss "))
    #expect(text.output.contains(/penalty        l2 [0-9.e-]+ \(C [0-9.e+-]+\): log loss/))
    let rows = try #require(text.errors.ranges(of: "60 rows").first)
    let first = try #require(text.errors.ranges(of: "Penalty 1/10").first)
    #expect(rows.lowerBound < first.lowerBound, "the rows are described first")

    let outcome = try run("--json", "--threads", "1")
    let objects = try outcome.objects()
    let result = try #require(objects.last)
    let penalty = try #require(result["penalty"] as? [String: Any])
    let path = try #require(penalty["path"] as? [[String: Any]])
    let events = objects.filter { $0["event"] as? String == "penalty" }
    #expect(events.count == path.count && path.count >= 3)
    #expect(events.compactMap { $0["penalty"] as? Int } == Array(1...path.count))
    let best = try #require(
      path.min { ($0["log_loss"] as? Double ?? 9) < ($1["log_loss"] as? Double ?? 9) })
    #expect(penalty["c"] as? Double == best["c"] as? Double)
    #expect(penalty["rule"] as? String == "least_log_loss" && penalty["folds"] as? Int == 5)

    let given = try bench.run(
      "train", "sizes.csv", "--model", "linear", "--json", "--l2",
      "\(try #require(penalty["l2"] as? Double))", "--output", "given")
    #expect(
      try #require(given.objects().last)["weights_sha256"] as? String == result["weights_sha256"]
        as? String)

    let inspected = try bench.run("inspect", "model.safetensors")
    #expect(inspected.output.contains(/penalty        l2 [0-9.e-]+ \(C/))
    let json = try #require(bench.run("inspect", "model.safetensors", "--json").objects().first)
    let training = try #require(json["training"] as? [String: Any])
    #expect((training["penalty"] as? [String: Any])?["c"] as? Double == penalty["c"] as? Double)
  }

  @Test func foldsAndRuleCanBeSaid() throws {
    let result = try #require(
      run("--folds", "3", "--one-standard-error", "--json", "--standardize").objects().last)
    let penalty = try #require(result["penalty"] as? [String: Any])
    #expect(penalty["folds"] as? Int == 3)
    #expect(penalty["rule"] as? String == "one_standard_error")
  }

  @Test(arguments: [
    (["--l2", "auto", "--c", "1"], "--c and --l2 both say the penalty"),
    (["--l2", "auto", "--epochs", "3"], "--epochs trains by batches; give a number"),
    (["--l2", "auto", "--model", "mlp"], "--model mlp trains by batches; give a number"),
    (["--l2", "auto", "--folds", "1"], "--folds must be at least 2"),
    (["--folds", "3"], "--folds is for --l2 auto"),
    (["--one-standard-error", "--l2", "1"], "--one-standard-error is for --l2 auto"),
    (["--l2", "some"], "'some'"),
  ])
  func optionsThatContradictEachOtherAreAnError(_ options: [String], message: String) throws {
    let outcome = try bench.run(["train", "sizes.csv", "--model", "linear"] + options)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test func aTrainingThatGoesOnKeepsTheChoice() throws {
    let keeping = ["--l2", "auto", "--checkpoint", "run", "--resume", "run", "--json"]
    func outcome(_ options: [String]) throws -> BuiltCommand.Outcome {
      try bench.run(["train", "sizes.csv", "--model", "linear"] + options)
    }
    let whole = try #require(outcome(["--l2", "auto", "--json"]).objects().last)
    _ = try outcome(keeping + ["--iterations", "2"])
    let resumed = try outcome(keeping)
    #expect(resumed.errors.contains("going on from run: after iteration 2\n"))
    let objects = try resumed.objects()
    #expect(!objects.contains { $0["event"] as? String == "penalty" })
    #expect(objects.last?["weights_sha256"] as? String == whole["weights_sha256"] as? String)
    #expect(objects.last?["penalty"] as? NSDictionary == whole["penalty"] as? NSDictionary)
  }

  @Test func separableClassesWithoutAPenaltyAreNamed() throws {
    let arguments = ["train", "apart.csv", "--model", "linear"]
    let outcome = try bench.run(arguments + ["--l2", "0"])
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.contains("warning: the classes are linearly separable: "))
    #expect(outcome.output.contains("not converged  after "))
    #expect(outcome.output.contains("the classes are linearly separable"))
    #expect(try bench.run("inspect", "model.safetensors").output.contains("separable      "))
    let judged = try #require(
      bench.run("evaluate", "model.safetensors", "apart.csv", "--json").objects().last)
    #expect(judged["accuracy"] as? Double == 1)
    for (penalty, expected) in [("0", true), ("0.01", false)] {
      let result = try #require(
        bench.run(arguments + ["--l2", penalty, "--json"]).objects().last)
      #expect(result["separable"] as? Bool == expected)
      #expect(result["converged"] as? Bool == !expected)
    }
  }
}
