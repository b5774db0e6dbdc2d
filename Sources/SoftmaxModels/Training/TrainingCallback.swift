// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// What a training asks at its epochs' ends: a watcher that can stop it or slow it down.
///
/// Each method has a default that does nothing. A callback that is a value is copied by `fit`, so
/// the same one can serve several trainings; one that is an object can be looked at afterwards.
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
/// An error that a callback throws ends the training; the network keeps the steps done so far.
public protocol TrainingCallback {
  /// The settings, and what the callback knows from the epochs before; nil for a callback that needs to
  /// know nothing.
  ///
  /// A checkpoint keeps it, and a training that goes on hands it back. That training must have callbacks
  /// of equal settings in the same order.
  var state: CallbackState? { get set }

  /// Called once, before the first step.
  mutating func trainingBegins(_ status: TrainingStatus) throws

  /// Called on the caller's thread a few times a second between steps, and not at an epoch's end.
  mutating func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision

  /// Called when an epoch's steps and its validation are done; the history's last entry is its own.
  mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision

  /// Called when all callbacks have seen the epoch and what they decided is known: the moment for
  /// a checkpoint.
  mutating func epochIsSettled(_ status: TrainingStatus) throws

  /// Called when the loss has become infinite or no number.
  ///
  /// `.stop` makes it the end of the training; if no callback does so, `fit` throws the error.
  mutating func trainingDiverges(_ error: SoftmaxError) throws -> TrainingDecision

  /// Called once, after the last step, whatever ended the training but for an error.
  ///
  /// - Parameters:
  ///   - status: where the training stands.
  ///   - network: what `fit` is going to hand back; another one can take its place.
  mutating func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws
}

extension TrainingCallback {
  /// Nothing.
  public var state: CallbackState? {
    get { nil }
    set {}
  }
  /// Does nothing.
  public mutating func trainingBegins(_ status: TrainingStatus) throws {}
  /// Goes on.
  public mutating func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision { .proceed }
  /// Goes on.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision { .proceed }
  /// Does nothing.
  public mutating func epochIsSettled(_ status: TrainingStatus) throws {}
  /// Leaves it an error.
  public mutating func trainingDiverges(_ error: SoftmaxError) throws -> TrainingDecision {
    .proceed
  }
  /// Does nothing.
  public mutating func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws {}
}

/// What a callback wants to happen next.
public struct TrainingDecision: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case proceed
    case stop(reason: String)
    case pause(reason: String)
    case scaleLearningRate(Double)
  }

  let kind: Kind

  /// The training goes on.
  public static let proceed = TrainingDecision(kind: .proceed)

  /// The training ends, for good: going on from its checkpoint does not go on.
  public static func stop(_ reason: String) -> TrainingDecision {
    TrainingDecision(kind: .stop(reason: reason))
  }

  /// The training ends for now: going on from its checkpoint takes the steps that are left.
  public static func pause(_ reason: String) -> TrainingDecision {
    TrainingDecision(kind: .pause(reason: reason))
  }

  /// The training goes on with the learning rate times a factor.
  public static func scaleLearningRate(by factor: Double) -> TrainingDecision {
    TrainingDecision(kind: .scaleLearningRate(factor))
  }
}
