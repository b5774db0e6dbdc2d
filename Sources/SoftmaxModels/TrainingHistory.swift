// SPDX-License-Identifier: Apache-2.0

/// What training reported, epoch by epoch.
public struct TrainingHistory: Hashable, Sendable {
  /// One pass over the training data.
  public struct Epoch: Hashable, Sendable {
    /// The number of the epoch, from 1.
    public let number: Int
    /// The mean loss of the samples, each taken before its batch's update, without any penalty.
    public let loss: Double
    /// The fraction of the samples classified rightly before their batch's update; samples of weight 0
    /// are left out. Of multi-label targets the fraction of (sample, class) pairs whose probability is
    /// on the right side of one half (Keras' binary accuracy).
    public let accuracy: Double
    /// The time it took, in seconds.
    public let seconds: Double
    /// The steps whose batch had nothing to learn from: every sample of weight 0, or of the ignored
    /// class.
    public var emptyStepCount = 0
  }

  /// The epochs, first to last.
  public internal(set) var epochs: [Epoch] = []
}

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
  /// The mean loss of the epoch's samples so far.
  public let loss: Double
  /// The accuracy on the epoch's samples so far.
  public let accuracy: Double
  /// The seconds since the epoch began.
  public let seconds: Double
  /// Whether the epoch is complete.
  public var isEpochEnd: Bool { step == stepCount }
}
