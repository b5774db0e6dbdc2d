// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Trainer {
  /// All that the next step of a trainer, or of a solver, depends on: who restores it takes the same
  /// steps, bit for bit.
  public struct State: Hashable, Sendable {
    /// The network as trained so far.
    public let network: Sequential
    /// The optimizer's state: for each value that it keeps of a parameter, such as Adam's two moments,
    /// those of each layer's trained tensors; of a solver the vectors that it keeps.
    public let optimizerState: [[LayerTensors]]
    /// The number of batches done, from which the optimizer's clock follows, or of iterations.
    public let stepCount: Int
    /// What the learning rate is multiplied with; of a solver the length of its last step.
    public let learningRateFactor: Double
    /// The weight of the batches accumulated for the next update; nil if there are none, or if each has
    /// the weight of the next batch.
    package let accumulatedWeight: AccumulatedWeight?
    /// Numbers that a solver keeps, by name.
    package let solverValues: [String: Double]

    /// Creates a state between two updates, or with accumulated batches of equal weight.
    public init(
      network: Sequential, optimizerState: [[LayerTensors]], stepCount: Int,
      learningRateFactor: Double
    ) {
      self.init(
        network: network, optimizerState: optimizerState, stepCount: stepCount,
        learningRateFactor: learningRateFactor, accumulatedWeight: nil, solverValues: [:])
    }

    /// Creates a state.
    package init(
      network: Sequential, optimizerState: [[LayerTensors]], stepCount: Int,
      learningRateFactor: Double, accumulatedWeight: AccumulatedWeight? = nil,
      solverValues: [String: Double] = [:]
    ) {
      self.network = network
      self.optimizerState = optimizerState
      self.stepCount = stepCount
      self.learningRateFactor = learningRateFactor
      self.accumulatedWeight = accumulatedWeight
      self.solverValues = solverValues
    }
  }

  /// A copy of the current state; later steps do not change it.
  ///
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  public var state: State {
    get throws(SoftmaxError) {
      State(
        network: try network, optimizerState: objective.plan.storedOptimizerState(),
        stepCount: stepCount,
        learningRateFactor: learningRateFactor, accumulatedWeight: accumulatedWeight)
    }
  }

  /// Restores an earlier or later state.
  ///
  /// ```swift
  /// let before = try trainer.state
  /// try trainer.step(on: batch)
  /// try trainer.restore(before)
  /// ```
  ///
  /// - Throws: `shapeMismatch` or `invalidArgument` for the state of another network or optimizer; the
  ///   trainer is not changed in this case.
  public func restore(_ state: State) throws(SoftmaxError) {
    try validate(state)
    try validate(state.optimizerState)
    objective.plan.load(state.network, optimizerState: state.optimizerState)
    setClock(stepCount: state.stepCount, accumulatedWeight: state.accumulatedWeight)
    learningRateFactor = state.learningRateFactor
  }

  // Throws unless an optimizer state has the tensors that this optimizer keeps.
  private func validate(_ others: [[LayerTensors]]) throws(SoftmaxError) {
    let own = objective.plan.storedOptimizerState()
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
  /// Throws if the number of batches, the factor or the accumulated weight is invalid; they may come
  /// from a file.
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
  /// Returns a description of the first difference in input shape, layers or seed; nil if there is none.
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
