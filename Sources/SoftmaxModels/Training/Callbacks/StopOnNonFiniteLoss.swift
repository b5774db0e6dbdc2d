// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Ends a training whose loss becomes infinite or no number, with the weights of the last epoch that
/// ended well.
///
/// Without it `fit` throws `diverged` and leaves the network as it was.
public struct StopOnNonFiniteLoss: TrainingCallback {
  private var lastGood: Sequential?
  private var hasDiverged = false

  init() {}

  /// Keeps the initial weights.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    lastGood = try status.network
  }

  /// Keeps the epoch's weights, if they are good.
  public mutating func epochIsSettled(_ status: TrainingStatus) throws {
    // The last step may have ended in nonsense, which the next one is going to find.
    if let network = try? status.network { lastGood = network }
  }

  /// Ends the training.
  public mutating func trainingDiverges(_ error: SoftmaxError) throws -> TrainingDecision {
    hasDiverged = true
    return .stop(error.message)
  }

  /// Hands the last good weights back.
  public mutating func trainingEnds(
    _ status: TrainingStatus, network: inout Sequential
  ) throws {
    guard hasDiverged, let lastGood else { return }
    // Another callback may have put better weights in their place.
    let isReplaced = network.isFinite && network != (try? status.network)
    if !isReplaced { network = lastGood }
  }
}

extension TrainingCallback where Self == StopOnNonFiniteLoss {
  /// Ends a training that diverges with the last good weights; see ``StopOnNonFiniteLoss``.
  public static var stopOnNonFiniteLoss: StopOnNonFiniteLoss { StopOnNonFiniteLoss() }
}
