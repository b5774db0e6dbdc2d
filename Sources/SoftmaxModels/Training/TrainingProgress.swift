// SPDX-License-Identifier: Apache-2.0

/// Where training stands within an epoch.
public struct TrainingProgress: Hashable, Sendable {
  /// The epoch's place, with what its steps gave so far.
  let position: Checkpoint.Position
  /// The number of epochs in all.
  public let epochCount: Int
  /// The steps of an epoch.
  public let stepCount: Int
  /// On the validation samples; nil before the epoch's end, and without such samples.
  public let validation: TrainingHistory.Metrics?

  /// The number of the epoch, from 1.
  public var epoch: Int { position.epoch + 1 }
  /// The steps done in this epoch.
  public var step: Int { position.step }
  /// The mean loss of the epoch's samples so far; NaN before the first step.
  public var loss: Double { step > 0 ? position.totals.loss : .nan }
  /// The accuracy on the epoch's samples so far; NaN before the first step.
  public var accuracy: Double { step > 0 ? position.totals.accuracy : .nan }
  /// The seconds that the epoch has taken.
  public var seconds: Double { position.seconds }
  /// Whether the epoch is complete.
  public var isEpochEnd: Bool { step == stepCount }
}
