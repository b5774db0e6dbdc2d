// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Ends a training that no longer gets better, and hands back the best weights.
///
/// The training ends with the epoch that is `patience` epochs after the last improvement. The best
/// weights are handed back whatever ended the training.
///
/// A validation figure is that of the weights at the epoch's end, so these are kept. A training figure
/// is taken before the updates; where an epoch is a single step, it is that of the weights with which
/// the epoch began, and those are kept.
public struct EarlyStopping: TrainingCallback {
  /// The figure to watch.
  public let monitor: TrainingMonitor
  /// The epochs without an improvement after which the training ends.
  public let patience: Int
  /// By how much a figure must be better than the best to be an improvement.
  public let minDelta: Double
  /// Whether the best weights take the place of the last ones.
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

  /// The settings, and the best figure with its epoch and its weights.
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

  /// Checks that there is what it watches.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    guard patience > 0, minDelta >= 0 else {
      throw SoftmaxError(
        .invalidArgument,
        "early stopping needs a patience of at least 1 and a least improvement of at least 0, "
          + "got \(patience) and \(minDelta)")
    }
    try monitor.validate(status, for: "early stopping")
    // A file may claim an epoch that never was.
    bestEpoch = min(bestEpoch, status.history.epochs.last?.number ?? 0)
    if isBeforeUpdates(status) { networkBefore = try status.network }
  }

  /// Keeps the weights of an improvement, stops after `patience` epochs without one.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    guard let epoch = status.history.epochs.last else { return .proceed }
    let value = try monitor.value(of: epoch, for: "early stopping")
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

  /// Hands the best weights back.
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
  /// Ends a training that no longer gets better; see ``EarlyStopping``.
  ///
  /// - Parameters:
  ///   - patience: the epochs without an improvement after which the training ends, at least 1.
  ///   - monitor: the figure to watch.
  ///   - minDelta: by how much a figure must be better than the best to be an improvement.
  ///   - restoresBestWeights: whether the best weights take the place of the last ones.
  public static func earlyStopping(
    patience: Int, monitor: TrainingMonitor = .validationLoss, minDelta: Double = 0,
    restoresBestWeights: Bool = true
  ) -> EarlyStopping {
    EarlyStopping(
      patience: patience, monitor: monitor, minDelta: minDelta,
      restoresBestWeights: restoresBestWeights)
  }
}
