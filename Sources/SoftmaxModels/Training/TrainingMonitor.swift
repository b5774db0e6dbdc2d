// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The metric of an epoch that a callback watches.
public struct TrainingMonitor: Hashable, Sendable {
  private enum Kind: Hashable, Sendable {
    case loss, accuracy, validationLoss, validationAccuracy
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

  /// Whether the metric is computed with the weights at the end of the epoch rather than during the
  /// epoch.
  var isValidation: Bool { kind == .validationLoss || kind == .validationAccuracy }

  /// Returns the metric of an epoch.
  ///
  /// - Throws: `invalidArgument` if the metric needs validation samples and there are none; the error
  ///   names `user`.
  func value(of epoch: TrainingHistory.Epoch, for user: String) throws(SoftmaxError) -> Double {
    switch kind {
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
    switch kind {
    case .loss, .validationLoss: value < best - minDelta
    case .accuracy, .validationAccuracy: value > best + minDelta
    }
  }

  /// The infinite value that every finite value improves on.
  var worst: Double {
    switch kind {
    case .loss, .validationLoss: .infinity
    case .accuracy, .validationAccuracy: -.infinity
    }
  }
}
