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
  }

  /// A fully connected layer, with the function of its outputs.
  struct Layer: Sendable, BitwiseCopyable {
    let weight: Weight
    /// A row of [1, outputs], in panels filled up with zeros.
    let bias: MatrixView
    /// What happens to the outputs.
    var activations: VectorView<Kernels.ElementFunction>
    let inputCount: Int
    let outputCount: Int

    /// The number of outputs with those that fill up the last panel.
    var paddedOutputCount: Int { bias.columnCount }
  }

  /// What happens to the features before the first layer.
  let activations: VectorView<Kernels.ElementFunction>
  let layers: VectorView<Layer>
  let inputCount: Int
  let outputCount: Int
  /// How the outputs become probabilities.
  let outputFunction: OutputFunction

  init(
    _ network: Sequential, outputFunction: OutputFunction? = nil, in arena: Arena
  ) {
    var layers: [Layer] = []
    var functions: [[Kernels.ElementFunction]] = [[]]
    var count = network.inputCount
    for state in network.layers {
      switch state.configuration.kind {
      case .flatten:
        break
      case .activation(let activation):
        if let function = activation.function { functions[layers.count].append(function) }
      case .dense(let units, let activation, _):
        functions.append([])
        let weight = PackedNetwork.pack(state.weight, inputs: count, outputs: units, in: arena)
        let width = if case .panels = weight { Kernels.panelWidth } else { 1 }
        let bias = arena.matrix(rowCount: 1, columnCount: (units + width - 1) / width * width)
        for (unit, value) in (state.bias ?? []).enumerated() { bias[0, unit] = value }
        layers.append(
          Layer(
            weight: weight, bias: bias, activations: arena.vector(copying: []), inputCount: count,
            outputCount: units))
        if let function = activation?.function { functions[layers.count].append(function) }
        count = units
      }
    }
    // The logits are what comes before it.
    if network.writtenOutputFunction == .sigmoid { functions[layers.count].removeLast() }
    for index in layers.indices {
      layers[index].activations = arena.vector(copying: functions[index + 1])
    }
    activations = arena.vector(copying: functions[0])
    self.layers = arena.vector(copying: layers)
    inputCount = network.inputCount
    outputCount = count
    self.outputFunction = outputFunction ?? network.outputFunction
  }

  /// The number of classes that the outputs tell apart.
  var classCount: Int { outputFunction.classCount(ofOutputs: outputCount) }

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
