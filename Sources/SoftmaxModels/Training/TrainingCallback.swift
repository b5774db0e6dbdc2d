// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A type that observes a training and can end it or change its learning rate.
///
/// Each method has a default implementation that does nothing. `fit` copies callbacks that are values,
/// so the same one can be used for several trainings; a callback that is an object can be inspected
/// after the training. All methods are called on the caller's thread, and the training waits for them.
///
/// ```swift
/// struct StopWhenPerfect: TrainingCallback {
///   mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
///     status.history.epochs.last?.accuracy == 1 ? .stop("nothing left to learn") : .proceed
///   }
/// }
/// try network.fit(to: digits, epochs: 100, callbacks: [StopWhenPerfect()])
/// ```
///
/// An error that a callback throws ends the training; the network keeps the steps so far.
public protocol TrainingCallback {
  /// The settings and the state from previous epochs; nil for a callback without state.
  ///
  /// A checkpoint stores this value, and a training that resumes sets it before it begins. That training
  /// must have callbacks with equal settings in the same order.
  var state: CallbackState? { get set }

  /// Called once, before the first step.
  mutating func trainingBegins(_ status: TrainingStatus) throws

  /// Called between steps a few times per second, but not at the end of an epoch.
  mutating func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision

  /// Called after the steps and the validation of an epoch; the last entry of the history is that epoch.
  mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision

  /// Called after all callbacks have seen the epoch and their decisions are applied; this is the time to
  /// write a checkpoint.
  mutating func epochIsSettled(_ status: TrainingStatus) throws

  /// Called when the loss or a validation result has become infinite or NaN.
  ///
  /// `.stop` ends the training without an error. If no callback returns it, `fit` throws the error.
  mutating func trainingDiverges(_ error: SoftmaxError) throws -> TrainingDecision

  /// Called once after the last step, unless an error ended the training.
  ///
  /// - Parameters:
  ///   - status: the position of the training and its history.
  ///   - network: the network that `fit` returns to the caller; a callback may replace it.
  mutating func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws
}

extension TrainingCallback {
  /// No state.
  public var state: CallbackState? {
    get { nil }
    set {}
  }
  /// Does nothing.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {}
  /// Continues the training.
  public mutating func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision { .proceed }
  /// Continues the training.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision { .proceed }
  /// Does nothing.
  public mutating func epochIsSettled(_ status: TrainingStatus) throws {}
  /// Does not handle the error.
  public mutating func trainingDiverges(_ error: SoftmaxError) throws -> TrainingDecision {
    .proceed
  }
  /// Does nothing.
  public mutating func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws {}
}

/// The decision of a callback how the training continues.
public struct TrainingDecision: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case proceed
    case stop(reason: String)
    case pause(reason: String)
    case scaleLearningRate(Double)
  }

  let kind: Kind

  /// The training continues.
  public static let proceed = TrainingDecision(kind: .proceed)

  /// The training ends permanently: resuming from its checkpoint runs no further steps.
  public static func stop(_ reason: String) -> TrainingDecision {
    TrainingDecision(kind: .stop(reason: reason))
  }

  /// The training ends temporarily: resuming from its checkpoint runs the remaining steps.
  ///
  /// ``TrainingHistory/stopReason`` stays nil, because the training is not complete.
  public static func pause(_ reason: String) -> TrainingDecision {
    TrainingDecision(kind: .pause(reason: reason))
  }

  /// The training continues with the learning rate multiplied by a factor.
  public static func scaleLearningRate(by factor: Double) -> TrainingDecision {
    TrainingDecision(kind: .scaleLearningRate(factor))
  }
}
