// SPDX-License-Identifier: Apache-2.0

import SoftmaxTestSupport
import Testing

@Suite struct InspectTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test func aModelSaysHowItCameToBe() throws {
    let trained = try bench.train(
      "--hidden", "12", "--seed", "18446744073709551615", "--json", "--quiet")
    let digest = try #require(try trained.objects().last?["weights_sha256"] as? String)
    let text = try bench.run("inspect", "model.safetensors")
    #expect(text.exitCode == 0, "\(text.errors)")
    for part in [
      "8 x 8, bytes times 1/16", "1,437 rows of digits", "adam", digest, "dense (Dense)",
    ] {
      #expect(text.output.contains(part), "\(part)")
    }
    let json = try bench.run("inspect", "model.safetensors", "--json")
    #expect(json.output.contains("\"seed\":18446744073709551615"))
    let object = try #require(try json.objects().first)
    #expect(object["event"] as? String == "model")
    #expect(object["parameters"] as? Int == 64 * 12 + 12 + 12 * 10 + 10)
    #expect(object["weights_sha256"] as? String == digest)
    #expect((object["training"] as? [String: Any])?["dataset"] as? String == "digits")
  }

  @Test func aModelSaysWhichStepsItTook() throws {
    try bench.train(
      "--optimizer", "adamw", "--schedule", "cosine:warmup=10", "--clip-norm", "1",
      "--accumulate", "2", "--l1", "0.0001", "--quiet")
    let text = try bench.run("inspect", "model.safetensors").output
    #expect(text.contains("cross-entropy, l1 0.0001, l2 0.0"))
    #expect(text.contains("adamw, accumulate 2.0, beta1 0.9"))
    let object = try #require(
      try bench.run("inspect", "model.safetensors", "--json").objects().first)
    let training = try #require(object["training"] as? [String: Any])
    #expect(training["l1"] as? Double == 0.0001)
    let settings = try #require(training["optimizer_settings"] as? [String: Double])
    #expect(
      settings == [
        "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7,
        "weight_decay": 0.004, "cosine_epochs": 1, "cosine_warmup_steps": 10, "cosine_floor": 0,
        "clip_norm": 1, "accumulate": 2,
      ])
  }

  @Test func dataAreCounted() throws {
    let text = try bench.run("inspect", "digits")
    #expect(text.exitCode == 0)
    #expect(text.output.contains("1,437 rows, values 0.0 to 1.0 (bytes 0 to 16)"))
    let json = try #require(try bench.run("inspect", "digits", "--json").objects().first)
    #expect(json["event"] as? String == "data")
    #expect(json["shape"] as? [Int] == [8, 8])
    let test = try #require(json["test"] as? [String: Any])
    #expect(test["rows"] as? Int == 360)
    #expect((test["class_counts"] as? [Int])?.reduce(0, +) == 360)
    let part = try #require(try bench.run("inspect", "digits:test", "--json").objects().first)
    #expect(part["train"] == nil)
    #expect((part["test"] as? [String: Any])?["rows"] as? Int == 360)
  }

  @Test func aFileOfImagesHasAShape() throws {
    try bench.writeImages(to: "small", classNames: ["a", "b"])
    let outcome = try bench.run("inspect", "small/train-images-idx3-ubyte")
    #expect(outcome.output.contains("12 x 2 x 2"))
    let folder = try bench.run("inspect", "small")
    #expect(folder.output.contains("0 a"))
  }
}
