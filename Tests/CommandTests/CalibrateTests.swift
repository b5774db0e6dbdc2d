// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@Suite struct CalibrateTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  // A network that is sure of rows that overlap; the others are held out.
  private func prepare() throws {
    var (train, held, other) = (["x,y,kind"], ["x,y,kind"], ["x,y,kind"])
    for row in 0..<240 {
      let (x, y) = (row * 37 % 101, row * row % 89)
      let kind = min(2, max(0, (x + y + (row * 53 % 97) - 60) / 60))
      let line = "\(x),\(y),\(["low", "middle", "top"][kind])"
      switch row % 3 {
      case 0: train.append(line)
      case 1: held.append(line)
      default: other.append(line)
      }
    }
    for (name, lines) in [("train", train), ("held", held), ("other", other)] {
      try bench.write(lines.joined(separator: "\n"), to: "\(name).csv")
    }
    let trained = try bench.run(
      "train", "train.csv", "--model", "mlp", "--hidden", "40", "--epochs", "200", "--standardize",
      "--learning-rate", "0.02", "--quiet", "--output", "model.safetensors")
    try #require(trained.exitCode == 0, "\(trained.errors)")
  }

  private func judged(_ model: String, _ data: String) throws -> (BuiltCommand.Outcome, Double) {
    let outcome = try bench.run("evaluate", model, data, "--json")
    return (outcome, try #require(try outcome.objects().first?["log_loss"] as? Double))
  }

  @Test func aModelThatIsTooSureIsCalibrated() throws {
    try prepare()
    let outcome = try bench.run(
      "calibrate", "model.safetensors", "held.csv", "-o", "calibrated.safetensors")
    #expect(outcome.exitCode == 0 && !outcome.errors.contains("warning"), "\(outcome.errors)")
    let text = outcome.output
    #expect(text.contains(#/tried +none: log loss [0-9.]+\n/#))
    #expect(text.contains(#/log loss [0-9.]+, chosen\n/#))
    #expect(text.contains(#/\nlog loss +[0-9.]+ before, [0-9.]+ after\n/#))
    #expect(text.contains(#/\ncalibration +0\.\d{4} before, 0\.\d{4} after, 0\.\d{4} by chance\n/#))
    #expect(text.contains(#/\n0\.93 - 1\.00 +\d+ =+/#))
    #expect(text.contains("\nmodel          calibrated.safetensors\n"))
    #expect(outcome.lines.allSatisfy { $0.count <= 80 } && !hasControlCharacters(text))
    let (plain, before) = try judged("model.safetensors", "other.csv")
    let (calibrated, after) = try judged("calibrated.safetensors", "other.csv")
    #expect(after < before - 0.1, "\(before), \(after)")
    #expect(!plain.errors.contains("warning") && !calibrated.errors.contains("warning"))
    let inspected = try bench.run("inspect", "calibrated.safetensors")
    #expect(inspected.output.contains(#/\ncalibrated +by \w+/#))
    // What predicts has the calibrated probabilities, and the weights are the same.
    let models = try ["model", "calibrated"].map { name in
      try #require(
        bench.run("inspect", "\(name).safetensors", "--json").objects().first)
    }
    #expect(models[0]["weights_sha256"] as? String == models[1]["weights_sha256"] as? String)
    #expect(models[0]["calibration"] is NSNull && models[1]["calibration"] is [String: Any])
    let sure = try ["model", "calibrated"].map { name in
      try bench.run("predict", "\(name).safetensors", "other.csv", "--json").objects()
        .compactMap { $0["probability"] as? Double }.reduce(0, +)
    }
    #expect(sure[1] < sure[0])
  }

  @Test func judgingTheRowsThatItWasFittedToIsAWarning() throws {
    try prepare()
    let first = try bench.run(
      "calibrate", "model.safetensors", "held.csv", "-o", "c.safetensors")
    try #require(first.exitCode == 0, "\(first.errors)")
    let (outcome, _) = try judged("c.safetensors", "held.csv")
    #expect(
      outcome.errors.contains("warning: the calibration was fitted to rows that are judged here"))
    let again = try bench.run(
      "calibrate", "c.safetensors", "train.csv", "-o", "d.safetensors")
    #expect(again.errors.contains("warning: the classifier has learned from these rows"))
  }

  @Test func theMethodIsChosenByNameAndTheResultIsJSON() throws {
    try prepare()
    for method in CalibrationMethod.names {
      let outcome = try bench.run(
        "calibrate", "model.safetensors", "held.csv", "--method", method, "--json", "--seed", "3",
        "--folds", "4", "-o", "\(method).safetensors")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let result = try #require(try outcome.objects().last)
      #expect(result["event"] as? String == "result" && outcome.lines.count == 1)
      #expect(result["method"] as? String == method && result["folds"] as? Int == 4)
      #expect((result["attempts"] as? [Any])?.count ?? 0 >= 2)
      #expect(result["expected_calibration_error_before"] is Double)
      #expect((result["temperature"] is Double) == (method == "temperature"))
      let same = try bench.run(
        "calibrate", "model.safetensors", "held.csv", "--method", method, "--json", "--seed", "3",
        "--folds", "4", "-o", "again.safetensors", "--force", "--threads", "1")
      #expect(same.exitCode == 0)
      #expect(
        try bench.contents(of: "again.safetensors") == bench.contents(of: "\(method).safetensors"))
    }
  }

  @Test func mistakesAreErrors() throws {
    try prepare()
    func run(_ arguments: String...) throws -> BuiltCommand.Outcome {
      try bench.run(["calibrate", "model.safetensors"] + arguments)
    }
    #expect(try run("held.csv").exitCode == 64)
    let unknown = try run("held.csv", "-o", "x.st", "--method", "platt\u{1b}[31m")
    #expect(unknown.exitCode == 64 && unknown.errors.contains("temperature, vector, dirichlet"))
    #expect(!hasControlCharacters(unknown.errors))
    #expect(try run("held.csv", "-o", "x.st", "--folds", "1").exitCode == 64)
    let there = try run("held.csv", "-o", "model.safetensors")
    #expect(there.exitCode == 1 && there.errors.contains("--force"))
    try bench.write("x,y,kind\n1,2,low\n3,4,top\n", to: "few.csv")
    let few = try run("few.csv", "-o", "x.st")
    #expect(few.exitCode == 1 && few.errors.contains("too few"), "\(few.errors)")
    #expect(!bench.exists("x.st"))
  }
}
