// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct TrainTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  static let resultKeys = [
    "event", "accuracy", "accuracy_low", "accuracy_high", "log_loss", "training_loss", "epochs",
    "seconds_per_epoch", "seconds", "weights_sha256", "model",
  ]

  @Test func jsonHasThePromisedKeysInTheirOrderAndNothingElse() throws {
    let outcome = try bench.run("train", "digits", "--epochs", "3", "--json")
    #expect(outcome.exitCode == 0)
    let lines = outcome.lines
    try #require(lines.count == 4)
    for line in lines.prefix(3) {
      #expect(keys(of: line) == ["event", "epoch", "loss", "accuracy", "seconds"])
    }
    #expect(keys(of: lines[3]) == Self.resultKeys)

    let objects = try outcome.objects()
    #expect(objects.map { $0["event"] as? String } == ["epoch", "epoch", "epoch", "result"])
    #expect(objects.prefix(3).map { $0["epoch"] as? Int } == [1, 2, 3])
    let result = objects[3]
    #expect(result["training_loss"] as? Double == objects[2]["loss"] as? Double)
    #expect(result["epochs"] as? Int == 3)
    #expect(result["model"] as? String == "model.safetensors")
    #expect((result["weights_sha256"] as? String)?.count == 64)
    let accuracy = try #require(result["accuracy"] as? Double)
    let low = try #require(result["accuracy_low"] as? Double)
    let high = try #require(result["accuracy_high"] as? Double)
    #expect(0.5 < low && low < accuracy && accuracy < high && high < 1)
    let seconds = objects.prefix(3).compactMap { $0["seconds"] as? Double }.sorted()
    #expect(result["seconds_per_epoch"] as? Double == seconds[1])
    #expect(try #require(result["seconds"] as? Double) >= seconds.reduce(0, +))
  }

  @Test(arguments: [("linear", "64"), ("mlp", "32")])
  func batchesHaveTheUsualSizeOfTheModel(model: String, size: String) throws {
    let usual = ["train", "digits", "--model", model, "--epochs", "1", "--json", "--quiet"]
    let digests = try [usual, usual + ["--batch-size", size]].map {
      try bench.run($0).objects().last?["weights_sha256"] as? String
    }
    #expect(digests[0] != nil && digests[0] == digests[1])
  }

  @Test func withoutTestRowsTheResultHasNoAccuracy() throws {
    let outcome = try bench.run("train", "digits:test", "--epochs", "1", "--json", "--quiet")
    #expect(
      keys(of: try #require(outcome.lines.last))
        == ["event"] + Self.resultKeys.suffix(6))
  }

  @Test func otherRowsCanBeJudgedBy() throws {
    let own = try bench.run("train", "digits", "--test", "digits:train", "--epochs", "1", "--json")
    let again = try bench.run("evaluate", "model.safetensors", "digits:train", "--json")
    let trained = try #require(own.objects().last)
    let evaluated = try #require(again.objects().last)
    #expect(evaluated["rows"] as? Int == 1437)
    #expect(trained["log_loss"] as? Double == evaluated["log_loss"] as? Double)
  }

  @Test func rowsThatAreTrainedOnAndJudgedByGetAWarning() throws {
    try bench.writeImages(to: "small", classNames: ["a", "b"])
    func isWarned(_ data: String, _ test: String) throws -> Bool {
      let outcome = try bench.run("train", data, "--test", test, "--epochs", "1")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      return outcome.errors.contains("warning: --test names rows that are trained on")
    }
    for (data, test) in [
      ("digits", "digits:train"), ("digits:test", "digits"), ("digits", "digits:train:3"),
      ("small", "./small:train"),
    ] {
      #expect(try isWarned(data, test), "\(data), \(test)")
    }
    for (data, test) in [
      ("digits", "digits"), ("digits:test", "digits:train"), ("small", "small:test"),
    ] {
      #expect(try !isWarned(data, test), "\(data), \(test)")
    }
  }

  @Test func progressInAFileIsAPlainLineAnEpoch() throws {
    let outcome = try bench.run("train", "digits", "--epochs", "2")
    #expect(!hasControlCharacters(outcome.errors))
    #expect(!hasControlCharacters(outcome.output))
    let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Epoch") }
    #expect(lines.count == 2)
    #expect(
      lines[1].wholeMatch(
        of: /Epoch 2\/2 - [0-9.]+s - [0-9]+[um]?s\/step - loss: [0-9.]+ - accuracy: 0\.[0-9]+/)
        != nil)
    #expect(outcome.errors.contains("1,437 rows of 8 x 8"))
    #expect(outcome.errors.contains("softmax evaluate model.safetensors digits"))
    #expect(outcome.output.contains("test accuracy"))
    #expect(outcome.output.contains("95 % interval"))
    #expect(outcome.output.contains("sha256"))
  }

  @Test func quietLeavesTheResultsOnly() throws {
    let outcome = try bench.train("--quiet")
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("test accuracy"))
  }

  @Test(arguments: [
    ["--model", "linear"],
    ["--model", "linear", "--optimizer", "adam", "--init", "zeros", "--l2", "0.001"],
    ["--hidden", "20,10", "--activation", "tanh", "--init", "he"],
    ["--hidden", "7", "--activation", "sigmoid", "--batch-size", "33"],
    ["--optimizer", "sgd", "--learning-rate", "0.1", "--momentum", "0.9", "--seed", "7"],
    ["--optimizer", "sgd", "--momentum", "0.9", "--nesterov"], ["--optimizer", "adamw"],
    ["--optimizer", "amsgrad"], ["--optimizer", "rmsprop", "--momentum", "0.5"],
    ["--optimizer", "adagrad"], ["--weight-decay", "0.01"], ["--l1", "0.001"],
    ["--clip-norm", "0.5"], ["--clip-value", "0.01"], ["--accumulate", "4"],
    ["--schedule", "cosine"], ["--schedule", "cosine:warmup=10,floor=0.1"],
    ["--schedule", "step:every=5steps,factor=0.5"], ["--schedule", "exponential:0.95"],
    ["--schedule", "one-cycle"],
    ["--label-smoothing", "0.1"], ["--class-weights", "0=2,3=0.5"],
    ["--loss", "binary-cross-entropy", "--label-smoothing", "0.1"], ["--loss", "squared"],
    ["--loss", "huber", "--huber-delta", "0.5"], ["--loss", "hinge", "--hinge-margin", "2"],
    ["--loss", "absolute"], ["--loss", "huber"],
    ["--loss", "hinge", "--class-weights", "balanced"],
  ])
  func optionsMakeDifferentModels(_ options: [String]) throws {
    let arguments = ["train", "digits", "--epochs", "1", "--quiet", "--json"]
    let plain = try #require(try bench.run(arguments).objects().last)
    let other = try bench.run(arguments + options)
    #expect(other.exitCode == 0, "\(other.errors)")
    let result = try #require(try other.objects().last)
    #expect(result["weights_sha256"] as? String != plain["weights_sha256"] as? String)
  }

  @Test func hiddenUnitsThatStayAlikeGetAWarning() throws {
    #expect(try bench.train("--init", "zeros").errors.contains("warning: "))
  }

  @Test func theModelGoesWhereItIsWanted() throws {
    try bench.write([], to: "deep/keep")
    let outcome = try bench.train("--output", "deep/a model.safetensors")
    #expect(bench.exists("deep/a model.safetensors"))
    #expect(!bench.exists("model.safetensors"))
    #expect(outcome.errors.contains("softmax evaluate 'deep/a model.safetensors' digits"))
  }

  @Test func divergenceHasAnExitCodeOfItsOwnAndLeavesNoModel() throws {
    let outcome = try bench.run("train", "digits", "--learning-rate", "1e30", "--json", "--quiet")
    #expect(outcome.exitCode == 3)
    #expect(outcome.errors.hasPrefix("error: the loss became "))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(!outcome.output.contains("result"))
    #expect(!bench.exists("model.safetensors"))
  }

  @Test func anOldModelSurvivesATrainingThatFails() throws {
    let old: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]
    try bench.write(old, to: "model.safetensors")
    #expect(try bench.run("train", "digits", "--learning-rate", "1e30").exitCode == 3)
    #expect(
      try Data(contentsOf: bench.folder.url.appendingPathComponent("model.safetensors"))
        == Data(old))
  }

  @Test func aPresetSetsWhatIsNotSaid() throws {
    let bench = try Workbench()
    let run = try bench.run([
      "train", "digits", "--preset", "scikit-learn", "--epochs", "1", "--quiet",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let model = try bench.run(["inspect", "model.safetensors"]).output
    #expect(model.contains("(None, 100)"))
    #expect(model.contains("adam, beta1 0.9, beta2 0.999, epsilon 1e-08"))
    #expect(model.contains("batches of 200"))
    let said = try bench.run([
      "train", "digits", "--preset", "pytorch", "--epochs", "1", "--batch-size", "50",
      "--optimizer",
      "sgd", "--learning-rate", "0.5", "--hidden", "20", "--quiet",
    ])
    #expect(said.exitCode == 0, "\(said.errors)")
    let other = try bench.run(["inspect", "model.safetensors"]).output
    #expect(other.contains("(None, 20)") && other.contains("sgd, learning_rate 0.5"))
    #expect(other.contains("batches of 50"))
    #expect(try bench.run(["train", "digits", "--preset", "jax"]).exitCode == 64)
  }
}
