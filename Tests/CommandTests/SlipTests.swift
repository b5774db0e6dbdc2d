// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// Slips of the pen: they cost nothing that is there, and are told in words that mend them.
@Suite struct SlipTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private let table = Array("a,b\n1,x\n2,y\n3,x\n4,y\n".utf8)

  @Test(arguments: [
    ["--csv-log", "model.safetensors"],
    ["--checkpoint", "./model.safetensors"],
    ["--checkpoint", "run", "--csv-log", "run"],
    ["--resume", "../here/model.safetensors"],
    ["--resume", "log", "--csv-log", "log"],
    ["--csv-log", "./table.csv"],
    ["--output", "table.csv"],
    ["--test", "table.csv", "--checkpoint", "table.csv"],
  ])
  func oneFileUnderTwoNamesIsRefused(_ options: [String]) throws {
    try bench.write(table, to: "here/table.csv")
    let outcome = try BuiltCommand.run(
      ["train", "table.csv", "--epochs", "1"] + options, environment: [:],
      in: bench.folder.url.appendingPathComponent("here"))
    #expect(outcome.exitCode == 64, "\(outcome.errors)")
    #expect(outcome.errors.contains("two files"), "\(outcome.errors)")
    #expect(!bench.exists("here/model.safetensors"))
    #expect(
      try Data(contentsOf: bench.folder.url.appendingPathComponent("here/table.csv")) == Data(table)
    )
  }

  @Test func aLogReplacesALogAndNothingElse() throws {
    try bench.write(table, to: "table.csv")
    let refused = try bench.run("train", "iris", "--epochs", "1", "--csv-log", "table.csv")
    #expect(refused.exitCode == 1)
    #expect(refused.errors.contains("table.csv: is there and is no log of a training"))
    let url = bench.folder.url.appendingPathComponent("table.csv")
    #expect(try Data(contentsOf: url) == Data(table))
    for _ in 0..<2 {
      #expect(
        try bench.run("train", "iris", "--epochs", "1", "--csv-log", "log.csv").exitCode == 0)
    }
  }

  @Test func aCheckpointSaysThatItIsOne() throws {
    try bench.train("--checkpoint", "run.safetensors")
    let outcome = try bench.run("inspect", "run.safetensors")
    #expect(outcome.output.contains("checkpoint     after epoch 1, to go on from with --resume"))
    #expect(
      try bench.run("inspect", "run.safetensors", "--json").output.contains(
        #""checkpoint_epoch":1"#))
    #expect(
      try bench.run("inspect", "model.safetensors", "--json").output.contains(
        #""checkpoint_epoch":null"#))
  }

  @Test func anotherActivationIsNamedWhereACheckpointIsOfAnotherNetwork() throws {
    try bench.train("--checkpoint", "run.safetensors")
    let outcome = try bench.run(
      "train", "digits", "--epochs", "2", "--activation", "leaky-relu", "--resume",
      "run.safetensors")
    #expect(
      outcome.errors.contains(
        "another layer 1: Dense(128, relu, glorot), not Dense(128, leaky-relu 0.01, glorot)"),
      "\(outcome.errors)")
  }

  @Test(arguments: [
    (["--dropout", "-0.1"], "--dropout must be in 0..<1, got -0.1"),
    (["--class-weights", "setosa=-1"], "a weight must be finite and at least 0, got -1.0 for"),
    (["--class-weights", "setosa=nan"], "a weight must be finite and at least 0, got nan for"),
  ])
  func aSettingOutOfRangeIsAMistakeOfTheCommandLine(
    _ options: [String], _ message: String
  ) throws {
    let outcome = try bench.run(["train", "iris"] + options)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test func aScheduleFillsTheEpochsOfAPreset() throws {
    let outcome = try bench.run(
      "train", "iris", "--preset", "scikit-learn", "--schedule", "cosine:warmup=50epochs",
      "--quiet")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test func aSettingIsJudgedBesideThoseOfThePreset() throws {
    // Nesterov's step needs a momentum, and this preset has one.
    let outcome = try bench.run(
      "train", "iris", "--preset", "scikit-learn", "--optimizer", "sgd", "--nesterov", "--epochs",
      "1", "--quiet")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let without = try bench.run("train", "iris", "--optimizer", "sgd", "--nesterov")
    #expect(without.exitCode == 64)
  }

  @Test func aBatchNormalizedOverSingleRowsIsWarnedOf() throws {
    let outcome = try bench.run(
      "train", "iris", "--epochs", "1", "--batch-norm", "--batch-size", "1")
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.contains("--batch-norm makes 0 of every batch of one row"))
  }

  @Test func aTableIsExplainedByTheColumnThatIsNamed() throws {
    try bench.write(Array("kind;x\nred;1\nblue;2\n".utf8), to: "table.csv")
    let outcome = try bench.run("explain", "table.csv", "--target", "kind")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("blue"))
  }
}
