// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An optimizer at work on a network: what it keeps of each parameter, and its count of steps.
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
/// Faster is a loop over an ``Objective``, which is laid out once and has flat parameters. Either way the
/// steps have the bits of ``Trainer/step(on:)-(ArraySlice<Int>)`` on the same batches with the same
/// settings, where each gradient is taken with the number of those before it, ``gradientCount``, which
/// dropout draws from. Penalties belong to the gradient.
public struct OptimizerState: Sendable {
  /// The optimizer.
  public let optimizer: Optimizer

  private let kernels = Kernels.best
  private let treatment: GradientTreatment
  private let layout: ParameterLayout
  private var clock: OptimizerClock
  // The rule's values of all parameters, one after the other, then the sum of a step's gradients.
  private var values: [Float]
  // The gradient on its way to a step.
  private var direction: [Float]

  /// Begins anew.
  ///
  /// - Parameters:
  ///   - optimizer: the rule of the steps.
  ///   - network: what will be trained, or another of the same form with the same layers frozen.
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
    layout = ParameterLayout(network)
    let count = layout.count
    values = Array(
      repeating: 0, count: (optimizer.stateCount + (treatment.isAccumulating ? 1 : 0)) * count)
    if optimizer.stateCount > 0 {
      for index in 0..<count { values[index] = optimizer.rule.initialState }
    }
    direction = Array(repeating: 0, count: count)
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

  /// Takes a step along the gradient of an ``Objective``; or keeps it, where a later one belongs to the
  /// same step.
  ///
  /// - Parameters:
  ///   - parameters: the objective's flat parameters.
  ///   - gradient: the gradient at these.
  ///   - weight: the sum of the weights of the samples that it is the mean over, which counts where a
  ///     step takes several gradients.
  /// - Throws: `shapeMismatch` where there are not as many of both as the network has parameters. Then
  ///   nothing has changed.
  /// - Complexity: a pass over the parameters, on the caller's thread; nothing is allocated, but for a limit of
  ///   the gradient's norm.
  public mutating func update(
    _ parameters: inout [Float], along gradient: [Float], weight: Double = 1
  ) throws(SoftmaxError) {
    guard parameters.count == layout.count, gradient.count == layout.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network has \(layout.count) parameters, got \(parameters.count) and a gradient of "
          + "\(gradient.count)", remedy: "take parameters and gradient of the same objective")
    }
    direction.withMutableFlatView { direction in
      gradient.withFlatView { gradient in
        if let gradient { direction?.assign(gradient) }
      }
    }
    step(&parameters, in: layout.segments, weight: weight)
  }

  /// Takes a step along a gradient; or keeps it, where a later one belongs to the same step.
  ///
  /// The running means and variances of batch normalizations become those of the gradient either way.
  ///
  /// - Throws: `shapeMismatch` where the gradient or the network is of other shapes than the network
  ///   that the state was made for. Then nothing has changed.
  /// - Complexity: some passes over the parameters, on the caller's thread.
  public mutating func update(
    _ network: inout Sequential, along gradient: Gradient
  ) throws(SoftmaxError) {
    var segments: [ParameterLayout.Segment] = []
    for layer in gradient.layers {
      for tensor in layer.tensors {
        segments.append(try segment(of: tensor, ofLayer: layer.layer, in: network))
      }
    }
    for layer in gradient.running {
      for tensor in layer.tensors {
        _ = try runningPlace(of: tensor, ofLayer: layer.layer, in: network)
      }
    }
    for layer in gradient.running {
      for tensor in layer.tensors {
        let place = try runningPlace(of: tensor, ofLayer: layer.layer, in: network)
        network.layers[layer.layer].tensors[place].values = tensor.values
      }
    }
    var parameters = [Float](repeating: 0, count: layout.count)
    for (segment, tensor) in zip(segments, gradient.layers.lazy.flatMap(\.tensors)) {
      layout.copy(tensor.values, of: segment, to: &direction)
      let values = network.layers[segment.layer].tensors[segment.place].values
      layout.copy(values, of: segment, to: &parameters)
    }
    step(&parameters, in: segments, weight: gradient.weight)
    layout.store(parameters, of: segments, into: &network)
  }

  // Along `direction`, whose values are of no use afterwards.
  private mutating func step(
    _ parameters: inout [Float], in segments: [ParameterLayout.Segment], weight: Double
  ) {
    let step = clock.next(weight: weight)
    let (kernels, treatment, count) = (kernels, treatment, layout.count)
    let ruleCount = optimizer.stateCount
    parameters.withMutableFlatView { parameters in
      direction.withMutableFlatView { direction in
        values.withMutableFlatView { values in
          guard let parameters, let direction else { return }
          func tensor(_ segment: ParameterLayout.Segment) -> TrainedTensor {
            TrainedTensor(
              segment.view(of: parameters), gradient: segment.view(of: direction),
              ruleCount: ruleCount, isAccumulating: treatment.isAccumulating,
              isPenalized: segment.isPenalized
            ) { slot in
              guard let values else { preconditionFailure("the optimizer keeps values") }
              return segment.view(of: values.columns(slot * count..<(slot + 1) * count))
            }
          }
          for segment in segments { treatment.prepare(tensor(segment), for: step, with: kernels) }
          guard let update = step.update else { return }
          if treatment.clipNorm != nil {
            var squares = 0.0
            for segment in segments {
              let tensor = tensor(segment)
              var ofUnits = [Double](repeating: 0, count: segment.unitCount)
              ofUnits.withVectorView {
                if let ofUnits = $0 {
                  kernels.sumSquares(
                    tensor.direction, ofColumns: segment.isTransposed, into: ofUnits)
                }
                treatment.addSquares(of: tensor, squaresOfUnits: $0, to: &squares)
              }
            }
            let factor = treatment.factor(sumOfSquares: squares)
            if factor != 1 {
              for segment in segments { kernels.multiply(tensor(segment).direction, by: factor) }
            }
          }
          for segment in segments { treatment.step(tensor(segment), by: update, with: kernels) }
        }
      }
    }
  }

  private func segment(
    of gradient: LayerTensor, ofLayer index: Int, in network: Sequential
  ) throws(SoftmaxError) -> ParameterLayout.Segment {
    guard
      let segment = layout.segments.first(where: { $0.layer == index && $0.name == gradient.name }),
      segment.shape == gradient.shape, network.layers.indices.contains(index),
      network.layers[index].tensors.indices.contains(segment.place)
    else { throw mismatch(of: gradient, layer: index) }
    let tensor = network.layers[index].tensors[segment.place]
    guard tensor.name == gradient.name, tensor.shape == gradient.shape, tensor.isTrained else {
      throw mismatch(of: gradient, layer: index)
    }
    return segment
  }

  private func runningPlace(
    of tensor: LayerTensor, ofLayer index: Int, in network: Sequential
  ) throws(SoftmaxError) -> Int {
    guard network.layers.indices.contains(index),
      let place = network.layers[index].tensors.firstIndex(where: {
        $0.name == tensor.name && $0.shape == tensor.shape && !$0.isTrained
      })
    else { throw mismatch(of: tensor, layer: index) }
    return place
  }

  private func mismatch(of tensor: LayerTensor, layer index: Int) -> SoftmaxError {
    SoftmaxError(
      .shapeMismatch,
      "layer \(index) has no \(tensor.name) of \(tensor.shape), as the gradient has",
      remedy: "take gradient and state of the network that is updated")
  }
}
