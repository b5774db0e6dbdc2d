// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
public import SoftmaxModels

/// Writes checkpoints while a training runs.
///
/// A checkpoint is written at the end of every `everyEpochs`-th epoch and where the training ends or
/// pauses, also within an epoch. At any moment the file holds the last one, whole: a training that is
/// killed goes on from it and ends with the same bits.
///
/// With `keeping: .bestAndLast` the model of the best epoch, by validation loss or without validation
/// by loss, stands in a file beside it: `fashion.safetensors` has `fashion.best.safetensors`.
public struct CheckpointFile: TrainingCallback {
  /// Which states are kept in files.
  public enum Kept: Hashable, Sendable {
    /// The last checkpoint.
    case last
    /// The last checkpoint, and the model of the best epoch.
    case bestAndLast
  }

  /// The file of the last checkpoint.
  public let path: String
  /// The epochs from one checkpoint to the next.
  public let everyEpochs: Int
  /// Which states are kept in files.
  public let kept: Kept

  private var writtenAt: Checkpoint.Position?

  init(path: String, everyEpochs: Int, kept: Kept) {
    self.path = path
    self.everyEpochs = everyEpochs
    self.kept = kept
  }

  /// The file of the best epoch's model.
  public var bestPath: String {
    let suffix = ".safetensors"
    return path.hasSuffix(suffix)
      ? path.dropLast(suffix.count) + ".best" + suffix : path + ".best"
  }

  /// Checks the settings, and removes what dead runs left behind.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    guard everyEpochs > 0 else {
      throw SoftmaxError(
        .invalidArgument, "checkpoints are at least 1 epoch apart, got \(everyEpochs)")
    }
    AtomicFile.removeStaleFiles(of: path)
    if kept == .bestAndLast { AtomicFile.removeStaleFiles(of: bestPath) }
  }

  /// Writes a checkpoint where one is due.
  public mutating func epochIsSettled(_ status: TrainingStatus) throws {
    if kept == .bestAndLast, let last = status.history.epochs.last,
      status.history.bestEpoch?.number == last.number
    {
      try status.classifier.save(to: bestPath)
    }
    if status.position.epoch % everyEpochs == 0 { try write(status) }
  }

  /// Writes a last checkpoint, unless it is written already or the training diverged.
  public mutating func trainingEnds(
    _ status: TrainingStatus, network: inout Sequential
  ) throws {
    guard writtenAt != status.position else { return }
    do throws(SoftmaxError) {
      try write(status)
    } catch {
      // Of weights that are no numbers nothing is kept: the checkpoint before is worth more.
      guard error.code == .diverged else { throw error }
    }
  }

  private mutating func write(_ status: TrainingStatus) throws(SoftmaxError) {
    try status.checkpoint.save(to: path)
    writtenAt = status.position
  }
}

extension TrainingCallback where Self == CheckpointFile {
  /// Writes checkpoints while a training runs; see ``CheckpointFile``.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - everyEpochs: the epochs from one to the next, at least 1.
  ///   - kept: the last state alone, or the best epoch's model beside it.
  public static func checkpoint(
    to path: String, everyEpochs: Int = 1, keeping kept: CheckpointFile.Kept = .last
  ) -> CheckpointFile {
    CheckpointFile(path: path, everyEpochs: everyEpochs, kept: kept)
  }
}
