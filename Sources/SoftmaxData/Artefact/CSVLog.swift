// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore
public import SoftmaxModels

/// Writes a line an epoch to a table of comma-separated values, as Keras' CSVLogger does.
///
/// The columns are `epoch,accuracy,loss`, with validation also `val_accuracy,val_loss`; epochs count
/// from 0. A training that goes on from a checkpoint writes the lines of the epochs before anew. The
/// file belongs to one training at a time: a second one that is to write it ends with an error.
public struct CSVLog: TrainingCallback {
  /// The file.
  public let path: String
  private let onFailure: (@Sendable (SoftmaxError) -> Void)?
  private var file: LogFile?
  private var hasFailed = false

  init(path: String, onFailure: (@Sendable (SoftmaxError) -> Void)?) {
    self.path = path
    self.onFailure = onFailure
  }

  /// Writes the header, and the lines of epochs that are done already.
  ///
  /// - Throws: `invalidArgument` where a file is there that is no such log (a slip of the pen must not
  ///   cost the data) or that another training writes; `ioFailure`.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    let header = "epoch,accuracy,loss" + (status.hasValidation ? ",val_accuracy,val_loss" : "")
    let file = try LogFile(path, beginningWith: "epoch,")
    try file.append(([header] + status.history.epochs.map(Self.line)).map { $0 + "\n" }.joined())
    self.file = file
    hasFailed = false
  }

  /// Adds the epoch's line.
  ///
  /// - Throws: `ioFailure`, unless somebody is told of failures.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    guard let epoch = status.history.epochs.last, let file else { return .proceed }
    do throws(SoftmaxError) {
      try file.append(Self.line(epoch) + "\n")
    } catch {
      guard let onFailure else { throw error }
      if !hasFailed { onFailure(error) }
      hasFailed = true
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
  ///
  /// - Parameters:
  ///   - path: the file to write.
  ///   - onFailure: told, once, of a line that could not be written, for which the training then does
  ///     not end; without it such a line ends the training.
  public static func csvLog(
    to path: String, onFailure: (@Sendable (SoftmaxError) -> Void)? = nil
  ) -> CSVLog {
    CSVLog(path: path, onFailure: onFailure)
  }
}
