// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network's parameters, packed for prediction in the order in which the products visit them.
///
/// Plain values in an arena, never written again: any number of threads may read them.
struct PackedNetwork: Sendable, BitwiseCopyable {
  enum Weight: BitwiseCopyable, Sendable {
    /// Of a layer whose outputs lie in vector lanes: panels [inputs, 32], one below the other, the
    /// last filled up with zeros.
    case panels(MatrixView)
    /// Of a layer whose inputs lie in vector lanes: [outputs, inputs].
    case lanes(MatrixView)
    /// A layer of the user's own.
    case custom(PlanOperation.Custom)
  }

  /// What happens to values where they lie.
  enum Step: BitwiseCopyable, Sendable {
    case function(Kernels.ElementFunction)
    /// Normalization by the running mean and variance.
    case columns(mean: MatrixView, inverse: MatrixView, gamma: MatrixView, beta: MatrixView)
    /// Normalization along each row.
    case rows(epsilon: Float, gamma: MatrixView, beta: MatrixView)
  }

  /// A fully connected layer, or one of the user's own, with what happens to its outputs.
  struct Layer: Sendable, BitwiseCopyable {
    let weight: Weight
    /// A row of [1, outputs], in panels filled up with zeros.
    let bias: MatrixView
    /// What happens to the outputs.
    var steps: VectorView<Step>
    let inputCount: Int
    let outputCount: Int

    /// Whether it is a fully connected one.
    var isDense: Bool { if case .custom = weight { false } else { true } }

    /// The number of outputs with those that fill up the last panel.
    var paddedOutputCount: Int { bias.columnCount }
  }

  /// What happens to the features before the first layer.
  let steps: VectorView<Step>
  let layers: VectorView<Layer>
  let inputCount: Int
  let outputCount: Int
  /// How the outputs become probabilities.
  let outputFunction: OutputFunction

  init(
    _ network: Sequential, outputFunction: OutputFunction? = nil, in arena: Arena
  ) {
    var layers: [Layer] = []
    var steps: [[Step]] = [[]]
    var count = network.inputCount
    func add(_ layer: Layer) {
      layers.append(layer)
      steps.append([])
      count = layer.outputCount
    }
    func row(_ values: [Float]?) -> MatrixView {
      let view = arena.matrix(rowCount: 1, columnCount: count)
      for (column, value) in (values ?? []).enumerated() { view[0, column] = value }
      return view
    }
    for state in network.layers {
      var activation: Activation?
      switch state.configuration.kind {
      case .flatten, .dropout: break
      case .activation(let function): activation = function
      case .dense(let units, let function, _):
        add(PackedNetwork.dense(state, inputs: count, outputs: units, in: arena))
        activation = function
      case .batchNormalization(_, let epsilon):
        let inverse = state.tensors["running_variance"]?.values.map {
          BatchNormalizationOperation.inverse(of: $0, epsilon: Float(epsilon))
        }
        steps[layers.count].append(
          .columns(
            mean: row(state.tensors["running_mean"]?.values), inverse: row(inverse),
            gamma: row(state.tensors["weight"]?.values), beta: row(state.bias)))
      case .layerNormalization(let epsilon):
        steps[layers.count].append(
          .rows(
            epsilon: Float(epsilon), gamma: row(state.tensors["weight"]?.values),
            beta: row(state.bias)))
      case .custom(let own): add(PackedNetwork.custom(own, of: state, inputs: count, in: arena))
      }
      if let function = activation?.function { steps[layers.count].append(.function(function)) }
    }
    // The logits are what comes before it.
    if network.writtenOutputFunction == .sigmoid { steps[layers.count].removeLast() }
    for index in layers.indices { layers[index].steps = arena.vector(copying: steps[index + 1]) }
    self.steps = arena.vector(copying: steps[0])
    self.layers = arena.vector(copying: layers)
    inputCount = network.inputCount
    outputCount = count
    self.outputFunction = outputFunction ?? network.outputFunction
  }

  /// The number of classes that the outputs tell apart.
  var classCount: Int { outputFunction.classCount(ofOutputs: outputCount) }

  private static func dense(
    _ state: Sequential.LayerState, inputs: Int, outputs: Int, in arena: Arena
  ) -> Layer {
    let weight = pack(state.weight, inputs: inputs, outputs: outputs, in: arena)
    let width = if case .panels = weight { Kernels.panelWidth } else { 1 }
    let bias = arena.matrix(rowCount: 1, columnCount: (outputs + width - 1) / width * width)
    for (unit, value) in (state.bias ?? []).enumerated() { bias[0, unit] = value }
    return Layer(
      weight: weight, bias: bias, steps: arena.vector(copying: []), inputCount: inputs,
      outputCount: outputs)
  }

  private static func custom(
    _ own: CustomLayer, of state: Sequential.LayerState, inputs: Int, in arena: Arena
  ) -> Layer {
    let parameters = arena.matrix(rowCount: 1, columnCount: state.parameterCount)
    for (column, value) in state.tensors.flatMap(\.values).enumerated() {
      parameters[0, column] = value
    }
    let outputs = state.outputShape.reduce(1, *)
    let operation = PlanOperation.Custom(
      layer: arena.keep(own), parameters: parameters, outputCount: outputs,
      isElementwise: own.isElementwise)
    return Layer(
      weight: .custom(operation), bias: arena.matrix(rowCount: 1, columnCount: outputs),
      steps: arena.vector(copying: []), inputCount: inputs, outputCount: outputs)
  }

  private static func pack(
    _ weight: Matrix?, inputs: Int, outputs: Int, in arena: Arena
  ) -> Weight {
    switch WeightLayout(inputCount: inputs, outputCount: outputs) {
    case .outputMajor:
      let view = arena.matrix(rowCount: outputs, columnCount: inputs)
      if let weight { view.assign(weight) }
      return .lanes(view)
    case .inputMajor:
      let width = Kernels.panelWidth
      let panels = arena.matrix(
        rowCount: (outputs + width - 1) / width * inputs, columnCount: width)
      for first in stride(from: 0, to: outputs, by: width) {
        let units = first..<min(first + width, outputs)
        let panel = panels.rows(first / width * inputs..<(first / width + 1) * inputs)
        if let weight { panel.columns(0..<units.count).assign(weight, transposedRows: units) }
      }
      return .panels(panels)
    }
  }

  /// The multiplications and additions of a row.
  var operationCount: Int {
    (0..<layers.count).reduce(0) { $0 + 2 * layers[$1].inputCount * layers[$1].outputCount }
  }
}
