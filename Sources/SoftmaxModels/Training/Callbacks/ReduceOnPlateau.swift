// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Makes the learning rate smaller where a figure no longer gets better.
///
/// After `patience` epochs without an improvement the rate is multiplied with `factor`, down to
/// `minLearningRate`; then `cooldown` epochs are not counted. The defaults are those of Keras'
/// ReduceLROnPlateau.
public struct ReduceOnPlateau: TrainingCallback {
  /// The figure to watch.
  public let monitor: TrainingMonitor
  /// What the rate is multiplied with.
  public let factor: Double
  /// The epochs without an improvement after which the rate gets smaller.
  public let patience: Int
  /// By how much a figure must be better than the best to be an improvement.
  public let minDelta: Double
  /// The epochs after a change that are not counted.
  public let cooldown: Int
  /// The rate below which it does not go.
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

  private var settings: TrainingSettings {
    [
      "name": "reduce on plateau", "monitor": .init(monitor.name), "factor": .init(factor),
      "patience": .init(Double(patience)), "least improvement": .init(minDelta),
      "cooldown": .init(Double(cooldown)), "least rate": .init(minLearningRate),
    ]
  }

  /// The settings, the best figure, and the epochs that are waited for.
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

  /// Checks the settings.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {
    guard factor > 0, factor < 1, patience > 0, minDelta >= 0, cooldown >= 0, minLearningRate >= 0
    else {
      throw SoftmaxError(
        .invalidArgument,
        "reducing on a plateau needs a factor within 0..<1, a patience of at least 1 and nothing "
          + "negative, got \(settings)")
    }
    try monitor.validate(status, for: "reducing on a plateau")
  }

  /// Counts the epochs, as Keras does.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    guard let epoch = status.history.epochs.last else { return .proceed }
    let value = try monitor.value(of: epoch, for: "reducing on a plateau")
    let rate = nextRate(after: value, from: status.learningRate)
    return rate == status.learningRate
      ? .proceed : .scaleLearningRate(by: rate / status.learningRate)
  }

  /// The rate after an epoch with a figure.
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
    // On a plateau without end the rate stays one that a step can be taken with.
    let least = max(minLearningRate, Double(Float.leastNormalMagnitude))
    guard wait >= patience, rate > least else { return rate }
    wait = 0
    cooldownLeft = cooldown
    return max(rate * factor, least)
  }
}

extension TrainingCallback where Self == ReduceOnPlateau {
  /// Makes the learning rate smaller where a figure no longer gets better; see
  /// ``ReduceOnPlateau``.
  ///
  /// - Parameters:
  ///   - factor: what the rate is multiplied with, within 0..<1.
  ///   - patience: the epochs without an improvement after which the rate gets smaller.
  ///   - monitor: the figure to watch.
  ///   - minDelta: by how much a figure must be better than the best to be an improvement.
  ///   - cooldown: the epochs after a change that are not counted.
  ///   - minLearningRate: the rate below which it does not go.
  public static func reduceOnPlateau(
    factor: Double = 0.1, patience: Int = 10, monitor: TrainingMonitor = .validationLoss,
    minDelta: Double = 1e-4, cooldown: Int = 0, minLearningRate: Double = 0
  ) -> ReduceOnPlateau {
    ReduceOnPlateau(
      factor: factor, patience: patience, monitor: monitor, minDelta: minDelta, cooldown: cooldown,
      minLearningRate: minLearningRate)
  }
}
