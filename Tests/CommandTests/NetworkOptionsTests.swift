// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct NetworkOptionsTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test(arguments: ["gelu", "leaky-relu", "elu", "selu", "silu"])
  func everyActivationTrainsAndIsLoadedAgain(_ name: String) throws {
    let trained = try bench.run(
      "train", "digits", "--hidden", "20", "--activation", name, "--epochs", "4", "--json")
    let evaluated = try bench.run("evaluate", "model.safetensors", "digits", "--json")
    let accuracy = try #require(trained.objects().last?["accuracy"] as? Double)
    #expect(accuracy > 0.5)
    #expect(try evaluated.objects().last?["accuracy"] as? Double == accuracy)
  }

  @Test func dropoutAndBatchNormalizationStandBehindEachHiddenLayer() throws {
    let outcome = try bench.run(
      "train", "digits", "--hidden", "20,12", "--dropout", "0.2", "--batch-norm", "--init",
      "he-normal", "--epochs", "1")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let inspected = try bench.run("inspect", "model.safetensors", "--json")
    let layers = try #require(inspected.objects().last?["layers"] as? [[String: Any]])
    let hidden = ["dense", "batch-normalization", "relu", "dropout"]
    #expect(layers.map { $0["type"] as? String } == ["flatten"] + hidden + hidden + ["dense"])
  }

  @Test func dropoutAndBatchNormalizationAreTheSameOnAnyThreads() throws {
    func hash(threads: Int) throws -> String? {
      try bench.run(
        "train", "digits", "--hidden", "20", "--dropout", "0.2", "--batch-norm", "--epochs", "2",
        "--threads", "\(threads)", "--json"
      ).objects().last?["weights_sha256"] as? String
    }
    let one = try #require(try hash(threads: 1))
    for threads in [2, 3, 5] { #expect(try hash(threads: threads) == one) }
  }

  @Test(arguments: [
    ["--dropout", "1"], ["--dropout", "-0.5"], ["--dropout", "nan"], ["--activation", "softmax"],
    ["--model", "linear", "--dropout", "0.5"], ["--model", "linear", "--batch-norm"],
    ["--init", "nothing"],
  ])
  func optionsThatMakeNoSenseAreUsageErrors(_ arguments: [String]) throws {
    let outcome = try bench.run(["train", "digits"] + arguments)
    #expect(outcome.exitCode == 64)
  }
}
