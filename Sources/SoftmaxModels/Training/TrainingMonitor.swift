// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The metric of an epoch that a callback watches.
public struct TrainingMonitor: Hashable, Sendable {
  private enum Kind: Hashable, Sendable {
    case loss, accuracy, validationLoss, validationAccuracy
    // The name of a metric, and whether a greater value is better.
    case validationMetric(String, Bool)
  }

  private let kind: Kind
  /// The name that Keras uses, such as `val_loss`.
  public let name: String

  /// The mean loss of the training samples.
  ///
  /// In training by batches the loss of each sample is computed before the update of its batch; for a
  /// solver all losses are computed at the end of the iteration.
  public static let loss = TrainingMonitor(kind: .loss, name: "loss")
  /// The accuracy on the training samples, computed at the same time as the loss.
  public static let accuracy = TrainingMonitor(kind: .accuracy, name: "accuracy")
  /// The mean loss of the validation samples.
  public static let validationLoss = TrainingMonitor(kind: .validationLoss, name: "val_loss")
  /// The accuracy on the validation samples.
  public static let validationAccuracy = TrainingMonitor(
    kind: .validationAccuracy, name: "val_accuracy")

  /// Returns the monitor of any metric of the validation samples, such as `val_macro_f1`.
  ///
  /// ```swift
  /// let stopping = EarlyStopping.earlyStopping(
  ///   patience: 5, monitor: try .validation(.named("macro_f1")))
  /// ```
  ///
  /// The validation samples have one class each. A metric that is undefined on them ends the training with an error.
  ///
  /// - Throws: `invalidArgument` if neither a greater nor a smaller value of the metric is better.
  public static func validation(_ metric: Metric) throws(SoftmaxError) -> TrainingMonitor {
    guard let isGreaterBetter = metric.isGreaterBetter else {
      throw SoftmaxError(
        .invalidArgument,
        "no value of \(metric.name) is better than another, so it cannot be watched")
    }
    return TrainingMonitor(
      kind: .validationMetric(metric.name, isGreaterBetter), name: "val_" + metric.name)
  }

  /// Whether the metric is computed with the weights at the end of the epoch rather than during the
  /// epoch.
  var isValidation: Bool { kind != .loss && kind != .accuracy }

  /// Returns the metric of the last epoch.
  ///
  /// - Throws: `invalidArgument` if the metric needs validation samples and there are none, or is undefined; the
  ///   error names `user`.
  func value(
    of epoch: TrainingHistory.Epoch, _ status: TrainingStatus, for user: String
  ) throws(SoftmaxError) -> Double {
    switch kind {
    case .validationMetric(let name, _):
      guard let evaluation = try status.validationEvaluation() else {
        throw missingValidation(for: user)
      }
      let metric = try Metric.named(name)
      if let value = metric.value(of: evaluation) { return value }
      let reason = metric.undefinedReason(of: evaluation).map { ": " + $0 } ?? ""
      throw SoftmaxError(
        .invalidArgument,
        "\(user) watches \(self.name), which is undefined on the validation samples\(reason)",
        remedy: "watch .validationLoss, or validate on more samples")
    case .loss: return epoch.loss
    case .accuracy: return epoch.accuracy
    case .validationLoss, .validationAccuracy:
      guard let metrics = epoch.validation else { throw missingValidation(for: user) }
      return kind == .validationLoss ? metrics.loss : metrics.accuracy
    }
  }

  /// Throws `invalidArgument` if the metric needs validation samples and there are none.
  func validate(_ status: TrainingStatus, for user: String) throws(SoftmaxError) {
    if isValidation, !status.hasValidation { throw missingValidation(for: user) }
  }

  private func missingValidation(for user: String) -> SoftmaxError {
    SoftmaxError(
      .invalidArgument, "\(user) watches \(name), but there are no validation samples",
      remedy: "pass validation: .fraction(0.1), or watch .loss")
  }

  /// Returns whether a value is better than the best one by more than `minDelta`; false for NaN.
  func isImprovement(_ value: Double, over best: Double, by minDelta: Double) -> Bool {
    isGreaterBetter ? value > best + minDelta : value < best - minDelta
  }

  /// The infinite value that every finite value improves on.
  var worst: Double { isGreaterBetter ? -.infinity : .infinity }

  private var isGreaterBetter: Bool {
    switch kind {
    case .loss, .validationLoss: false
    case .accuracy, .validationAccuracy: true
    case .validationMetric(_, let isGreaterBetter): isGreaterBetter
    }
  }
}
