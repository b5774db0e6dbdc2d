// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A callback that ends a training that no longer improves, and restores the best weights.
///
/// The training ends `patience` epochs after the last improvement. The best weights are restored
/// whatever ended the training.
///
/// A validation metric is computed with the weights at the end of the epoch, so these weights are kept.
/// In training by batches a training metric is computed before each update. If an epoch has a single
/// step, it is therefore the metric of the weights at the start of the epoch, and those weights are kept.
/// With more steps per epoch no weights match a training metric exactly, and the weights at the end of
/// the epoch are kept. With a solver every metric is that of the weights at the end of the iteration,
/// and those are kept.
///
/// The callback holds one copy of the network, or two for a training metric with a single step per
/// epoch.
public struct EarlyStopping: TrainingCallback {
  /// The metric to watch.
  public let monitor: TrainingMonitor
  /// The number of epochs without an improvement after which the training ends.
  public let patience: Int
  /// The difference to the best value that a metric must exceed to count as an improvement.
  public let minDelta: Double
  /// Whether the best weights replace the last ones at the end of the training.
  public let restoresBestWeights: Bool

  private var best: Double
  private var bestEpoch = 0
  private var bestNetwork: Sequential?
  private var networkBefore: Sequential?

  init(patience: Int, monitor: TrainingMonitor, minDelta: Double, restoresBestWeights: Bool) {
    self.monitor = monitor
    self.patience = patience
    self.minDelta = minDelta
    self.restoresBestWeights = restoresBestWeights
    best = monitor.worst
  }

  /// The settings, and the best value with its epoch and its weights.
  public var state: CallbackState? {
    get {
      CallbackState(
        settings: [
          "name": "early stopping", "monitor": .init(monitor.name),
          "patience": .init(Double(patience)), "least improvement": .init(minDelta),
          "weights handed back": restoresBestWeights ? "best" : "last",
        ], values: ["best": best, "best epoch": Double(bestEpoch)],
        networks: bestNetwork.map { ["best": $0] } ?? [:])
    }
    set {
      best = newValue?.values["best"] ?? monitor.worst
      bestEpoch = newValue?.count("best epoch", atMost: .max) ?? 0
      bestNetwork = newValue?.networks["best"]
    }
  }

  /// Validates the settings, and that the metric is available.
  ///
  /// - Throws: `invalidArgument`.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    guard patience > 0, minDelta >= 0 else {
      throw SoftmaxError(
        .invalidArgument,
        "early stopping needs a patience of at least 1 and a least improvement of at least 0, "
          + "got \(patience) and \(minDelta)")
    }
    try monitor.validate(status, for: "early stopping")
    // The value may come from a file and exceed the number of epochs so far.
    bestEpoch = min(bestEpoch, status.history.epochs.last?.number ?? 0)
    if isBeforeUpdates(status) { networkBefore = try status.network }
  }

  /// Keeps the weights if the metric has improved; stops after `patience` epochs without an improvement.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    guard let epoch = status.history.epochs.last else { return .proceed }
    let value = try monitor.value(of: epoch, status, for: "early stopping")
    if monitor.isImprovement(value, over: best, by: minDelta) {
      best = value
      bestEpoch = epoch.number
      if restoresBestWeights { bestNetwork = try networkBefore ?? status.network }
    }
    if isBeforeUpdates(status) { networkBefore = try status.network }
    guard epoch.number - bestEpoch >= patience else { return .proceed }
    let unit = status.history.unit.rawValue
    return .stop(
      "\(monitor.name) has not improved for \(patience) \(unit)\(patience == 1 ? "" : "s"), "
        + (bestEpoch > 0 ? "the best was \(unit) \(bestEpoch)" : "nor ever"))
  }

  /// Replaces the network by the best one.
  public mutating func trainingEnds(
    _ status: TrainingStatus, network: inout Sequential
  ) throws {
    if let bestNetwork { network = bestNetwork }
  }

  private func isBeforeUpdates(_ status: TrainingStatus) -> Bool {
    restoresBestWeights && !monitor.isValidation && status.progress.stepCount == 1
      && status.history.unit == .epoch
  }
}

extension TrainingCallback where Self == EarlyStopping {
  /// Ends a training that no longer improves; see ``EarlyStopping``.
  ///
  /// - Parameters:
  ///   - patience: the number of epochs without an improvement after which the training ends, at least
  ///     1.
  ///   - monitor: the metric to watch.
  ///   - minDelta: the difference to the best value that a metric must exceed to count as an
  ///     improvement, at least 0.
  ///   - restoresBestWeights: whether the best weights replace the last ones at the end of the training.
  public static func earlyStopping(
    patience: Int, monitor: TrainingMonitor = .validationLoss, minDelta: Double = 0,
    restoresBestWeights: Bool = true
  ) -> EarlyStopping {
    EarlyStopping(
      patience: patience, monitor: monitor, minDelta: minDelta,
      restoresBestWeights: restoresBestWeights)
  }
}
