// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The state of an optimizer for a network: its values per parameter and its count of updates.
///
/// It is meant for custom training loops that compute gradients themselves. ``Trainer`` combines both
/// and is faster.
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
/// A loop over an ``Objective`` is faster than the one above, because the objective is prepared once and
/// has flat parameters. Both loops give the same bits as ``Trainer/step(on:)-(ArraySlice<Int>)`` on the
/// same batches with the same settings, provided that each gradient is computed with the step number
/// ``gradientCount``, from which dropout draws. The state adds no L1 or L2 penalties: they are part of
/// the gradient.
///
/// The state takes up to three floats per parameter, and one more if gradients are accumulated.
public struct OptimizerState: Sendable {
  /// The optimizer whose state this is.
  public let optimizer: Optimizer

  private let kernels = Kernels.best
  private let treatment: GradientTreatment
  private let layout: ParameterLayout
  private var clock: OptimizerClock
  // The values that the rule keeps, each for all parameters in order, followed by the sum of the
  // gradients if they are accumulated.
  private var values: [Float]

  /// Creates the initial state.
  ///
  /// - Parameters:
  ///   - optimizer: the update rule.
  ///   - network: the network to train, or another one with the same layers, frozen and not frozen alike.
  ///   - gradientsPerEpoch: the number of gradients per pass over the data. Schedules in epochs need it.
  ///     If gradients are accumulated, the last one of an epoch ends an update.
  /// - Throws: `invalidArgument` for invalid settings, or for a schedule in epochs without
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
  }

  /// The number of gradients so far; it equals the number of updates unless gradients are accumulated.
  public var gradientCount: Int { clock.batchCount }

  /// A factor of the learning rate in addition to the schedule, from the next update on; initially 1.
  ///
  /// - Precondition: the factor is finite and greater than 0.
  public var learningRateFactor: Double {
    get { clock.learningRateFactor }
    set {
      precondition(
        newValue > 0 && newValue.isFinite,
        "a learning rate's factor is finite and greater than 0, got \(newValue)")
      clock.learningRateFactor = newValue
    }
  }

  /// The learning rate of the next update.
  public var learningRate: Double { clock.learningRate }

  /// Updates the flat parameters of an ``Objective`` with a gradient, or accumulates the gradient for a
  /// later update.
  ///
  /// - Parameters:
  ///   - parameters: the flat parameters.
  ///   - gradient: the gradient at these parameters.
  ///   - weight: the sum of the weights of the samples whose mean loss has this gradient; used only if
  ///     gradients are accumulated.
  /// - Throws: `shapeMismatch` if the number of parameters or of the gradient's values is not that of
  ///   the network. Nothing is changed in this case.
  /// - Complexity: linear in the number of parameters, on the caller's thread. Nothing is allocated
  ///   unless gradients are clipped or accumulated.
  public mutating func update(
    _ parameters: inout [Float], along gradient: [Float], weight: Double = 1
  ) throws(SoftmaxError) {
    try update(&parameters, along: gradient, weight: weight) { step in step { $0 } }
  }

  /// Updates flat parameters in slices, if the update consists of the rule and is the same for all tensors;
  /// else as a whole.
  ///
  /// - Parameter share: calls the function that it is given with selections of slices which together
  ///   cover the parameters once, on any threads.
  mutating func update(
    _ parameters: inout [Float], along gradient: [Float], weight: Double,
    share: (_ step: @escaping @Sendable ((MatrixView) -> MatrixView) -> Void) -> Void
  ) throws(SoftmaxError) {
    guard parameters.count == layout.count, gradient.count == layout.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network has \(layout.count) parameters, got \(parameters.count) and a gradient of "
          + "\(gradient.count)", remedy: "take parameters and gradient of the same objective")
    }
    guard treatment.isNone, !optimizer.rule.hasTensorRates else {
      var direction = gradient
      return step(&parameters, along: &direction, in: layout.segments, weight: weight)
    }
    guard let update = clock.next(weight: weight).update else { return }
    let (kernels, treatment) = (kernels, treatment)
    // The kernels only read the gradient.
    gradient.withFlatView { gradient in
      withTensor(&parameters, along: gradient) { tensor in
        share { select in treatment.step(tensor.part(select), by: update, with: kernels) }
      }
    }
  }

  /// Updates a network with a gradient, or accumulates the gradient for a later update.
  ///
  /// In both cases the running means and variances of batch normalizations are replaced by those in the
  /// gradient.
  ///
  /// - Throws: `shapeMismatch` if the gradient or the network has other shapes than the network of the
  ///   state. Nothing is changed in this case.
  /// - Complexity: linear in the number of parameters, on the caller's thread; copies all parameters
  ///   twice.
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
    var direction = parameters
    for (segment, tensor) in zip(segments, gradient.layers.lazy.flatMap(\.tensors)) {
      layout.copy(tensor.values, of: segment, to: &direction)
      let values = network.layers[segment.layer].tensors[segment.place].values
      layout.copy(values, of: segment, to: &parameters)
    }
    step(&parameters, along: &direction, in: segments, weight: gradient.weight)
    layout.store(parameters, of: segments, into: &network)
  }

  // Updates the parameters along a gradient, which is overwritten.
  private mutating func step(
    _ parameters: inout [Float], along direction: inout [Float],
    in segments: [ParameterLayout.Segment], weight: Double
  ) {
    let step = clock.next(weight: weight)
    let (kernels, treatment) = (kernels, treatment)
    let hasTensorRates = optimizer.rule.hasTensorRates
    direction.withMutableFlatView { direction in
      withTensor(&parameters, along: direction) { tensor in
        let tensors = segments.map {
          tensor.part($0.view(of:)).with(rateFactors: hasTensorRates ? $0.rateFactors : nil)
        }
        for tensor in tensors { treatment.prepare(tensor, for: step, with: kernels) }
        guard let update = step.update else { return }
        if treatment.clipNorm != nil {
          var squares = 0.0
          for (segment, tensor) in zip(segments, tensors) {
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
            for tensor in tensors { kernels.multiply(tensor.direction, by: factor) }
          }
        }
        for tensor in tensors { treatment.step(tensor, by: update, with: kernels) }
      }
    }
  }

  // Calls `body` with flat parameters, gradient and state, as one tensor that contains those of all layers.
  // The treatment has no penalties, so it does not distinguish weights from biases.
  private mutating func withTensor(
    _ parameters: inout [Float], along gradient: MatrixView?, _ body: (TrainedTensor) -> Void
  ) {
    let (ruleStateCount, count) = (optimizer.stateCount, layout.count)
    let isAccumulating = treatment.isAccumulating
    parameters.withMutableFlatView { parameters in
      values.withMutableFlatView { values in
        guard let parameters, let gradient else { return }
        body(
          TrainedTensor(
            parameters, gradient: gradient, ruleStateCount: ruleStateCount,
            isAccumulating: isAccumulating,
            isPenalized: false, rateFactors: nil
          ) { slot in
            guard let values else { preconditionFailure("the optimizer keeps values") }
            return values.columns(slot * count..<(slot + 1) * count)
          })
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
