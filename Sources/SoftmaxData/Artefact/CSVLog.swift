// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
public import SoftmaxModels

/// Writes a line an epoch to a table of comma-separated values, as Keras' CSVLogger does.
///
/// The columns are `epoch,accuracy,loss`, with validation also `val_accuracy,val_loss`; epochs count
/// from 0. A training that goes on from a checkpoint writes the lines of the epochs before anew.
public struct CSVLog: TrainingCallback {
  /// The file.
  public let path: String

  init(path: String) {
    self.path = path
  }

  /// Writes the header, and the lines of epochs that are done already.
  ///
  /// - Throws: `invalidArgument` where a file is there that is no such log: a slip of the pen must not
  ///   cost the data; `ioFailure`.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    let header = "epoch,accuracy,loss" + (status.hasValidation ? ",val_accuracy,val_loss" : "")
    let file = try AtomicFile(replacing: path)
    // Behind the first line, which refuses pipes: those would never answer.
    let known = FileHandle(forReadingAtPath: path)
    defer { try? known?.close() }
    if let first = try? known?.read(upToCount: 6), !first.isEmpty, first != Data("epoch,".utf8) {
      throw SoftmaxError(
        .invalidArgument,
        "is there and is no log of a training: only a log or an empty file is replaced",
        remedy: "choose another name, or remove the file", at: .file(path: path, offset: nil))
    }
    let lines = status.history.epochs.map(Self.line)
    try file.write(Array(([header] + lines).map { $0 + "\n" }.joined().utf8))
    try file.commit()
  }

  /// Adds the epoch's line.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    guard let epoch = status.history.epochs.last else { return .proceed }
    do {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: Data((Self.line(epoch) + "\n").utf8))
    } catch {
      throw SoftmaxError(
        .ioFailure, "the log could not be written", remedy: "make room, or log elsewhere",
        at: .file(path: path, offset: nil), cause: SystemFailure(beneath: error))
    }
    return .proceed
  }

  private static func line(_ epoch: TrainingHistory.Epoch) -> String {
    var values = [epoch.accuracy, epoch.loss]
    if let validation = epoch.validation { values += [validation.accuracy, validation.loss] }
    return (["\(epoch.number - 1)"] + values.map { "\($0)" }).joined(separator: ",")
  }
}

extension TrainingCallback where Self == CSVLog {
  /// Writes a line an epoch to a table of comma-separated values; see ``CSVLog``.
  public static func csvLog(to path: String) -> CSVLog { CSVLog(path: path) }
}
