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
  // The validation samples with their logits at the end of the last epoch.
  private let judged: (samples: LabeledDataset, logits: Matrix)?
  /// The position in the training.
  public let position: Checkpoint.Position
  private let copy = Copy()

  // Holds what is computed at most once even if several callbacks request it.
  private final class Copy {
    var network: Sequential?
    var evaluation: Evaluation?
  }

  init(
    history: TrainingHistory, progress: TrainingProgress, hasValidation: Bool,
    process: any TrainingProcess,
    callbacks: [any TrainingCallback], validation: SettingsTree?, position: Checkpoint.Position,
    judged: (samples: LabeledDataset, logits: Matrix)?
  ) {
    self.history = history
    self.progress = progress
    self.hasValidation = hasValidation
    self.process = process
    self.callbacks = callbacks
    self.validation = validation
    self.position = position
    self.judged = judged
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

  /// The evaluation of the network on the validation samples at the end of the last epoch; nil if there are none, or no
  /// epoch has ended since the training began or resumed.
  ///
  /// - Throws: `invalidArgument` unless each sample has one class and a weight is greater than 0.
  func validationEvaluation() throws(SoftmaxError) -> Evaluation? {
    if let evaluation = copy.evaluation { return evaluation }
    guard let judged else { return nil }
    guard case .labels(let labels) = judged.samples.targets else {
      throw SoftmaxError(
        .invalidArgument,
        "the validation samples have no single class each, so they have no metrics",
        remedy: "watch .validationLoss")
    }
    let evaluation = try Evaluation(
      checkedLabels: labels, logits: judged.logits,
      outputFunction: process.networkAsItIs.outputFunction,
      classNames: judged.samples.classNames, sampleWeights: judged.samples.sampleWeights)
    copy.evaluation = evaluation
    return evaluation
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
