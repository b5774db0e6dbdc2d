// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Trainer {
  /// All that a trainer's next step depends on: who restores it takes the same steps, bit for bit.
  public struct State: Hashable, Sendable {
    /// The network as trained so far.
    public let network: Sequential
    /// The optimizer's state: for each value that it keeps of a parameter, such as Adam's two moments,
    /// those of each layer's trained tensors.
    public let optimizerState: [[LayerTensors]]
    /// The number of batches done, from which the optimizer's clock follows.
    public let stepCount: Int
    /// What the learning rate is multiplied with.
    public let learningRateFactor: Double
    /// The weight of the batches whose gradients wait for their step; nil where none does, or where
    /// each weighs as much as the next batch.
    package let accumulatedWeight: AccumulatedWeight?

    /// Creates a state between two steps of the optimizer, or one whose batches weigh the same.
    public init(
      network: Sequential, optimizerState: [[LayerTensors]], stepCount: Int,
      learningRateFactor: Double
    ) {
      self.init(
        network: network, optimizerState: optimizerState, stepCount: stepCount,
        learningRateFactor: learningRateFactor, accumulatedWeight: nil)
    }

    /// Creates a state.
    package init(
      network: Sequential, optimizerState: [[LayerTensors]], stepCount: Int,
      learningRateFactor: Double, accumulatedWeight: AccumulatedWeight?
    ) {
      self.network = network
      self.optimizerState = optimizerState
      self.stepCount = stepCount
      self.learningRateFactor = learningRateFactor
      self.accumulatedWeight = accumulatedWeight
    }
  }

  /// The trainer's state: a copy, which later steps leave alone.
  ///
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  public var state: State {
    get throws(SoftmaxError) {
      State(
        network: try network, optimizerState: plan.storedOptimizerState(), stepCount: stepCount,
        learningRateFactor: learningRateFactor, accumulatedWeight: accumulatedWeight)
    }
  }

  /// Goes back, or on, to a state.
  ///
  /// ```swift
  /// let before = try trainer.state
  /// try trainer.step(on: batch)
  /// try trainer.restore(before)
  /// ```
  ///
  /// - Throws: `shapeMismatch` or `invalidArgument` for the state of another network or optimizer;
  ///   then the trainer is as it was.
  public func restore(_ state: State) throws(SoftmaxError) {
    try validateForm(of: state.network)
    for (layer, own) in zip(state.network.layers, initial.layers)
    where layer.isFrozen != own.isFrozen {
      let (known, wanted) = layer.isFrozen ? ("frozen", "is not") : ("not frozen", "is")
      throw SoftmaxError(
        .invalidArgument, "the state has the layer \(layer.name) \(known), which \(wanted) here",
        remedy: "freeze the layers that were frozen, and no others")
    }
    try state.validateClock()
    try validate(state.optimizerState)
    plan.load(state.network, optimizerState: state.optimizerState)
    setClock(stepCount: state.stepCount, accumulatedWeight: state.accumulatedWeight)
    learningRateFactor = state.learningRateFactor
  }

  // Throws unless the values are those that the optimizer here keeps.
  private func validate(_ others: [[LayerTensors]]) throws(SoftmaxError) {
    let own = plan.storedOptimizerState()
    guard others.count == own.count else {
      throw SoftmaxError(
        .invalidArgument,
        "the optimizer keeps \(own.count) values of each parameter, the state has "
          + "\(others.count)", remedy: "restore a state of the same optimizer")
    }
    func form(_ layers: [LayerTensors]) -> [[String]] {
      layers.map { ["\($0.layer)"] + $0.tensors.map { "\($0.name) \($0.shape)" } }
    }
    guard others.map(form) == own.map(form) else {
      throw SoftmaxError(
        .shapeMismatch, "the optimizer's values in the state are those of another network")
    }
  }
}

extension Trainer.State {
  /// Throws for a number of batches or a factor that no training has; both may come from a file.
  package func validateClock() throws(SoftmaxError) {
    guard 0...OptimizerClock.greatestBatchCount ~= stepCount, learningRateFactor > 0,
      learningRateFactor.isFinite
    else {
      throw SoftmaxError(
        .invalidArgument,
        "a state needs 0 to 2^53 steps and a factor of the learning rate greater than 0, got "
          + "\(stepCount) and \(learningRateFactor)")
    }
    guard accumulatedWeight?.isValid ?? true else {
      throw SoftmaxError(
        .invalidArgument, "the batches that wait for their step in the state have no valid weight")
    }
  }
}

extension Sequential {
  /// What is another in a network that is none of the same form; nil where nothing is.
  func difference(fromFormOf other: Sequential) -> String? {
    if inputShape != other.inputShape {
      return "takes samples of \(inputShape), not of \(other.inputShape)"
    }
    if layers.count != other.layers.count {
      return "has \(layers.count) layers, not \(other.layers.count)"
    }
    for (index, (layer, wanted)) in zip(layers, other.layers).enumerated() {
      guard layer.configuration != wanted.configuration else { continue }
      return "has another layer \(index): \(layer.configuration), not \(wanted.configuration)"
    }
    return seed == other.seed ? nil : "has the seed \(seed), not \(other.seed)"
  }
}
