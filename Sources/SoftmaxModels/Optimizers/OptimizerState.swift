// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An optimizer at work on a network: its state and its count of steps.
///
/// It takes gradients of one's own; ``Trainer`` is the same in one piece, and faster.
///
/// ```swift
/// var state = try OptimizerState(.adam(), for: network)
/// for batch in batches {
///   let step = try network.valueAndGradient(
///     of: .crossEntropy, on: batch, step: state.gradientCount)
///   try state.update(&network, along: step.gradient)
/// }
/// ```
///
/// Its steps have the bits of ``Trainer/step(on:)-(ArraySlice<Int>)`` on the same batches with the same
/// settings, where each gradient is taken with the number of those before it, ``gradientCount``, which
/// dropout draws from. Penalties belong to the gradient: they are arguments of
/// ``Sequential/valueAndGradient(of:on:l1Penalty:l2Penalty:step:threads:)``.
public struct OptimizerState: Sendable {
  // What is remembered of a layer's tensor.
  private struct TensorState: Sendable {
    // The number of the tensor's values.
    let count: Int
    // What the rule keeps of each, one after the other.
    var values: [Float]
    // The gradients of a step of several.
    var sum: [Float]
  }

  /// The optimizer.
  public let optimizer: Optimizer

  private let kernels = Kernels.best
  private let treatment: GradientTreatment
  private var clock: OptimizerClock
  // By layer, then by the tensor's name.
  private var states: [[String: TensorState]]

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
    func state(_ count: Int) -> TensorState {
      var values = [Float](repeating: 0, count: optimizer.stateCount * count)
      for index in 0..<min(count, values.count) { values[index] = optimizer.rule.initialState }
      return TensorState(
        count: count, values: values,
        sum: Array(repeating: 0, count: optimizer.accumulatedBatches > 1 ? count : 0))
    }
    states = network.layers.map { layer in
      let trained = layer.tensors.filter { $0.isTrained && !$0.values.isEmpty }
      return Dictionary(
        trained.map { ($0.name, state($0.values.count)) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The number of gradients so far; that of the steps, unless a step takes several.
  public var gradientCount: Int { clock.batchCount }

  /// What multiplies the learning rate beside its schedule, from the next step on; 1 at first.
  ///
  /// - Precondition: it is finite and greater than 0.
  public var learningRateFactor: Double {
    get { clock.learningRateFactor }
    set {
      precondition(
        newValue > 0 && newValue.isFinite,
        "a learning rate's factor is finite and greater than 0, got \(newValue)")
      clock.learningRateFactor = newValue
    }
  }

  /// The learning rate of the next step.
  public var learningRate: Double { clock.learningRate }

  /// Takes a step along a gradient; or keeps it, where a later one belongs to the same step.
  ///
  /// The running means and variances of batch normalizations become those of the gradient either way.
  ///
  /// - Throws: `shapeMismatch` where the gradient or the network is of other shapes than the network
  ///   that the state was made for. Then nothing has changed.
  /// - Complexity: a pass over the parameters, on the caller's thread.
  public mutating func update(
    _ network: inout Sequential, along gradient: Gradient
  ) throws(SoftmaxError) {
    for layer in gradient.layers {
      for tensor in layer.tensors { try validate(tensor, ofLayer: layer.layer, of: network) }
    }
    for layer in gradient.running {
      for tensor in layer.tensors {
        try validate(running: tensor, ofLayer: layer.layer, of: network)
      }
    }
    for layer in gradient.running {
      for tensor in layer.tensors {
        guard let place = network.layers[layer.layer].place(of: tensor.name, isTrained: false)
        else { continue }
        network.layers[layer.layer].tensors[place].values = tensor.values
      }
    }
    let step = clock.next(weight: gradient.weight)
    var directions = gradient.layers
    for index in directions.indices {
      for place in directions[index].tensors.indices {
        prepare(
          &directions[index].tensors[place].values,
          &states[directions[index].layer][directions[index].tensors[place].name], for: step)
      }
    }
    guard let update = step.update else { return }
    if treatment.clipNorm != nil { clipNorm(of: &directions, in: network) }
    for direction in directions {
      let layer = direction.layer
      for tensor in direction.tensors {
        guard let place = network.layers[layer].place(of: tensor.name) else { continue }
        let isWeight = network.layers[layer].isPenalized(tensor)
        self.step(
          &network.layers[layer].tensors[place].values, along: tensor.values,
          &states[layer][tensor.name], by: update,
          l2: isWeight ? treatment.l2OfWeights : treatment.l2OfBiases)
      }
    }
  }

  private func validate(
    _ gradient: LayerTensor, ofLayer index: Int, of network: Sequential
  ) throws(SoftmaxError) {
    let count =
      states.indices.contains(index) ? states[index][gradient.name]?.count : nil
    guard let count, network.layers.indices.contains(index),
      let place = network.layers[index].place(of: gradient.name),
      network.layers[index].tensors[place].shape == gradient.shape,
      count == gradient.values.count
    else {
      throw mismatch(of: gradient, layer: index)
    }
  }

  private func validate(
    running tensor: LayerTensor, ofLayer index: Int, of network: Sequential
  ) throws(SoftmaxError) {
    guard network.layers.indices.contains(index),
      let place = network.layers[index].place(of: tensor.name, isTrained: false),
      network.layers[index].tensors[place].shape == tensor.shape
    else { throw mismatch(of: tensor, layer: index) }
  }

  private func mismatch(of tensor: LayerTensor, layer index: Int) -> SoftmaxError {
    SoftmaxError(
      .shapeMismatch,
      "layer \(index) has no \(tensor.name) of \(tensor.shape), as the gradient has",
      remedy: "take gradient and state of the network that is updated")
  }

  // What the plain plan does with a gradient before its norm is known.
  private func prepare(
    _ gradient: inout [Float], _ state: inout TensorState?, for step: OptimizerStep
  ) {
    if treatment.isAccumulating {
      gradient.withMatrixView { gradient in
        state?.sum.withMatrixView {
          treatment.accumulate(gradient, into: $0, for: step, with: kernels)
        }
      }
      guard step.update != nil, let sum = state?.sum else { return }
      gradient = sum
    }
    if let limit = treatment.clipValue { gradient.withMatrixView { kernels.clip($0, to: limit) } }
  }

  // A weight's units ascending, or the numbers, as in the plain plan.
  private func clipNorm(of directions: inout [LayerTensors], in network: Sequential) {
    var sum = 0.0
    for direction in directions {
      for tensor in direction.tensors {
        if network.layers[direction.layer].isPenalized(tensor) {
          for square in kernels.sumsOfSquares(tensor.matrix) { sum += square }
        } else {
          for x in tensor.values { sum += Double(x) * Double(x) }
        }
      }
    }
    let factor = treatment.factor(sumOfSquares: sum)
    guard factor != 1 else { return }
    for index in directions.indices {
      for place in directions[index].tensors.indices {
        directions[index].tensors[place].values.withMatrixView {
          kernels.multiply($0, by: factor)
        }
      }
    }
  }

  private func step(
    _ values: inout [Float], along gradient: [Float], _ state: inout TensorState?,
    by update: Kernels.Update, l2: Float
  ) {
    var gradient = gradient
    let count = optimizer.stateCount
    values.withMatrixView { values in
      gradient.withMatrixView { gradient in
        func step(_ state: MatrixView?) {
          func row(_ place: Int) -> MatrixView? {
            place < count ? state?.rows(place..<place + 1) : nil
          }
          kernels.update(
            values, along: gradient, by: update, l2: l2, first: row(0), second: row(1),
            third: row(2))
        }
        if count == 0 {
          step(nil)
        } else {
          state?.values.withMatrixView(rowCount: count) { step($0) }
        }
      }
    }
  }
}

extension Sequential.LayerState {
  /// The place of a trained tensor, or of one that is not.
  fileprivate func place(of name: String, isTrained: Bool = true) -> Int? {
    tensors.firstIndex { $0.name == name && $0.isTrained == isTrained }
  }

  /// Whether penalties are meant for a tensor of the layer.
  func isPenalized(_ tensor: LayerTensor) -> Bool {
    tensor.name == configuration.kind.penalizedTensor
  }
}
