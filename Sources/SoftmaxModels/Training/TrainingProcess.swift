// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A trainer or a running solver, as the training loop and checkpoints use it.
///
/// An iteration of a solver counts as an epoch of one step.
protocol TrainingProcess: AnyObject {
  /// The objective to minimize, with the network as it was before the training.
  var objective: Objective { get }
  /// The preprocessing that was applied to the features.
  var pipeline: Pipeline { get }
  /// Whether an epoch is a pass over the data or an iteration of a solver.
  var unit: TrainingHistory.Unit { get }
  /// The number of steps per epoch.
  var stepsOfEpoch: Int { get }
  /// The reason why no further step is useful; nil if there is none.
  var endReason: String? { get }

  /// The network as trained so far, even if its parameters are infinite or NaN.
  var networkAsItIs: Sequential { get }
  /// The network as trained so far.
  ///
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  var network: Sequential { get throws(SoftmaxError) }
  /// The state on which the next step depends.
  ///
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  var state: Trainer.State { get throws(SoftmaxError) }
  /// The learning rate of the next step; for a solver the length of its last step.
  var learningRate: Double { get }
  /// The learning rate of the last step; for a solver the length of this step.
  var lastLearningRate: Double { get }

  /// Prepares the steps of an epoch; also called for an epoch that resumes in the middle.
  func begin(epoch: Int) throws(SoftmaxError)
  /// Runs some steps of an epoch and adds their losses and predictions to `totals`.
  func run(_ steps: Range<Int>, addingTo totals: inout LossTotals) throws(SoftmaxError)
  /// Restores an earlier or later state; if it throws, the process is not changed.
  func restore(_ state: Trainer.State) throws(SoftmaxError)
  /// Multiplies the learning rate of the next steps.
  func scaleLearningRate(by factor: Double) throws(SoftmaxError)
  /// Returns the settings on which the steps depend.
  ///
  /// - Parameter validation: the identity of the validation samples; nil if there are none.
  func settings(validation: SettingsTree?) -> SettingsTree
}

extension TrainingProcess {
  /// The network as it was before the training.
  var initial: Sequential { objective.network }

  /// The function that turns the network's outputs into probabilities.
  ///
  /// It is the one at the end of the network if there is one, otherwise that of the loss, otherwise the
  /// network's default.
  var outputFunction: OutputFunction {
    initial.writtenOutputFunction ?? objective.loss.outputFunction ?? initial.outputFunction
  }

  /// Returns a checkpoint of the current state.
  func checkpoint(
    at position: Checkpoint.Position, history: TrainingHistory, callbacks: [CallbackState],
    validation: SettingsTree?
  ) throws(SoftmaxError) -> Checkpoint {
    Checkpoint(
      state: try state, position: position, history: history, callbacks: callbacks,
      settings: settings(validation: validation), classNames: objective.dataset.classNames,
      pipeline: pipeline, outputFunction: outputFunction)
  }

  /// Throws unless a checkpoint has the pipeline and the settings of this training, and a position that is
  /// possible in it.
  func validate(
    _ checkpoint: Checkpoint, validation: SettingsTree?
  ) throws(SoftmaxError) {
    try validateForm(of: checkpoint.state.network)
    try pipeline.validate(isThatOf: checkpoint.pipeline)
    try checkpoint.validate(settings: settings(validation: validation))
    try checkpoint.validate()
    let position = checkpoint.position
    let predictions = position.totals.predictionCount
    guard position.step < max(1, stepsOfEpoch), checkpoint.history.unit == unit,
      predictions <= position.step * objective.batchSize * initial.outputCount
    else {
      throw SoftmaxError(
        .invalidData,
        "the checkpoint's position makes no sense: \(predictions) predictions in \(position.step) of "
          + "\(stepsOfEpoch) steps of an \(checkpoint.history.unit.rawValue)")
    }
  }

  /// Throws `shapeMismatch` unless a network has the layers and the seed of the network that is trained.
  func validateForm(of network: Sequential) throws(SoftmaxError) {
    guard let difference = network.difference(fromFormOf: initial) else { return }
    throw SoftmaxError(
      .shapeMismatch, "the network to go on with is another than the one here: it \(difference)",
      remedy: "go on with the network that the state or checkpoint is of, or begin anew")
  }

  /// Throws unless a state's network has the same layers, seed and frozen layers as the network that is
  /// trained.
  func validate(_ state: Trainer.State) throws(SoftmaxError) {
    try validateForm(of: state.network)
    for (layer, own) in zip(state.network.layers, initial.layers)
    where layer.isFrozen != own.isFrozen {
      let (known, wanted) = layer.isFrozen ? ("frozen", "is not") : ("not frozen", "is")
      throw SoftmaxError(
        .invalidArgument, "the state has the layer \(layer.name) \(known), which \(wanted) here",
        remedy: "freeze the layers that were frozen, and no others")
    }
    try state.validateClock()
  }
}
