// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore
public import SoftmaxModels

/// A callback that writes one line per epoch to a CSV file, as the CSVLogger of Keras does.
///
/// The columns are `epoch,accuracy,loss`, with validation also `val_accuracy,val_loss`. Epochs count
/// from 0. A training that resumes from a checkpoint rewrites the lines of the earlier epochs. The file
/// is locked while a training writes it: a second training that logs to the same file throws an error.
public struct CSVLog: TrainingCallback {
  /// The path of the CSV file.
  public let path: String
  private let onFailure: (@Sendable (SoftmaxError) -> Void)?
  private var file: LogFile?
  private var hasFailed = false

  init(path: String, onFailure: (@Sendable (SoftmaxError) -> Void)?) {
    self.path = path
    self.onFailure = onFailure
  }

  /// Writes the header and the lines of the epochs that are already complete.
  ///
  /// - Throws: `invalidArgument` if another training writes the file, or if a non-empty file exists that
  ///   is not such a log (a mistyped path must not overwrite data); `notFound` or `ioFailure`.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    let header = "epoch,accuracy,loss" + (status.hasValidation ? ",val_accuracy,val_loss" : "")
    let file = try LogFile(path, beginningWith: "epoch,")
    try file.append(([header] + status.history.epochs.map(Self.line)).map { $0 + "\n" }.joined())
    self.file = file
    hasFailed = false
  }

  /// Appends the line of the epoch.
  ///
  /// - Throws: `ioFailure`, unless the log was created with a failure handler.
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
  /// Writes one line per epoch to a CSV file; see ``CSVLog``.
  ///
  /// - Parameters:
  ///   - path: the file to write.
  ///   - onFailure: called with the first error of writing a line, after which the training continues.
  ///     Without a handler such an error ends the training.
  public static func csvLog(
    to path: String, onFailure: (@Sendable (SoftmaxError) -> Void)? = nil
  ) -> CSVLog {
    CSVLog(path: path, onFailure: onFailure)
  }
}
