// SPDX-License-Identifier: Apache-2.0

/// Where training stands within an epoch.
public struct TrainingProgress: Hashable, Sendable {
  /// The number of the epoch, from 1.
  public let epoch: Int
  /// The number of epochs in all.
  public let epochCount: Int
  /// The steps done in this epoch.
  public let step: Int
  /// The steps of an epoch.
  public let stepCount: Int
  /// The mean loss of the epoch's samples so far; NaN before the first step.
  public let loss: Double
  /// The accuracy on the epoch's samples so far; NaN before the first step.
  public let accuracy: Double
  /// On the validation samples; nil before the epoch's end, and without such samples.
  public internal(set) var validation: TrainingHistory.Metrics?
  /// The seconds that the epoch has taken.
  public internal(set) var seconds: Double
  /// Whether the epoch is complete.
  public var isEpochEnd: Bool { step == stepCount }
}
