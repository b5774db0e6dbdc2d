// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Where a training stands, as a callback sees it.
///
/// It is to be looked at while the callback is called: afterwards the training goes on.
public struct TrainingStatus {
  /// The epochs so far.
  public let history: TrainingHistory
  /// Where training stands within its epoch, or at the end of its last one.
  public let progress: TrainingProgress
  /// Whether there are validation samples.
  public let hasValidation: Bool
  let process: any TrainingProcess
  private let callbacks: [any TrainingCallback]
  private let validation: TrainingSettings?
  /// Where in the training.
  public let position: Checkpoint.Position
  private let copy = Copy()

  // Several callbacks may want the network, and it is copied once.
  private final class Copy {
    var network: Sequential?
  }

  init(
    history: TrainingHistory, progress: TrainingProgress, hasValidation: Bool,
    process: any TrainingProcess,
    callbacks: [any TrainingCallback], validation: TrainingSettings?, position: Checkpoint.Position
  ) {
    self.history = history
    self.progress = progress
    self.hasValidation = hasValidation
    self.process = process
    self.callbacks = callbacks
    self.validation = validation
    self.position = position
  }

  /// The learning rate of the next step; of a solver the length of its last step.
  public var learningRate: Double { process.learningRate }

  /// The data that are trained on, as the network sees them, without those held back.
  public var dataset: LabeledDataset { process.objective.dataset }

  /// A copy of the network as trained so far, made when it is first asked for.
  ///
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  public var network: Sequential {
    get throws(SoftmaxError) {
      if let network = copy.network { return network }
      let network = try process.network
      copy.network = network
      return network
    }
  }

  /// All that it takes to go on from here.
  ///
  /// What other callbacks have learnt from the epoch is in it from
  /// ``TrainingCallback/epochIsSettled(_:)`` on.
  ///
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  public var checkpoint: Checkpoint {
    get throws(SoftmaxError) {
      try process.checkpoint(
        at: position, history: history,
        callbacks: callbacks.compactMap(\.state), validation: validation)
    }
  }
}
