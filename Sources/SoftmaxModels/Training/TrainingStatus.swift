// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The status of a training, as a callback sees it.
///
/// A status refers to the running training. Use it only during the call of the callback: afterwards the
/// training continues and changes the values that the status computes.
public struct TrainingStatus {
  /// The epochs so far.
  public let history: TrainingHistory
  /// The progress within the current epoch, or at the end of the last one.
  public let progress: TrainingProgress
  /// Whether there are validation samples.
  public let hasValidation: Bool
  let process: any TrainingProcess
  private let callbacks: [any TrainingCallback]
  private let validation: SettingsTree?
  /// The position in the training.
  public let position: Checkpoint.Position
  private let copy = Copy()

  // Holds the network, so it is copied at most once even if several callbacks request it.
  private final class Copy {
    var network: Sequential?
  }

  init(
    history: TrainingHistory, progress: TrainingProgress, hasValidation: Bool,
    process: any TrainingProcess,
    callbacks: [any TrainingCallback], validation: SettingsTree?, position: Checkpoint.Position
  ) {
    self.history = history
    self.progress = progress
    self.hasValidation = hasValidation
    self.process = process
    self.callbacks = callbacks
    self.validation = validation
    self.position = position
  }

  /// The learning rate of the next step; for a solver the length of its last step.
  public var learningRate: Double { process.learningRate }

  /// The training data as the network receives them, without the validation samples.
  public var dataset: LabeledDataset { process.objective.dataset }

  /// A copy of the network as trained so far, created at the first access.
  ///
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  public var network: Sequential {
    get throws(SoftmaxError) {
      if let network = copy.network { return network }
      let network = try process.network
      copy.network = network
      return network
    }
  }

  /// The state from which the training can resume at this position.
  ///
  /// It includes the states of the other callbacks. In ``TrainingCallback/epochIsSettled(_:)`` and later
  /// these are the states after the epoch.
  ///
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  /// - Complexity: copies all parameters and the optimizer state.
  public var checkpoint: Checkpoint {
    get throws(SoftmaxError) {
      try process.checkpoint(
        at: position, history: history,
        callbacks: callbacks.compactMap(\.state), validation: validation)
    }
  }
}
