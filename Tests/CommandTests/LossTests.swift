// SPDX-License-Identifier: Apache-2.0

import SoftmaxTestSupport
import Testing

@Suite struct LossTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test(arguments: [
    "cross-entropy", "binary-cross-entropy", "squared", "absolute", "huber", "hinge",
  ])
  func everyLossLearnsAndIsEvaluated(loss: String) throws {
    let trained = try bench.run(
      "train", "digits", "--loss", loss, "--epochs", "8", "--json", "--quiet")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let result = try #require(try trained.objects().last)
    let accuracy = try #require(result["accuracy"] as? Double)
    // The absolute loss first learns that every class is rare.
    #expect(accuracy > (loss == "absolute" ? 0.5 : 0.85))
    let evaluated = try bench.run("evaluate", "model.safetensors", "digits", "--json")
    #expect(try evaluated.objects().last?["accuracy"] as? Double == accuracy)
    #expect(try evaluated.objects().last?["log_loss"] as? Double == result["log_loss"] as? Double)
  }

  @Test func twoClassesHaveOneOutput() throws {
    try bench.writeImages(to: "small", classNames: ["a", "b"])
    let outcome = try bench.run(
      "train", "small", "--loss", "binary-cross-entropy", "--epochs", "1", "--output", "two")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("(None, 1)"))
    let evaluated = try bench.run("evaluate", "two", "small:train", "--json")
    #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
    let predicted = try bench.run("predict", "two", "small:train", "--json")
    let probabilities = try #require(try predicted.objects().first?["probabilities"] as? [Double])
    #expect(probabilities.count == 2 && abs(probabilities.reduce(0, +) - 1) < 1e-6)
  }

  @Test func aClassThatNoRowHasGetsAWarning() throws {
    // Of twelve rows none is of the thirteenth class.
    try bench.writeImages(to: "many", classNames: (0..<13).map { "kind\($0)" })
    let outcome = try bench.run("train", "many", "--epochs", "1")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("warning: no row to learn from for kind12\n"))
    try bench.writeImages(to: "few", classNames: ["a", "b"])
    #expect(try !bench.run("train", "few", "--epochs", "1").errors.contains("no row"))
  }

  @Test func theModelSaysWhatItWasTrainedBy() throws {
    let trained = try bench.run(
      "train", "digits", "--epochs", "1", "--label-smoothing", "0.1", "--class-weights", "3=2",
      "--quiet")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let text = try bench.run("inspect", "model.safetensors").output
    #expect(text.contains("cross-entropy, label_smoothing 0.1, class_weights [1.0, 1.0, 1.0, 2.0"))
    let object = try #require(
      try bench.run("inspect", "model.safetensors", "--json").objects().first)
    let training = try #require(object["training"] as? [String: Any])
    #expect((training["loss_settings"] as? [String: Double]) == ["label_smoothing": 0.1])
    #expect((training["class_weights"] as? [Double])?[3] == 2)
  }

  @Test(arguments: [("huber", "--huber-delta", "delta"), ("hinge", "--hinge-margin", "margin")])
  func whatALossIsToldIsWhatItTakes(loss: String, option: String, name: String) throws {
    let trained = try bench.run(
      "train", "digits", "--epochs", "1", "--loss", loss, option, "0.25", "--quiet")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let object = try #require(
      try bench.run("inspect", "model.safetensors", "--json").objects().first)
    let training = try #require(object["training"] as? [String: Any])
    #expect((training["loss_settings"] as? [String: Double]) == [name: 0.25])
  }

  @Test(arguments: [
    (["--label-smoothing", "1"], "must be in 0..<1"),
    (["--label-smoothing", "-1"], "must be in 0..<1"),
    (["--loss", "hinge", "--label-smoothing", "0.1"], "cross-entropy"),
    (["--huber-delta", "1"], "is for --loss huber"),
    (["--loss", "huber", "--hinge-margin", "1"], "is for --loss hinge"),
    (["--loss", "huber", "--huber-delta", "0"], "greater than 0"),
    (["--loss", "hinge", "--hinge-margin", "nan"], "greater than 0"),
    (["--loss", "hinge", "--hinge-margin", "1e60"], "greater than 0"),
    (["--class-weights", "much"], "invalid for '--class-weights"),
    (["--class-weights", "3=x"], "invalid for '--class-weights"),
    (["--loss", "mse"], "invalid for '--loss"),
  ])
  func optionsThatMakeNoSenseAreUsageErrors(options: [String], message: String) throws {
    let outcome = try bench.run(["train", "digits"] + options)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errors.contains(message))
  }

  @Test(arguments: [
    (["--class-weights", "shoe=2"], "names \"shoe\", the classes are"),
    (["--class-weights", "3=2,3=1"], "twice"),
    (["--class-weights", "3=1e30"], "the weight of class 3"),
  ])
  func weightsThatDoNotFitTheDataAreErrors(options: [String], message: String) throws {
    let outcome = try bench.run(["train", "digits", "--quiet"] + options)
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains(message))
    #expect(!bench.exists("model.safetensors"))
  }
}
