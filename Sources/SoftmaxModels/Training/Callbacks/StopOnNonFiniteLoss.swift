// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A callback that ends a training whose loss becomes infinite or NaN, and puts back the weights of the
/// last epoch in which they were finite.
///
/// Without this callback `fit` throws `diverged` and does not change the network. The callback copies
/// the network once per epoch.
public struct StopOnNonFiniteLoss: TrainingCallback {
  private var lastGood: Sequential?
  private var hasDiverged = false

  init() {}

  /// Keeps the initial weights.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    lastGood = try status.network
  }

  /// Keeps the weights of the epoch if they are finite.
  public mutating func epochIsSettled(_ status: TrainingStatus) throws {
    // The last update of the epoch may have made the weights non-finite; the next step detects that.
    if let network = try? status.network { lastGood = network }
  }

  /// Ends the training without an error.
  public mutating func trainingDiverges(_ error: SoftmaxError) throws -> TrainingDecision {
    hasDiverged = true
    return .stop(error.message)
  }

  /// Replaces the network by the last finite one if the training has diverged.
  public mutating func trainingEnds(
    _ status: TrainingStatus, network: inout Sequential
  ) throws {
    guard hasDiverged, let lastGood else { return }
    // If another callback has already replaced the network by a finite one, such as the best one, that
    // one stays.
    let isReplaced = network.isFinite && network != (try? status.network)
    if !isReplaced { network = lastGood }
  }
}

extension TrainingCallback where Self == StopOnNonFiniteLoss {
  /// Ends a training that diverges, with the last finite weights; see ``StopOnNonFiniteLoss``.
  public static var stopOnNonFiniteLoss: StopOnNonFiniteLoss { StopOnNonFiniteLoss() }
}
