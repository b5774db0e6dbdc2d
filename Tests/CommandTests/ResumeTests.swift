// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite struct ResumeTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  static let settings = [
    "train", "digits", "--epochs", "8", "--hidden", "40", "--validation", "0.2",
    "--early-stopping", "3", "--learning-rate", "0.01", "--seed", "5", "--json",
  ]
  static let keeping = ["--checkpoint", "run", "--resume", "run"]

  private func hash(_ outcome: BuiltCommand.Outcome) throws -> String? {
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    return try outcome.objects().last?["weights_sha256"] as? String
  }

  @Test func aTrainingThatIsKilledAgainAndAgainEndsAsIfItNeverWas() throws {
    let whole = try hash(bench.run(Self.settings))
    for moment in [0.03, 0.1, 0.2, 0.4] {
      // Until it comes through, a little later each time.
      var limit = moment
      while try bench.runAndKill(Self.settings + Self.keeping, when: { $0 > limit }) {
        limit *= 1.5
      }
      #expect(try hash(bench.run(Self.settings + Self.keeping)) == whole)
      #expect(try bench.folder.names == ["model.safetensors", "run"])
      try FileManager.default.removeItem(atPath: bench.folder.path("run"))
    }
  }

  @Test func oneCommandLineCanBeStartedBlindly() throws {
    let first = try bench.run(Self.settings + Self.keeping)
    #expect(first.errors.contains("run is not there yet: beginning at the beginning\n"))
    let again = try bench.run(Self.settings + Self.keeping)
    #expect(again.errors.contains("going on from run: after epoch "))
    #expect(!again.errors.contains("Epoch"))
    #expect(try hash(again) == hash(first))
    #expect(try again.objects().count == 1)
  }

  @Test func whatGoesOnMustBeTheSameTraining() throws {
    let outcome = try bench.run(Self.settings + Self.keeping)
    #expect(outcome.exitCode == 0)
    for (arguments, part) in [
      (["--batch-size", "16"], "batch size: 32, this training 16"),
      (["--seed", "6"], "has the seed 5, not 6"),
      (["--hidden", "41"], "has another layer 1"),
      (["--validation", "0.3"], "training data"),
      (["--early-stopping", "4"], "callback 1 patience: 3, this training 4"),
      (["--epochs", "1"], "more than the 1 epochs here"),
    ] {
      let other = try bench.run(Self.settings + Self.keeping + arguments)
      #expect(other.exitCode == 1)
      #expect(other.errors.contains(part), "\(other.errors)")
      #expect(!other.output.contains("result"))
    }
    let model = try bench.run(Self.settings + ["--resume", "model.safetensors", "--output", "m"])
    #expect(model.exitCode == 1 && model.errors.contains("is no checkpoint"))
  }

  @Test(arguments: [[], ["--validation", "0.2"]])
  func aPlateauMakesTheLearningRateSmaller(validation: [String]) throws {
    // At this rate some epochs are worse than those before.
    let arguments =
      ["train", "digits", "--optimizer", "sgd", "--learning-rate", "1", "--epochs", "8", "--json"]
      + validation
    let steady = try hash(bench.run(arguments))
    #expect(try hash(bench.run(arguments + ["--reduce-on-plateau", "1"])) != steady)
    // Patience for more epochs than there are changes nothing.
    #expect(try hash(bench.run(arguments + ["--reduce-on-plateau", "8"])) == steady)
  }

  @Test func optionsThatMakeNoSenseAreUsageErrors() throws {
    for arguments in [
      ["--early-stopping", "3"], ["--early-stopping", "0", "--validation", "0.1"],
      ["--reduce-on-plateau", "0"], ["--reduce-on-plateau", "x"],
      ["--validation", "0"], ["--validation", "1"], ["--validation", "nan"],
      ["--checkpoint-every", "2"], ["--checkpoint-every", "0", "--checkpoint", "run"],
      ["--checkpoint", ""], ["--checkpoint", "model.safetensors"],
      ["--resume", "model.safetensors"],
    ] {
      let outcome = try bench.run(["train", "digits", "--epochs", "1"] + arguments)
      #expect(outcome.exitCode == 64, "\(arguments)")
    }
    try bench.write([1, 2, 3], to: "precious")
    let outcome = try bench.run("train", "digits", "--checkpoint", "precious")
    #expect(outcome.exitCode == 1 && outcome.errors.contains("is no model"))
  }

  @Test func theValidationRowsJudgeWhereThereAreNoOthers() throws {
    let outcome = try bench.run(
      "train", "digits:test", "--epochs", "3", "--validation", "0.2", "--json", "--csv-log", "log")
    #expect(
      outcome.lines.prefix(3).allSatisfy {
        keys(of: $0) == [
          "event", "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds",
        ]
      })
    let objects = try outcome.objects()
    #expect(objects[3]["accuracy"] as? Double == objects[2]["val_accuracy"] as? Double)
    #expect(objects[3]["log_loss"] as? Double == objects[2]["val_loss"] as? Double)
    let log = try String(contentsOfFile: bench.folder.path("log"), encoding: .utf8)
    #expect(log.hasPrefix("epoch,accuracy,loss,val_accuracy,val_loss\n0,"))
    #expect(log.split(separator: "\n").count == 4)
  }

  private static let longTraining = [
    "train", "digits", "--batch-size", "1", "--hidden", "200", "--json", "--epochs",
  ]

  /// What a training without end says, and its status, when a signal comes after its first epoch.
  private func interrupted(
    by number: Int32, _ arguments: [String]
  ) throws -> (text: String, status: Int32) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = BuiltCommand.url
    process.arguments = arguments
    process.currentDirectoryURL = bench.folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    // Tests that run in the background ignore the signal, and so would the command.
    let action = signal(number, SIG_DFL)
    try process.run()
    signal(number, action)
    var text = ""
    while !text.contains("Epoch 1/") {
      let data = errors.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    // Into the next epoch.
    usleep(30_000)
    // As from a launcher that tells the process, and then its group.
    kill(process.processIdentifier, number)
    kill(process.processIdentifier, number)
    text += String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (text, process.terminationStatus)
  }

  // It goes on with the step behind the last one. Where in an epoch the signal comes is left to chance, so
  // it comes again if it was at the end of one.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func anInterruptionWritesACheckpointAndSaysHowToGoOn(number: Int32) throws {
    let endless = Self.longTraining + ["1000000"]
    var wasWithinAnEpoch = false
    while !wasWithinAnEpoch {
      for name in ["model.safetensors", "a run"] where bench.exists(name) {
        try FileManager.default.removeItem(atPath: bench.folder.path(name))
      }
      let (text, status) = try interrupted(by: number, endless + ["--checkpoint", "a run"])
      #expect(status == 128 + number)
      let message =
        #/interrupted after ([0-9]+) of 1000000 epochs: the steps so far are in a run\n/#
      let digits = try #require(text.firstMatch(of: message)).output.1
      let count = try #require(Int(digits))
      #expect(count >= 1)
      let next =
        "softmax " + endless.joined(separator: " ") + " --checkpoint 'a run' --resume 'a run'"
      #expect(text.hasSuffix("to go on        \(next)\n"), "\(text)")
      // To the end of the epoch that was interrupted.
      let arguments = Self.longTraining + ["\(count + 1)"]
      let rest = try bench.run(arguments + ["--checkpoint", "a run", "--resume", "a run"])
      #expect(rest.errors.contains("going on from a run: after epoch \(count)"), "\(rest.errors)")
      #expect(try hash(rest) == hash(bench.run(arguments)))
      wasWithinAnEpoch = rest.errors.contains("after epoch \(count), step ")
    }
  }
}
