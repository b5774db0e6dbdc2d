// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct BadInputTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  static let escape = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}2J\u{202e}"

  @Test(arguments: [
    ["nonsense"], ["--nonsense"], ["train"], ["train", "digits", "--hidden", "0"],
    ["train", "digits", "--hidden", ""],
    ["train", "digits", "--hidden", "1,,2"], ["train", "digits", "--hidden", "99999999999"],
    ["train", "digits", "--threads", "0"], ["train", "digits", "--threads", "many"],
    ["train", "digits", "--momentum", "0.9"], ["train", "digits", "--optimizer", "lamb"],
    ["train", "digits", "--nesterov"], ["train", "digits", "--optimizer", "sgd", "--nesterov"],
    ["train", "digits", "--optimizer", "adagrad", "--momentum", "0.9"],
    ["train", "digits", "--weight-decay", "inf"], ["train", "digits", "--clip-norm", "0"],
    ["train", "digits", "--clip-value", "nan"], ["train", "digits", "--accumulate", "0"],
    ["train", "digits", "--l1", "1e39"], ["train", "digits", "--schedule", ""],
    ["train", "digits", "--schedule", "linear"], ["train", "digits", "--schedule", "cosine:"],
    ["train", "digits", "--schedule", "cosine:warmup"],
    ["train", "digits", "--schedule", "cosine:warmup=many"],
    ["train", "digits", "--schedule", "cosine:warmup=10epochs"],
    ["train", "digits", "--schedule", "step:every=0"],
    ["train", "digits", "--schedule", "step:every=5,every=6"],
    ["train", "digits", "--schedule", "exponential:2"],
    ["train", "digits", "--schedule", "one-cycle:warmup=500"],
    ["train", "digits", "--schedule", "constant:3"],
    ["train", "digits", "--optimizer", "sgd", "--momentum", "1"],
    ["train", "digits", "--learning-rate", "0"], ["train", "digits", "--learning-rate", "nan"],
    ["train", "digits", "--learning-rate=-1"], ["train", "digits", "--l2", "inf"],
    ["train", "digits", "--learning-rate", "1e-60"], ["train", "digits", "--l2", "1e39"],
    ["train", "digits", "--learning-rate", "1e39"],
    ["train", "digits", "--optimizer", "sgd", "--momentum", "0.999999999999"],
    ["train", "digits", "--batch-size", "0"], ["train", "digits", "--batch-size", "9999999999999"],
    ["train", "digits", "--epochs", "0"], ["train", "digits", "--seed=-1"],
    ["train", "digits", "--model", "linear", "--hidden", "3"],
    ["train", "digits", "--model", "linear", "--activation", "tanh"],
    ["train", "digits", "--activation", "softmax"], ["train", "digits", "--output", ""],
    ["evaluate", "model"], ["predict", "model"], ["predict", "model", "digits", "--top", "0"],
    ["predict", "model", "digits", "--json", "--csv"],
    ["predict", "model", "digits", "--json", "--preview"],
    ["predict", "model", "digits", "--csv", "--top", "2"], ["inspect"], ["data", "path"],
  ])
  func wrongUsageHasItsExitCode(_ arguments: [String]) throws {
    let outcome = try bench.run(arguments)
    #expect(outcome.exitCode == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: "))
    #expect(outcome.errors.contains("Usage: softmax"))
  }

  @Test(arguments: [
    ["--learning-rate", "-1"], ["--epochs", "-1"], ["--seed", "-1"], ["--l2", "-0.5"],
    ["--l1", "-0.5"], ["--weight-decay", "-0.5"], ["--clip-norm", "-1"], ["--accumulate", "-1"],
    ["--threads", "-1"], ["--batch-size", "-1"], ["--optimizer", "sgd", "--momentum", "-1"],
    ["--hidden", "-1"],
  ])
  func aNegativeValueIsNotTakenForAnOption(_ options: [String]) throws {
    let outcome = try bench.run(["train", "digits"] + options)
    #expect(outcome.exitCode == 64)
    #expect(!outcome.errors.contains("Missing value"))
    let line = try #require(outcome.errors.split(separator: "\n").first)
    #expect(line.contains(try #require(options.last)), "\(line)")
  }

  @Test(arguments: [
    ["train", "nonsense"], ["train", ""], ["train", "/nowhere/at/all"], ["train", "empty"],
    ["train", "digits:9999"], ["train", "digits:test:360"], ["train", "digits:nonsense"],
    ["train", "digits", "--test", "nonsense"], ["train", "digits", "--test", "small"],
    ["train", "digits", "--output", "nowhere/model"], ["train", "digits", "--output", "empty"],
    ["train", "digits", "--output", "empty/"], ["train", "digits", "--output", "file/model"],
    ["train", "digits", "--hidden", "65536,65536,65536"], ["train", "file"],
    ["train", "fashion-mnist", "--data-dir", "empty"],
    ["evaluate", "nowhere", "digits"], ["evaluate", "file", "digits"],
    ["evaluate", "empty", "digits"], ["evaluate", "model.safetensors", "digits:test:360"],
    ["evaluate", "model.safetensors", "small"], ["evaluate", "model.safetensors", "training-only"],
    ["predict", "nowhere", "digits"],
    ["predict", "model.safetensors", "digits:9999999999999999999"],
    ["predict", "model.safetensors", "small"], ["predict", "model.safetensors", "file"],
    ["predict", "model.safetensors", "small/train-labels-idx1-ubyte"],
    ["predict", "model.safetensors", "digits:test:0", "nonsense"],
    ["inspect", "file"], ["inspect", "nowhere"], ["inspect", "empty"],
  ])
  func whatCannotBeDoneIsAnErrorOfOneLine(_ arguments: [String]) throws {
    try bench.train("--quiet")
    try bench.write([], to: "empty/nothing")
    try bench.write(Array("no model, no data".utf8), to: "file")
    try bench.writeImages(to: "small", classNames: ["a", "b"])
    try bench.writeImages(
      to: "training-only", classNames: ["0", "1"], hasTestPart: false)
    let outcome = try bench.run(arguments)
    #expect(outcome.exitCode == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: "))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }

  @Test func aWrongInstructionSetIsAnError() throws {
    let outcome = try bench.run("train", "digits", environment: ["SOFTMAX_ISA": "nonsense"])
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.hasPrefix("error: SOFTMAX_ISA is 'nonsense'"))
  }

  @Test(arguments: [
    ["train", escape], ["train", "digits", "--output", escape + "/x"], [escape], ["--" + escape],
    ["evaluate", escape, "digits"], ["inspect", escape + "/x"], ["data", "path", escape],
    ["train", "digits:" + escape], ["train", "digits", "--hidden", escape],
    ["train", "digits", "--schedule", escape], ["train", "digits", "--schedule", "step:" + escape],
    ["train", "/" + escape], ["train", "digits", "--data-dir", escape, "--test", "fashion-mnist"],
  ])
  func argumentsCannotCommandTheTerminal(_ arguments: [String]) throws {
    let outcome = try bench.run(arguments)
    #expect(outcome.exitCode == 1 || outcome.exitCode == 64)
    #expect(!hasControlCharacters(outcome.errors))
    #expect(!outcome.errors.unicodeScalars.contains("\u{202e}"))
  }

  @Test func namesInFilesCannotCommandTheTerminal() throws {
    let folder = "data\u{1b}[31m"
    try bench.writeImages(to: folder, classNames: ["a" + Self.escape, "=1+1", "c, \"d\""])
    let trained = try bench.run("train", folder, "--epochs", "1")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    for outcome in [
      trained, try bench.run("inspect", "model.safetensors"), try bench.run("inspect", folder),
      try bench.run("predict", "model.safetensors", folder, "--top", "3", "--preview"),
      try bench.run("predict", "model.safetensors", folder, "--json"),
      try bench.run("inspect", "model.safetensors", "--json"),
      try bench.run("evaluate", "model.safetensors", folder),
    ] {
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(!hasControlCharacters(outcome.errors))
      #expect(!hasControlCharacters(outcome.output))
    }
    let json = try bench.run("inspect", "model.safetensors", "--json").objects()
    #expect((json.first?["classes"] as? [String])?.first == "a" + Self.escape)
    // What is written for programs holds the names as they are.
    let csv = try bench.run("predict", "model.safetensors", folder, "--csv").lines[0]
    #expect(csv.hasSuffix(",a\(Self.escape),=1+1,\"c, \"\"d\"\"\""))
  }
}
