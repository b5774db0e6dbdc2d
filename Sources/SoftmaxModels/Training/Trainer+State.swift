// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Trainer {
  /// All that a trainer's next step depends on: who restores it takes the same steps, bit for bit.
  public struct State: Hashable, Sendable {
    /// A number for each of those that a layer trains.
    public struct LayerValues: Hashable, Sendable {
      /// The layer's place in the network.
      public let layer: Int
      /// Under the names and in the shapes of the layer's trained tensors.
      public let tensors: [LayerTensor]

      /// Creates the values of a layer.
      public init(layer: Int, tensors: [LayerTensor]) {
        self.layer = layer
        self.tensors = tensors
      }
    }

    /// The network as trained so far.
    public let network: Sequential
    /// The optimizer's memory: for each number that it keeps of a parameter, such as Adam's two
    /// moments, the values of each layer.
    public let memory: [[LayerValues]]
    /// The number of steps done, from which the optimizer's clock follows.
    public let stepCount: Int
    /// What the learning rate is multiplied with.
    public let learningRateFactor: Double
    /// The weight of the batches whose gradients wait for their step; nil where none does, or where
    /// each weighs as much as the next batch.
    package let accumulatedWeight: AccumulatedWeight?

    /// Creates a state between two steps of the optimizer, or one whose batches weigh the same.
    public init(
      network: Sequential, memory: [[LayerValues]], stepCount: Int, learningRateFactor: Double
    ) {
      self.init(
        network: network, memory: memory, stepCount: stepCount,
        learningRateFactor: learningRateFactor, accumulatedWeight: nil)
    }

    /// Creates a state.
    package init(
      network: Sequential, memory: [[LayerValues]], stepCount: Int, learningRateFactor: Double,
      accumulatedWeight: AccumulatedWeight?
    ) {
      self.network = network
      self.memory = memory
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
        network: try network, memory: plan.storedMemory(), stepCount: stepCount,
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
    guard state.stepCount >= 0, state.learningRateFactor > 0, state.learningRateFactor.isFinite
    else {
      throw SoftmaxError(
        .invalidArgument,
        "a state needs steps of at least 0 and a factor of the learning rate greater than 0, got "
          + "\(state.stepCount) and \(state.learningRateFactor)")
    }
    guard state.accumulatedWeight?.isValid ?? true else {
      throw SoftmaxError(
        .invalidArgument, "the batches that wait for their step in the state have no valid weight")
    }
    try validate(state.memory)
    plan.load(state.network, memory: state.memory)
    setClock(stepCount: state.stepCount, accumulatedWeight: state.accumulatedWeight)
    learningRateFactor = state.learningRateFactor
  }

  // Throws unless the numbers are those that the optimizer here remembers.
  private func validate(_ memory: [[State.LayerValues]]) throws(SoftmaxError) {
    let own = plan.storedMemory()
    guard memory.count == own.count else {
      throw SoftmaxError(
        .invalidArgument,
        "the optimizer remembers \(own.count) numbers of each parameter, the state has "
          + "\(memory.count)", remedy: "restore a state of the same optimizer")
    }
    func form(_ layers: [State.LayerValues]) -> [[String]] {
      layers.map { ["\($0.layer)"] + $0.tensors.map { "\($0.name) \($0.shape)" } }
    }
    guard memory.map(form) == own.map(form) else {
      throw SoftmaxError(
        .shapeMismatch, "the state's memory of the optimizer is that of another network")
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
