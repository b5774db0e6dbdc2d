// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network's parameters, packed for prediction in the order in which the products visit them.
///
/// Plain values in an arena, never written again: any number of threads may read them.
struct PackedNetwork: Sendable, BitwiseCopyable {
  enum Weight: BitwiseCopyable, Sendable {
    /// Of a layer whose outputs lie in vector lanes: [inputs, 32] each, contiguous.
    case panels(VectorView<MatrixView>)
    /// Of a layer whose inputs lie in vector lanes: [outputs, inputs].
    case lanes(MatrixView)
  }

  /// A fully connected layer, with the function of its outputs.
  struct Layer: Sendable, BitwiseCopyable {
    let weight: Weight
    /// A row of [1, outputs].
    let bias: MatrixView
    /// What happens to the outputs.
    var activations: VectorView<Kernels.ElementFunction>
    let inputCount: Int
    let outputCount: Int
  }

  /// What happens to the features before the first layer.
  let activations: VectorView<Kernels.ElementFunction>
  let layers: VectorView<Layer>
  let inputCount: Int
  let outputCount: Int

  private static let panelWidth = 32

  init(_ network: Sequential, in arena: Arena) {
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
        let bias = arena.matrix(rowCount: 1, columnCount: units)
        for (unit, value) in (state.bias ?? []).enumerated() { bias[0, unit] = value }
        layers.append(
          Layer(
            weight: PackedNetwork.pack(state.weight, inputs: count, outputs: units, in: arena),
            bias: bias, activations: arena.vector(copying: []), inputCount: count,
            outputCount: units))
        if let function = activation?.function { functions[layers.count].append(function) }
        count = units
      }
    }
    for index in layers.indices {
      layers[index].activations = arena.vector(copying: functions[index + 1])
    }
    activations = arena.vector(copying: functions[0])
    self.layers = arena.vector(copying: layers)
    inputCount = network.inputCount
    outputCount = count
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
      let panels = stride(from: 0, to: outputs, by: panelWidth).map { first in
        let units = first..<min(first + panelWidth, outputs)
        let panel = arena.matrix(rowCount: inputs, columnCount: units.count)
        if let weight { panel.assign(weight, transposedRows: units) }
        return panel
      }
      return .panels(arena.vector(copying: panels))
    }
  }

  /// The multiplications and additions of a row.
  var operationCount: Int {
    (0..<layers.count).reduce(0) { $0 + 2 * layers[$1].inputCount * layers[$1].outputCount }
  }
}
