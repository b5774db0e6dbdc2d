// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for validation, early stopping, checkpoints, logs and curves.
struct WatchOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of the rows to hold back and validate by, of every class the same.",
      valueName: "x"))
  var validation: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop after so many epochs without a better validation loss, or --monitor; the best weights are kept.",
      valueName: "n"))
  var earlyStopping: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Multiply the learning rate by 0.1 after so many epochs without a better validation loss, \
      without --validation a better training loss.
      """, valueName: "n"))
  var reduceOnPlateau: Int?

  @Option(
    help: ArgumentHelp(
      """
      What --early-stopping and --reduce-on-plateau watch in place of the loss: a metric of the rows \
      of --validation, as softmax evaluate --metrics names them.
      """, valueName: "metric"),
    transform: { try TrainingMonitor.validation(.named($0)) })
  var monitor: TrainingMonitor?

  @Option(
    help: ArgumentHelp(
      "Where to write checkpoints; Control-C, SIGTERM and SIGHUP write one too.", valueName: "file")
  )
  var checkpoint: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The epochs from one checkpoint to the next (default: 1).", valueName: "n"))
  var checkpointEvery: Int?

  @Option(
    help: ArgumentHelp(
      "The checkpoint to go on from; where it is not there yet, training begins at the beginning.",
      valueName: "file"))
  var resume: String?

  @Option(
    help: ArgumentHelp("A table to write a line an epoch to, as Keras does.", valueName: "file"))
  var csvLog: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Draw loss and accuracy while it trains (default: on a terminal that is large enough).")
  var curves: Bool?

  /// Whether no option observes, keeps or continues a single training.
  var isOpen: Bool {
    earlyStopping == nil && reduceOnPlateau == nil && checkpoint == nil && checkpointEvery == nil
      && resume == nil && csvLog == nil && curves == nil
  }

  /// Whether the file of --checkpoint is the one that the training goes on from.
  var goesOnInCheckpoint: Bool {
    guard let checkpoint, let resume else { return false }
    return FileProbe.resolved(checkpoint) == FileProbe.resolved(resume)
  }

  func validate() throws {
    if let validation, !(validation > 0 && validation < 1) {
      throw ValidationError(
        "--validation is a share greater than 0 and less than 1, got \(validation)")
    }
    if let earlyStopping {
      guard earlyStopping >= 1 else {
        throw ValidationError("--early-stopping must be at least 1, got \(earlyStopping)")
      }
      guard validation != nil else {
        throw ValidationError(
          "--early-stopping watches the validation loss: add --validation, such as 0.1")
      }
    }
    if monitor != nil {
      guard earlyStopping != nil || reduceOnPlateau != nil, validation != nil else {
        throw ValidationError(
          "--monitor needs --early-stopping or --reduce-on-plateau, and --validation, such as 0.1")
      }
    }
    if let reduceOnPlateau, reduceOnPlateau < 1 {
      throw ValidationError("--reduce-on-plateau must be at least 1, got \(reduceOnPlateau)")
    }
    if let checkpointEvery {
      guard checkpointEvery >= 1 else {
        throw ValidationError("--checkpoint-every must be at least 1, got \(checkpointEvery)")
      }
      guard checkpoint != nil else {
        throw ValidationError("--checkpoint-every needs --checkpoint, the file to write")
      }
    }
    for (name, path) in [
      ("checkpoint", checkpoint), ("resume", resume), ("csv-log", csvLog),
    ] where path?.isEmpty == true {
      throw ValidationError("--\(name) needs the name of a file")
    }
  }
}
