// SPDX-License-Identifier: Apache-2.0

import SoftmaxTestSupport
import Testing

@Suite struct LossTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test(arguments: [
    "cross-entropy", "binary-cross-entropy", "one-vs-rest", "squared", "absolute", "huber", "hinge",
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

  @Test func aClassIsFoundByItsNameWhateverIsInIt() throws {
    let names = ["a=b", "c,d", "e\"f", "\"g\"", "plain"]
    func cell(_ name: String) -> String {
      "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
    let lines = (0..<20).map { "\($0),\(cell(names[$0 % names.count]))" }
    try bench.write(
      Array((["x,kind"] + lines + [""]).joined(separator: "\n").utf8), to: "names.csv")
    for (option, name) in [
      ("a=b=2", "a=b"), ("\"a=b\"=2", "a=b"), ("\"c,d\"=2", "c,d"), ("\"e\"\"f\"=2", "e\"f"),
      ("e\"f=2", "e\"f"), ("\"\"\"g\"\"\"=2,plain=1", "\"g\""), ("plain=1,\"c,d\"=2", "c,d"),
    ] {
      let outcome = try bench.run(
        "train", "names.csv", "--class-weights", option, "--epochs", "1", "--quiet")
      #expect(outcome.exitCode == 0, "\(option): \(outcome.errors)")
      let object = try #require(
        try bench.run("inspect", "model.safetensors", "--json").objects().first)
      let training = try #require(object["training"] as? [String: Any])
      let classes = try #require(object["classes"] as? [String])
      let weights = try #require(training["class_weights"] as? [Double])
      #expect(weights[try #require(classes.firstIndex(of: name))] == 2, "\(option)")
      #expect(weights.reduce(0, +) == 6, "\(option)")
    }
  }

  @Test func aTrainingThatCannotTeachSaysSo() throws {
    let all = (0..<10).map { "\($0)=0" }.joined(separator: ",")
    let outcome = try bench.run("train", "digits", "--class-weights", all, "--epochs", "1")
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("the weight of every class is 0, so no sample counts"))
    #expect(!bench.exists("model.safetensors"))
    for (options, text) in [
      (["--epochs", "1", "--schedule", "cosine:warmup=500"], "reaches at most"),
      (["--epochs", "1", "--batch-size", "5000", "--schedule", "one-cycle"], "0.0004 %"),
    ] {
      let trained = try bench.run(["train", "digits"] + options)
      #expect(trained.exitCode == 0, "\(trained.errors)")
      #expect(trained.errors.contains("warning: --schedule reaches"), "\(trained.errors)")
      #expect(trained.errors.contains(text), "\(trained.errors)")
    }
    let enough = try bench.run(
      "train", "digits", "--epochs", "2", "--schedule", "cosine:warmup=10")
    #expect(!enough.errors.contains("warning: --schedule"))
  }

  // Three clusters far apart: whatever the loss, the model is nearly certain.
  @Test(arguments: ["cross-entropy", "squared", "absolute", "huber"])
  func probabilitiesAreThoseOfTheLoss(loss: String) throws {
    var lines = ["x,y,kind"]
    for row in 0..<150 {
      let (x, y) = [(0, 10), (10, 0), (-10, -10)][row % 3]
      lines.append("\(x + row % 5).5,\(y - row % 4).25,\(["p", "q", "r"][row % 3])")
    }
    try bench.write(Array((lines + [""]).joined(separator: "\n").utf8), to: "easy.csv")
    let trained = try bench.run(
      "train", "easy.csv", "--loss", loss, "--epochs", "80", "--learning-rate", "0.01", "--hidden",
      "16", "--quiet")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let evaluated = try bench.run("evaluate", "model.safetensors", "easy.csv", "--json")
    let logLoss = try #require(try evaluated.objects().last?["log_loss"] as? Double)
    #expect(logLoss < 0.15, "\(loss)")
    let predicted = try bench.run("predict", "model.safetensors", "easy.csv", "--json")
    let probability = try #require(try predicted.objects().first?["probability"] as? Double)
    #expect(probability > 0.85, "\(loss)")
  }

  @Test func settingsCanFollowTheNameOfALossAndOfARule() throws {
    let trained = try bench.run(
      "train", "digits", "--epochs", "1", "--loss", "hinge:margin=0.5", "--optimizer",
      "adamw:beta1=0.8,amsgrad=true", "--weight-decay", "0.02", "--quiet")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let object = try #require(
      try bench.run("inspect", "model.safetensors", "--json").objects().first)
    let training = try #require(object["training"] as? [String: Any])
    #expect((training["loss_settings"] as? [String: Double]) == ["margin": 0.5])
    #expect(
      (training["optimizer_settings"] as? [String: Double]) == [
        "learning_rate": 0.001, "beta1": 0.8, "beta2": 0.999, "epsilon": 1e-7, "amsgrad": 1,
        "weight_decay": 0.02,
      ])
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
    (["--class-weights", "much"], "'much' is no name with a weight"),
    (["--class-weights", "c,d=2"], "a name with a comma stands in double quotes"),
    (["--class-weights", "3=x"], "the weight of \"3\" must be a number, got 'x'"),
    (["--loss", "huber:gamma=1"], "huber has no 'gamma'; it has delta"),
    (["--loss", "huber:delta=0"], "Huber's delta must be a float greater than 0"),
    (["--loss", "huber:delta=1", "--huber-delta", "2"], "says again"),
    (["--loss", "squared:delta=1"], "squared has no 'delta'; it has no settings"),
    (["--loss", "mse"], "invalid for '--loss"),
  ])
  func optionsThatMakeNoSenseAreUsageErrors(options: [String], message: String) throws {
    let outcome = try bench.run(["train", "digits"] + options)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errors.contains(message))
  }

  @Test(arguments: [
    (["--class-weights", "\"3=1"], "names \"\\\"3\", the classes are"),
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
