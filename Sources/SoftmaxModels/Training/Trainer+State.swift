// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Trainer {
  /// The state on which the next step of a trainer or a solver depends.
  ///
  /// After a state is restored, the next steps give the same bits. A state holds a copy of the network
  /// and of the optimizer state.
  public struct State: Hashable, Sendable {
    /// The network as trained so far.
    public let network: Sequential
    /// The values that the optimizer keeps for each trained parameter, such as Adam's two moments.
    ///
    /// Each element holds one of these values for all trained tensors, by layer. For a solver each
    /// element is one of the vectors that it keeps.
    package let optimizerState: [[LayerTensors]]
    /// The number of completed batches, or of iterations of a solver.
    ///
    /// It determines the optimizer's clock.
    package let stepCount: Int
    /// The factor of the learning rate in addition to the schedule; for a solver the length of its last
    /// step.
    package let learningRateFactor: Double
    /// The weight of the batches accumulated for the next update; nil if there are none, or if each has
    /// the weight of the next batch.
    package let accumulatedWeight: AccumulatedWeight?
    /// The single values that a solver keeps, by name.
    package let solverValues: [String: Double]

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
    guard state.solverValues.isEmpty else {
      throw SoftmaxError(
        .invalidArgument, "the state is one of a solver, not of an optimizer",
        remedy: "restore a state of a trainer with the same optimizer")
    }
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
