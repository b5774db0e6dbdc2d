// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
public import SoftmaxModels

/// A callback that writes checkpoints during training.
///
/// It writes a checkpoint at the end of every `everyEpochs`-th epoch and when the training ends or
/// pauses, also within an epoch. The file is replaced atomically, so at any moment it holds the last
/// complete checkpoint: a training that is killed resumes from it and ends with the same bits.
///
/// With `keeping: .bestAndLast` the model of the best epoch is written to a second file:
/// `fashion.best.safetensors` for `fashion.safetensors`. The best epoch is the one of the lowest
/// validation loss, or of the lowest training loss without validation.
public struct CheckpointFile: TrainingCallback {
  /// The states that are kept in files.
  public enum Kept: Hashable, Sendable {
    /// Only the last checkpoint.
    case last
    /// The last checkpoint and the model of the best epoch.
    case bestAndLast
  }

  /// The path of the last checkpoint.
  public let path: String
  /// The number of epochs from one checkpoint to the next.
  public let everyEpochs: Int
  /// The states that are kept in files.
  public let kept: Kept

  private var writtenAt: Checkpoint.Position?

  init(path: String, everyEpochs: Int, kept: Kept) {
    self.path = path
    self.everyEpochs = everyEpochs
    self.kept = kept
  }

  /// The path of the best epoch's model.
  public var bestPath: String {
    let suffix = ".safetensors"
    return path.hasSuffix(suffix)
      ? path.dropLast(suffix.count) + ".best" + suffix : path + ".best"
  }

  /// Validates the settings and removes temporary files that killed runs have left.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    guard everyEpochs > 0 else {
      throw SoftmaxError(
        .invalidArgument, "checkpoints are at least 1 epoch apart, got \(everyEpochs)")
    }
    AtomicFile.removeStaleFiles(of: path)
    if kept == .bestAndLast { AtomicFile.removeStaleFiles(of: bestPath) }
  }

  /// Writes the model if this epoch is the best so far, and a checkpoint if one is due.
  public mutating func epochIsSettled(_ status: TrainingStatus) throws {
    if kept == .bestAndLast, let last = status.history.epochs.last,
      status.history.bestEpoch?.number == last.number
    {
      try status.classifier.save(to: bestPath)
    }
    if status.position.epoch % everyEpochs == 0 { try write(status) }
  }

  /// Writes a final checkpoint, unless this position is already written or the training diverged.
  public mutating func trainingEnds(
    _ status: TrainingStatus, network: inout Sequential
  ) throws {
    guard writtenAt != status.position else { return }
    do throws(SoftmaxError) {
      try write(status)
    } catch {
      // A network with non-finite weights is not saved. The previous checkpoint, which is finite, stays.
      guard error.code == .diverged else { throw error }
    }
  }

  private mutating func write(_ status: TrainingStatus) throws(SoftmaxError) {
    try status.checkpoint.save(to: path)
    writtenAt = status.position
  }
}

extension TrainingCallback where Self == CheckpointFile {
  /// Writes checkpoints during training; see ``CheckpointFile``.
  ///
  /// - Parameters:
  ///   - path: the path of the checkpoint file.
  ///   - everyEpochs: the number of epochs from one checkpoint to the next, at least 1.
  ///   - kept: whether only the last state is kept, or also the model of the best epoch.
  public static func checkpoint(
    to path: String, everyEpochs: Int = 1, keeping kept: CheckpointFile.Kept = .last
  ) -> CheckpointFile {
    CheckpointFile(path: path, everyEpochs: everyEpochs, kept: kept)
  }
}
