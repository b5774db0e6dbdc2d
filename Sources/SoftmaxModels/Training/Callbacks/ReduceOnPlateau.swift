// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A callback that reduces the learning rate when a metric no longer improves.
///
/// After `patience` epochs without an improvement the learning rate is multiplied by `factor`, but not
/// reduced below `minLearningRate`. The next `cooldown` epochs are not counted. The behaviour and the
/// defaults are those of Keras' ReduceLROnPlateau.
public struct ReduceOnPlateau: TrainingCallback {
  /// The metric to watch.
  public let monitor: TrainingMonitor
  /// The factor of a reduction.
  public let factor: Double
  /// The number of epochs without an improvement after which the rate is reduced.
  public let patience: Int
  /// The difference to the best value that a metric must exceed to count as an improvement.
  public let minDelta: Double
  /// The number of epochs after a reduction that are not counted.
  public let cooldown: Int
  /// The lower bound of the learning rate.
  public let minLearningRate: Double

  private var best: Double
  private var wait = 0
  private var cooldownLeft = 0

  init(
    factor: Double, patience: Int, monitor: TrainingMonitor, minDelta: Double, cooldown: Int,
    minLearningRate: Double
  ) {
    self.monitor = monitor
    self.factor = factor
    self.patience = patience
    self.minDelta = minDelta
    self.cooldown = cooldown
    self.minLearningRate = minLearningRate
    best = monitor.worst
  }

  private var settings: SettingsTree {
    [
      "name": "reduce on plateau", "monitor": .init(monitor.name), "factor": .init(factor),
      "patience": .init(Double(patience)), "least improvement": .init(minDelta),
      "cooldown": .init(Double(cooldown)), "least rate": .init(minLearningRate),
    ]
  }

  /// The settings, the best value, the number of epochs without an improvement and the remaining
  /// cooldown.
  public var state: CallbackState? {
    get {
      CallbackState(
        settings: settings,
        values: ["best": best, "wait": Double(wait), "cooldown": Double(cooldownLeft)])
    }
    set {
      best = newValue?.values["best"] ?? monitor.worst
      wait = newValue?.count("wait", atMost: patience) ?? 0
      cooldownLeft = newValue?.count("cooldown", atMost: cooldown) ?? 0
    }
  }

  /// Validates the settings, and that the metric is available.
  ///
  /// - Throws: `invalidArgument`; `unsupported` for a solver, which chooses the length of its steps itself.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    guard factor > 0, factor < 1, patience > 0, minDelta >= 0, cooldown >= 0, minLearningRate >= 0
    else {
      throw SoftmaxError(
        .invalidArgument,
        "reducing on a plateau needs a factor above 0 and below 1, a patience of at least 1 and nothing "
          + "negative, got \(settings)")
    }
    guard status.history.unit == .epoch else {
      throw SoftmaxError(
        .unsupported,
        "reducing on a plateau changes the learning rate, but a solver chooses the length of its steps "
          + "itself", remedy: "leave the callback out, or train by batches")
    }
    try monitor.validate(status, for: "reducing on a plateau")
  }

  /// Counts the epochs without an improvement; reduces the rate after `patience` of them.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    guard let epoch = status.history.epochs.last else { return .proceed }
    let value = try monitor.value(of: epoch, status, for: "reducing on a plateau")
    let rate = nextRate(after: value, from: status.learningRate)
    return rate == status.learningRate
      ? .proceed : .scaleLearningRate(by: rate / status.learningRate)
  }

  /// Returns the learning rate after an epoch with a value of the metric.
  mutating func nextRate(after value: Double, from rate: Double) -> Double {
    if cooldownLeft > 0 {
      cooldownLeft -= 1
      wait = 0
    }
    if monitor.isImprovement(value, over: best, by: minDelta) {
      best = value
      wait = 0
      return rate
    }
    guard cooldownLeft == 0 else { return rate }
    wait += 1
    // Repeated reductions must not round the rate to 0 in single precision, in which updates are
    // computed.
    let least = max(minLearningRate, Double(Float.leastNormalMagnitude))
    guard wait >= patience, rate > least else { return rate }
    wait = 0
    cooldownLeft = cooldown
    return max(rate * factor, least)
  }
}

extension TrainingCallback where Self == ReduceOnPlateau {
  /// Reduces the learning rate when a metric no longer improves; see ``ReduceOnPlateau``.
  ///
  /// - Parameters:
  ///   - factor: the factor of a reduction, above 0 and below 1.
  ///   - patience: the number of epochs without an improvement after which the rate is reduced, at least
  ///     1.
  ///   - monitor: the metric to watch.
  ///   - minDelta: the difference to the best value that a metric must exceed to count as an
  ///     improvement, at least 0.
  ///   - cooldown: the number of epochs after a reduction that are not counted.
  ///   - minLearningRate: the lower bound of the learning rate.
  public static func reduceOnPlateau(
    factor: Double = 0.1, patience: Int = 10, monitor: TrainingMonitor = .validationLoss,
    minDelta: Double = 1e-4, cooldown: Int = 0, minLearningRate: Double = 0
  ) -> ReduceOnPlateau {
    ReduceOnPlateau(
      factor: factor, patience: patience, monitor: monitor, minDelta: minDelta, cooldown: cooldown,
      minLearningRate: minLearningRate)
  }
}
