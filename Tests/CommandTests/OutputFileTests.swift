// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct OutputFileTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private func expectRefusal(
    of output: String, saying part: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try bench.run(
      "train", "digits", "--epochs", "1", "--output", output, replacesModels: false)
    #expect(outcome.exitCode == 1, sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(!outcome.errors.contains("Epoch"), sourceLocation: sourceLocation)
    #expect(outcome.errors.contains(part), "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errors.contains("; "), "\(outcome.errors)", sourceLocation: sourceLocation)
  }

  @Test func aTrainingCannotReplaceTheDataThatItLearnsFrom() throws {
    try bench.writeImages(to: "in1", classNames: ["a", "b"])
    let path = "in1/train-images-idx3-ubyte"
    let images = try bench.contents(of: path)
    let outcome = try bench.run("train", "./in1", "--epochs", "1", "--output", path)
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.hasPrefix("error: \(path): is there and is no model"))
    #expect(outcome.errors.contains("choose another name"))
    #expect(try bench.contents(of: path) == images)
  }

  @Test(
    arguments: [
      [1], [2, 0, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0, 0x5b, 0x5d],
      [3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d], [1, 0, 0, 0, 0, 0, 0, 0, 0x7b],
      [UInt8](repeating: 0xff, count: 8) + [0x7b, 0x7d],
    ] as [[UInt8]])
  func whatDoesNotBeginAsAModelIsNotReplaced(_ bytes: [UInt8]) throws {
    try bench.write(bytes, to: "file")
    try expectRefusal(of: "file", saying: "is no model")
    #expect(try bench.contents(of: "file") == Data(bytes))
  }

  @Test func emptyFilesAreReplacedAndModelsWhenAsked() throws {
    try bench.write([], to: "file")
    try expectSuccess(of: "--output", "file")
    let model: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]
    try bench.write(model, to: "other")
    try expectRefusal(of: "other", saying: "error: other: is there already")
    #expect(try bench.contents(of: "other") == Data(model))
    try expectSuccess(of: "--output", "other", "--force")
    #expect(try bench.run("inspect", "other").exitCode == 0)
  }

  @Test func aModelOfTheDefaultNameIsNotReplacedSilently() throws {
    try expectSuccess()
    let first = try bench.contents(of: "model.safetensors")
    let second = try bench.run("train", "digits", "--epochs", "2", replacesModels: false)
    #expect(second.exitCode == 1)
    #expect(second.errors.contains("--force"), "\(second.errors)")
    #expect(try bench.contents(of: "model.safetensors") == first)
  }

  @Test func aCheckpointIsReplacedByTheTrainingThatGoesOnFromIt() throws {
    try expectSuccess(of: "--checkpoint", "run", "--resume", "run", "--output", "a")
    try expectSuccess(of: "--checkpoint", "run", "--resume", "run", "--output", "b")
    // The same command line once more.
    try expectSuccess(of: "--checkpoint", "run", "--resume", "run", "--output", "b")
    let other = try bench.run(
      "train", "digits", "--checkpoint", "run", "--output", "c", replacesModels: false)
    #expect(other.exitCode == 1)
    #expect(other.errors.hasPrefix("error: run: is there already"), "\(other.errors)")
  }

  private func expectSuccess(
    of options: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try bench.run(
      ["train", "digits", "--epochs", "1"] + options, replacesModels: false)
    #expect(outcome.exitCode == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
  }

  @Test func onlyARegularFileIsReplaced() throws {
    #expect(unsafe mkfifo(bench.folder.path("pipe"), 0o600) == 0)
    for name in ["pipe", "/dev/null"] { try expectRefusal(of: name, saying: "regular file") }
    try expectRefusal(of: ".", saying: "is a folder")
  }

  @Test func aNameThatNoFileSystemTakesIsRefusedBeforeTheTraining() throws {
    try expectRefusal(of: String(repeating: "x", count: 256), saying: "256 bytes")
    try expectRefusal(of: String(repeating: "é", count: 128) + "/m", saying: "256 bytes")
    try bench.train("--output", String(repeating: "x", count: 255))
  }

  @Test func aLinkThatLeadsNowhereIsRefusedBeforeTheTraining() throws {
    for (name, target) in [("dangling", "nowhere"), ("loop", "loop"), ("good", "model")] {
      #expect(unsafe symlink(target, bench.folder.path(name)) == 0)
    }
    for name in ["dangling", "loop"] { try expectRefusal(of: name, saying: "leads nowhere") }
    try bench.train("--output", "model")
    try bench.train("--output", "good")
  }
}
