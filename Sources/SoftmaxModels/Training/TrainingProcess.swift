// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What a training's loop goes through and a checkpoint holds: a trainer, or a solver at work.
///
/// An iteration of a solver counts as an epoch of one step.
protocol TrainingProcess: AnyObject {
  /// What is made small, with the network that training began with.
  var objective: Objective { get }
  /// What was done to the features.
  var pipeline: Pipeline { get }
  /// What its epochs are.
  var unit: TrainingHistory.Unit { get }
  /// The number of steps of an epoch.
  var stepsOfEpoch: Int { get }
  /// Why there is nothing left to do; nil where there is.
  var endReason: String? { get }

  /// The network, whatever its parameters have become.
  var networkAsItIs: Sequential { get }
  /// The network as trained so far.
  ///
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  var network: Sequential { get throws(SoftmaxError) }
  /// All that the next step depends on.
  ///
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  var state: Trainer.State { get throws(SoftmaxError) }
  /// The learning rate of the next step and that of the last one; of a solver the length of its last step.
  var learningRate: Double { get }
  var lastLearningRate: Double { get }

  /// Prepares an epoch, which may have begun.
  func begin(epoch: Int) throws(SoftmaxError)
  /// Does some steps of an epoch and adds what they gave.
  func run(_ steps: Range<Int>, addingTo totals: inout LossTotals) throws(SoftmaxError)
  /// Goes back, or on, to a state, or throws and stays as it was.
  func restore(_ state: Trainer.State) throws(SoftmaxError)
  /// Multiplies the learning rate of the next steps.
  func scaleLearningRate(by factor: Double) throws(SoftmaxError)
  /// What must be the same for the steps to be the same.
  ///
  /// - Parameter validation: which samples are held back.
  func settings(validation: TrainingSettings?) -> TrainingSettings
}

extension TrainingProcess {
  /// The network that training began with.
  var initial: Sequential { objective.network }

  /// How the outputs of the network become probabilities: as it ends, or as its loss takes them.
  var outputFunction: OutputFunction {
    initial.writtenOutputFunction ?? objective.loss.outputFunction ?? initial.outputFunction
  }

  /// All that it takes to go on from here.
  func checkpoint(
    at position: Checkpoint.Position, history: TrainingHistory, callbacks: [CallbackState],
    validation: TrainingSettings?
  ) throws(SoftmaxError) -> Checkpoint {
    Checkpoint(
      state: try state, position: position, history: history, callbacks: callbacks,
      settings: settings(validation: validation), classNames: objective.dataset.classNames,
      pipeline: pipeline, outputFunction: outputFunction)
  }

  /// Goes on from a checkpoint.
  func restore(
    _ checkpoint: Checkpoint, validation: TrainingSettings?
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
    try restore(checkpoint.state)
  }

  /// Throws unless a network has the layers and the seed of the one that is trained.
  func validateForm(of network: Sequential) throws(SoftmaxError) {
    guard let difference = network.difference(fromFormOf: initial) else { return }
    throw SoftmaxError(
      .shapeMismatch, "the network to go on with is another than the one here: it \(difference)",
      remedy: "go on with the network that the state or checkpoint is of, or begin anew")
  }

  /// Throws unless a state's network has the layers and the seed of the one here, with the same ones frozen.
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
