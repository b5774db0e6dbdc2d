// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// `--model linear` without an option of batches is solved to its optimum.
@Suite struct SolveTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.writeSizes()
  }

  private func run(_ options: String...) throws -> BuiltCommand.Outcome {
    let outcome = try bench.run(["train", "sizes.csv", "--model", "linear"] + options)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome
  }

  private func result(_ options: String...) throws -> [String: Any] {
    let outcome = try bench.run(["train", "sizes.csv", "--model", "linear", "--json"] + options)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(outcome.objects().last)
  }

  private func hash(_ result: [String: Any]) throws -> String {
    try #require(result["weights_sha256"] as? String)
  }

  // The objectives are scikit-learn's, of LogisticRegression(C=1) and (C=0.01).
  @Test(
    arguments: [([], 0.732709010740), (["--c", "0.01"], 0.842703463364)] as [([String], Double)])
  func aLinearModelIsSolvedToItsOptimum(options: [String], expected: Double) throws {
    let outcome = try bench.run(["train", "sizes.csv", "--model", "linear", "--json"] + options)
    let result = try #require(try outcome.objects().last)
    let objective = try #require(result["objective"] as? Double)
    #expect(abs(objective - expected) < 1e-6 * expected)
    let gap = try #require(result["objective_gap"] as? Double)
    #expect(gap >= 0 && gap < 1e-5)
    #expect(result["converged"] as? Bool == true)
  }

  @Test func jsonHasAnEventForEachIterationAndTheCertificate() throws {
    let outcome = try run("--json")
    let objects = try outcome.objects()
    let iterations = objects.dropLast()
    #expect(iterations.allSatisfy { $0["event"] as? String == "iteration" })
    #expect(iterations.map { $0["iteration"] as? Int } == (1...iterations.count).map { $0 })
    let first = try #require(outcome.lines.first)
    #expect(keys(of: first) == ["event", "iteration", "loss", "accuracy", "seconds"])
    #expect(
      keys(of: try #require(outcome.lines.last)) == [
        "event", "training_loss", "solver", "solver_reason", "objective", "objective_gap",
        "gradient_norm", "converged", "separable", "iterations", "evaluations",
        "seconds_per_evaluation", "seconds", "weights_sha256", "model",
      ])
    let result = try #require(objects.last)
    #expect(result["solver"] as? String == "Newton-CG")
    #expect(result["solver_reason"] as? String == "9 parameters, at most 8,192")
    #expect(result["iterations"] as? Int == iterations.count)
  }

  @Test func textSaysWhatWasSolvedHowAndHowWell() throws {
    let outcome = try run()
    #expect(
      outcome.errors.contains(
        /\nIteration 1 - [0-9.]+ [um]?s - loss: [0-9.]+ - accuracy: [0-9.]+\n/))
    #expect(outcome.output.contains("solver         Newton-CG: 9 parameters, at most 8,192\n"))
    #expect(
      outcome.output.contains(/objective      0\.[0-9]+, at most [0-9.e-]+ above the optimum\n/))
    #expect(outcome.output.contains(/converged      after [0-9]+ iterations, [0-9]+ passes\n/))
    #expect(!outcome.errors.contains("standardize"), "the scale of the features is no concern")
    let inspected = try bench.run("inspect", "model.safetensors")
    #expect(inspected.output.contains("solver         Newton-CG, "))
    #expect(
      inspected.output.contains(/solved         [0-9]+ iterations, [0-9]+ passes, converged\n/))
    #expect(inspected.output.contains(" above the optimum\n"))
    let json = try #require(bench.run("inspect", "model.safetensors", "--json").objects().first)
    let training = try #require(json["training"] as? [String: Any])
    #expect(training["unit"] as? String == "iteration" && training["converged"] as? Bool == true)
    #expect(training["objective_gap"] is Double)
  }

  @Test func anL1PenaltyIsSolvedWithZeros() throws {
    let result = try result("--l1", "0.05")
    #expect(result["solver"] as? String == "proximal Newton")
    #expect(result["solver_reason"] as? String == "an L1 penalty")
    #expect(result["converged"] as? Bool == true)
    #expect(try #require(result["objective_gap"] as? Double) < 1e-6)
    let both = try self.result("--l1", "0.05", "--l2", "0.1")
    #expect(try hash(both) != hash(result))
    #expect(try hash(self.result("--l1", "0.05", "--threads", "1")) == hash(result))
    let scalar = try bench.run(
      ["train", "sizes.csv", "--model", "linear", "--json", "--l1", "0.05"],
      environment: ["SOFTMAX_ISA": "scalar"])
    #expect(try hash(#require(scalar.objects().last)) == hash(result))
    let inspected = try bench.run("inspect", "model.safetensors")
    #expect(inspected.output.contains("l1 0.05"))
  }

  @Test func aSolveThatReachesItsLimitSaysSo() throws {
    let outcome = try run("--iterations", "1")
    #expect(outcome.output.contains("not converged  after 1 iteration, "))
    #expect(outcome.output.contains("more are possible with --iterations\n"))
  }

  @Test func thePenaltyCanBeSaidEitherWay() throws {
    let usual = try hash(result())
    #expect(try hash(result("--c", "1")) == usual)
    #expect(try hash(result("--l2", "\(1.0 / 60)")) == usual)
    #expect(try hash(result("--preset", "scikit-learn")) == usual)
    #expect(try hash(result("--c", "0.1")) == hash(result("--l2", "\(1 / (0.1 * 60))")))
    #expect(try hash(result("--c", "0.1")) != usual)
  }

  @Test func classWeightsAndSmoothingAreSolvedToo() throws {
    let usual = try hash(result())
    for options in [["--class-weights", "low=3"], ["--label-smoothing", "0.2"]] {
      let outcome = try bench.run(["train", "sizes.csv", "--model", "linear", "--json"] + options)
      let result = try #require(outcome.objects().last)
      #expect(try #require(result["objective_gap"] as? Double) < 1e-4, "\(options)")
      #expect(try hash(result) != usual, "\(options)")
    }
  }

  @Test(arguments: [
    ["--optimizer", "sgd"], ["--learning-rate", "0.1"], ["--epochs", "10"], ["--batch-size", "64"],
    ["--momentum", "0"], ["--weight-decay", "0"], ["--schedule", "constant"], ["--init", "glorot"],
  ])
  func anOptionOfBatchesTrainsByBatches(_ option: [String]) throws {
    func digest(_ options: [String]) throws -> String? {
      let outcome = try bench.run(
        ["train", "sizes.csv", "--model", "linear", "--json", "--quiet"] + options)
      let objects = try outcome.objects()
      #expect(objects.count == 11 && objects[0]["event"] as? String == "epoch")
      #expect(objects.last?["objective"] == nil)
      return objects.last?["weights_sha256"] as? String
    }
    let all = [
      "--optimizer", "sgd", "--learning-rate", "0.1", "--epochs", "10", "--batch-size", "64",
    ]
    #expect(try digest(option) == digest(all))
  }

  @Test(arguments: [
    (["--c", "1", "--l2", "0.1"], "--c and --l2 both say the penalty"),
    (["--l1", "0.1", "--l2", "auto"], "--l2 auto is without --l1"),
    (["--c", "0"], "--c must be greater than 0"),
    (["--c", "nan"], "--c must be greater than 0"),
    (["--c", "1", "--epochs", "3"], "--epochs trains by batches; use --l2"),
    (["--c", "1", "--loss", "hinge"], "--loss hinge trains by batches; use --l2"),
    (["--c", "1", "--preset", "keras"], "--preset keras trains by batches; use --l2"),
    (["--iterations", "0"], "--iterations must be at least 1"),
    (["--iterations", "5", "--optimizer", "adam"], "--optimizer trains by batches; use --epochs"),
    (["--iterations", "5", "--model", "mlp"], "--model mlp trains by batches; use --epochs"),
  ])
  func optionsThatContradictEachOtherAreAnError(_ options: [String], message: String) throws {
    let outcome = try bench.run(["train", "sizes.csv", "--model", "linear"] + options)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(message))
  }

  @Test func aSolveGoesOnFromItsCheckpoint() throws {
    let keeping = ["--checkpoint", "run", "--resume", "run", "--validation", "0.2"]
    func outcome(_ options: [String]) throws -> BuiltCommand.Outcome {
      try bench.run(["train", "sizes.csv", "--model", "linear", "--json", "--seed", "4"] + options)
    }
    let whole = try hash(#require(outcome(["--validation", "0.2"]).objects().last))
    _ = try outcome(keeping + ["--iterations", "2"])
    let inspected = try bench.run("inspect", "run")
    #expect(inspected.output.contains("after iteration 2, to go on from"))
    let resumed = try outcome(keeping)
    #expect(resumed.errors.contains("going on from run: after iteration 2\n"))
    #expect(try hash(#require(resumed.objects().last)) == whole)
    let other = try outcome(keeping + ["--epochs", "5"])
    #expect(other.exitCode == 1)
  }

  @Test func aSolveThatIsKilledGoesOnToTheSameBits() throws {
    let settings = ["train", "digits", "--model", "linear", "--c", "1e6", "--json"]
    let keeping = ["--checkpoint", "run", "--resume", "run"]
    let whole = try hash(#require(bench.run(settings).objects().last))
    // As soon as there is a checkpoint, after the first iteration or a later one.
    _ = try bench.runAndKill(settings + keeping, when: { _ in bench.exists("run") })
    let resumed = try bench.run(settings + keeping)
    #expect(resumed.errors.contains("going on from run: after iteration "))
    #expect(try hash(#require(resumed.objects().last)) == whole)
  }

  @Test func theBitsDependNeitherOnThreadsNorOnTheProcessor() throws {
    let whole = try hash(result("--threads", "2"))
    #expect(try hash(result("--threads", "1")) == whole)
    let scalar = try bench.run(
      ["train", "sizes.csv", "--model", "linear", "--json"], environment: ["SOFTMAX_ISA": "scalar"])
    #expect(try hash(#require(scalar.objects().last)) == whole)
  }
}
