// SPDX-License-Identifier: Apache-2.0

/// The progress of a training within an epoch.
public struct TrainingProgress: Hashable, Sendable {
  /// The position in the training with the totals of the epoch's steps so far.
  let position: Checkpoint.Position
  /// The total number of epochs.
  public let epochCount: Int
  /// The number of steps per epoch.
  public let stepCount: Int
  /// The metrics of the validation samples; nil before the end of the epoch and without validation.
  public let validation: TrainingHistory.Metrics?

  /// The number of the epoch, counted from 1.
  public var epoch: Int { position.epoch + 1 }
  /// The number of completed steps of this epoch.
  public var step: Int { position.step }
  /// The mean loss of the epoch's samples so far; NaN before the first step.
  public var loss: Double { step > 0 ? position.totals.loss : .nan }
  /// The accuracy on the epoch's samples so far; NaN before the first step.
  public var accuracy: Double { step > 0 ? position.totals.accuracy : .nan }
  /// The duration of the epoch so far, in seconds.
  public var seconds: Double { position.seconds }
  /// Whether the epoch is complete.
  public var isEpochEnd: Bool { step == stepCount }
}
