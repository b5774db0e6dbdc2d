// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An optimizer at work on a network: its memory and its count of steps.
///
/// It takes gradients of one's own; ``Trainer`` is the same in one piece, and faster.
///
/// ```swift
/// var state = try OptimizerState(.adam(), for: network)
/// for batch in batches {
///   let step = try network.valueAndGradient(of: .crossEntropy, on: batch)
///   try state.update(&network, along: step.gradient)
/// }
/// ```
///
/// Its steps have the bits of ``Trainer/step(on:)-(ArraySlice<Int>)`` on the same batches with the same
/// settings. Penalties belong to the gradient: they are arguments of
/// ``Sequential/valueAndGradient(of:on:l1Penalty:l2Penalty:threads:)``.
public struct OptimizerState: Sendable {
  // What is remembered of a weight or a bias.
  private struct Tensor: Sendable {
    // The rule's numbers, one after the other.
    var memory: [Float]
    // The gradients of a step of several.
    var sum: [Float]
  }

  /// The optimizer.
  public let optimizer: Optimizer

  private let kernels = Kernels.active
  private let treatment: GradientTreatment
  private var clock: OptimizerClock
  // By the place of a layer with parameters.
  private var weights: [Int: Tensor] = [:]
  private var biases: [Int: Tensor] = [:]

  /// Begins anew, with nothing remembered.
  ///
  /// - Parameters:
  ///   - optimizer: the rule of the steps.
  ///   - network: what will be trained, or another of the same shapes.
  ///   - gradientsPerEpoch: the number of gradients of a pass over the data. A schedule in epochs
  ///     needs it; and where a step takes several gradients, the last of an epoch ends a step.
  /// - Throws: `invalidArgument` for settings that make no sense, or a schedule in epochs without
  ///   `gradientsPerEpoch`.
  public init(
    _ optimizer: Optimizer, for network: Sequential, gradientsPerEpoch: Int? = nil
  ) throws(SoftmaxError) {
    try optimizer.validate()
    guard gradientsPerEpoch != nil || !optimizer.schedule.usesEpochs else {
      throw SoftmaxError(
        .invalidArgument, "the learning rate's schedule counts epochs, whose length is not known",
        remedy: "give gradientsPerEpoch, or count the schedule in steps")
    }
    if let gradientsPerEpoch, gradientsPerEpoch < 1 {
      throw SoftmaxError(
        .invalidArgument, "an epoch has at least 1 gradient, got \(gradientsPerEpoch)")
    }
    self.optimizer = optimizer
    treatment = GradientTreatment(optimizer, l1Penalty: 0, l2Penalty: 0)
    clock = OptimizerClock(optimizer, batchesPerEpoch: gradientsPerEpoch)
    func tensor(_ count: Int) -> Tensor {
      var memory = [Float](repeating: 0, count: optimizer.memoryCount * count)
      for index in 0..<min(count, memory.count) { memory[index] = optimizer.initialMemory }
      return Tensor(
        memory: memory,
        sum: Array(repeating: 0, count: optimizer.accumulatedBatches > 1 ? count : 0))
    }
    for (index, layer) in network.layers.enumerated() {
      if let weight = layer.weight { weights[index] = tensor(weight.elements.count) }
      if let bias = layer.bias { biases[index] = tensor(bias.count) }
    }
  }

  /// The number of gradients so far; that of the steps, unless a step takes several.
  public var gradientCount: Int { clock.batchCount }

  /// What multiplies the learning rate beside its schedule, from the next step on; 1 at first.
  ///
  /// - Precondition: it is a number of at least 0.
  public var learningRateFactor: Double {
    get { clock.learningRateFactor }
    set {
      precondition(newValue >= 0, "a learning rate's factor is at least 0, got \(newValue)")
      clock.learningRateFactor = newValue
    }
  }

  /// The learning rate of the next step.
  public var learningRate: Double { clock.learningRate }

  /// Takes a step along a gradient; or keeps it, where a later one belongs to the same step.
  ///
  /// - Throws: `shapeMismatch` where the gradient or the network is of other shapes than the network
  ///   that the state was made for. Then nothing has changed.
  /// - Complexity: a pass over the parameters, on the caller's thread.
  public mutating func update(
    _ network: inout Sequential, along gradient: Gradient
  ) throws(SoftmaxError) {
    for layer in gradient.layers { try validate(layer, of: network) }
    let step = clock.next()
    var directions = gradient.layers
    for index in directions.indices {
      let layer = directions[index].layer
      prepare(&directions[index].weight.elements, &weights[layer], for: step)
      prepare(&directions[index].bias, &biases[layer], for: step)
    }
    guard let update = step.update else { return }
    if treatment.clipNorm != nil { clipNorm(of: &directions) }
    for direction in directions {
      let layer = direction.layer
      self.step(
        &network.layers[layer].weight, along: direction.weight, &weights[layer], by: update)
      self.step(&network.layers[layer].bias, along: direction.bias, &biases[layer], by: update)
    }
  }

  private func validate(
    _ gradient: Gradient.LayerGradient, of network: Sequential
  ) throws(SoftmaxError) {
    let index = gradient.layer
    let layer = network.layers.indices.contains(index) ? network.layers[index] : nil
    guard let weight = layer?.weight, let bias = layer?.bias,
      weights[index]?.memory.count == optimizer.memoryCount * weight.elements.count,
      weight.rowCount == gradient.weight.rowCount,
      weight.columnCount == gradient.weight.columnCount, bias.count == gradient.bias.count
    else {
      throw SoftmaxError(
        .shapeMismatch,
        "layer \(index): the gradient is of a weight of [\(gradient.weight.rowCount), "
          + "\(gradient.weight.columnCount)] and a bias of [\(gradient.bias.count)], the network is not",
        remedy: "take gradient and state of the network that is updated")
    }
  }

  // What the plain plan does with a gradient before its norm is known.
  private func prepare(
    _ gradient: inout [Float], _ tensor: inout Tensor?, for step: OptimizerStep
  ) {
    if treatment.isAccumulating, tensor != nil {
      if step.groupCount == 1 {
        tensor?.sum = gradient
      } else {
        gradient.withMatrixView { gradient in
          tensor?.sum.withMatrixView { kernels.add(gradient, to: $0) }
        }
      }
      guard step.update != nil, let sum = tensor?.sum else { return }
      gradient = sum
      if step.groupCount > 1 {
        gradient.withMatrixView { kernels.multiply($0, by: 1 / Float(step.groupCount)) }
      }
    }
    if let limit = treatment.clipValue { gradient.withMatrixView { kernels.clip($0, to: limit) } }
  }

  // Units ascending, weights before biases, as in the plain plan.
  private func clipNorm(of directions: inout [Gradient.LayerGradient]) {
    var sum = 0.0
    for direction in directions {
      for square in kernels.sumsOfSquares(direction.weight) { sum += square }
      for x in direction.bias { sum += Double(x) * Double(x) }
    }
    let factor = treatment.factor(sumOfSquares: sum)
    guard factor != 1 else { return }
    for index in directions.indices {
      directions[index].weight.elements.withMatrixView { kernels.multiply($0, by: factor) }
      directions[index].bias.withMatrixView { kernels.multiply($0, by: factor) }
    }
  }
}

extension OptimizerState {
  private func step(
    _ weight: inout Matrix?, along gradient: Matrix, _ tensor: inout Tensor?,
    by update: Kernels.Update
  ) {
    weight?.elements.withMatrixView {
      step($0, along: gradient.elements, &tensor, by: update, l2: treatment.l2OfWeights)
    }
  }

  private func step(
    _ bias: inout [Float]?, along gradient: [Float], _ tensor: inout Tensor?,
    by update: Kernels.Update
  ) {
    bias?.withMatrixView {
      step($0, along: gradient, &tensor, by: update, l2: treatment.l2OfBiases)
    }
  }

  private func step(
    _ parameters: MatrixView, along gradient: [Float], _ tensor: inout Tensor?,
    by update: Kernels.Update, l2: Float
  ) {
    var gradient = gradient
    gradient.withMatrixView { gradient in
      func step(_ memory: MatrixView?) {
        let rows = memory?.rowCount ?? 0
        kernels.update(
          parameters, along: gradient, by: update, l2: l2,
          first: rows > 0 ? memory?.rows(0..<1) : nil,
          second: rows > 1 ? memory?.rows(1..<2) : nil,
          third: rows > 2 ? memory?.rows(2..<3) : nil)
      }
      if optimizer.memoryCount == 0 {
        step(nil)
      } else {
        tensor?.memory.withMatrixView(rowCount: optimizer.memoryCount) { step($0) }
      }
    }
  }
}
