// SPDX-License-Identifier: Apache-2.0

import SoftmaxTestSupport
import Testing

@Suite struct StandardizeTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  static let settings = ["train", "breast-cancer", "--model", "linear", "--epochs", "12", "--json"]
  static let standardizing = settings + ["--standardize"]

  private func last(_ arguments: [String]) throws -> [String: Any] {
    let outcome = try bench.run(arguments)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(try outcome.objects().last)
  }

  @Test func aModelStandardizesTheRowsThatItIsAskedAbout() throws {
    let result = try last(Self.standardizing)
    let accuracy = try #require(result["accuracy"] as? Double)
    #expect(accuracy > 0.9)
    let evaluation = try last(["evaluate", "model.safetensors", "breast-cancer", "--json"])
    #expect(evaluation["accuracy"] as? Double == accuracy)
    let model = try last(["inspect", "model.safetensors", "--json"])
    #expect(model["standardized"] as? Bool == true)
  }

  // Numbers of powers of two are scaled without rounding, so their size leaves no trace.
  @Test func theSizeOfFeaturesChangesNoBit() throws {
    for (name, size) in [("small.csv", 1), ("large.csv", 1024)] {
      let lines = (0..<24).map { row in
        "\(size * (row % 5)),\(size * (row % 7 - 3)),\(row % 3 == 0 ? "a" : "b")"
      }
      try bench.write(Array(lines.joined(separator: "\n").utf8), to: name)
    }
    let hashes = try ["small.csv", "large.csv"].map { name in
      try last(["train", name, "--epochs", "3", "--standardize", "--json"])["weights_sha256"]
        as? String
    }
    #expect(hashes[0] != nil && hashes[0] == hashes[1])
  }

  @Test func bytesAreStandardizedToo() throws {
    let accuracy = try last([
      "train", "digits", "--model", "linear", "--epochs", "3", "--standardize", "--json",
    ])["accuracy"]
    let evaluation = try last(["evaluate", "model.safetensors", "digits", "--json"])
    #expect(evaluation["accuracy"] as? Double == accuracy as? Double)
  }

  @Test func largeFeaturesAreSpokenOfUnlessTheyAreStandardized() throws {
    let plain = try bench.run(Self.settings)
    #expect(
      plain.errors.contains(
        "go from 0.0046 (fractal dimension error) to 1,065 (worst area), in root mean square"))
    for arguments in [Self.standardizing, ["train", "iris", "--epochs", "1"]] {
      let outcome = try bench.run(arguments)
      #expect(outcome.exitCode == 0 && !outcome.errors.contains("warning"))
    }
  }

  @Test func aCheckpointStandardizesAndGoesOn() throws {
    let validating = Self.standardizing + ["--validation", "0.2"]
    let keeping = validating + ["--checkpoint", "run", "--resume", "run"]
    let whole = try last(validating)["weights_sha256"] as? String
    let half = try bench.run(keeping + ["--epochs", "5"])
    #expect(half.exitCode == 0)
    let known = try last(["evaluate", "model.safetensors", "breast-cancer", "--json"])
    let kept = try last(["evaluate", "run", "breast-cancer", "--json"])
    #expect(kept["log_loss"] as? Double == known["log_loss"] as? Double)
    #expect(try last(keeping)["weights_sha256"] as? String == whole)
    let other = try bench.run(keeping.filter { $0 != "--standardize" })
    #expect(other.exitCode == 1)
    #expect(
      other.errors.contains(
        "the checkpoint's features are columns, gaps of later rows filled, standardized, those here columns, gaps"
      ))
  }

  @Test func featuresThatNeverChangeAreNoError() throws {
    try bench.write(Array("1,2,a\n1,2,b\n".utf8), to: "same.csv")
    #expect(try bench.run("train", "same.csv", "--standardize").exitCode == 0)
  }

  // Of the whole range of Float: distances and their squares are taken in double.
  @Test func featuresOfAnySizeAreStandardized() throws {
    let rows = (0..<40).map { "\($0 == 37 ? "-3.4e38" : "3.4e38"),\($0 % 2 == 0 ? "a" : "b")" }
    try bench.write(Array(rows.joined(separator: "\n").utf8), to: "far.csv")
    let outcome = try bench.run("train", "far.csv", "--standardize", "--model", "mlp")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    // Without that row the feature never changes; the row is that of the table.
    let other = try bench.run("train", "far.csv", "--standardize", "--validation", "0.25")
    #expect(other.exitCode == 1 && other.errors.contains("row 37"), "\(other.errors)")
  }

  @Test func testRowsThatCannotBeStandardizedAreFoundBeforeTheTraining() throws {
    for (name, far) in [("near.csv", "1"), ("far.csv", "3e38")] {
      try bench.write(Array("1,a\n1.001,b\n\(far),a\n1,b\n".utf8), to: name)
    }
    let outcome = try bench.run("train", "near.csv", "--standardize", "--test", "far.csv")
    #expect(outcome.exitCode == 1 && outcome.errors.contains("row 2"), "\(outcome.errors)")
    #expect(outcome.errors.contains("of the rows to be judged by, the feature "))
    #expect(!bench.exists("model.safetensors"))
  }

  @Test func theNextCommandReadsTheTableAsThisOneDid() throws {
    try bench.write(Array("kind;x\na;1\nb;2\na;3\n".utf8), to: "two words.csv")
    let outcome = try bench.run(
      "train", "two words.csv", "--test", "two words.csv", "--target", "kind", "--separator",
      "semicolon", "--epochs", "1")
    #expect(
      outcome.errors.contains(
        "softmax predict model.safetensors new.csv --output predicted.csv --separator semicolon\n"))
  }
}
