// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network's parameters, packed for the fused plan: each worker's in the order in which its tiles
/// visit them.
struct FusedNetwork: Sendable {
  /// A worker's part of a hidden layer.
  struct HiddenPart: Sendable {
    /// Its units.
    let units: Range<Int>
    /// Its weights, [inputs, units], in panels as wide as a tile.
    let panels: [FusedParameter]
    /// The units of each panel.
    let columns: [Range<Int>]
    let bias: FusedParameter
  }

  /// A worker's part of the layer of the logits.
  struct OutputPart: Sendable {
    /// The inputs whose weights it owns.
    let inputs: Range<Int>
    /// Those weights, [classes, inputs].
    let weight: FusedParameter
    /// The bias: a copy, since every worker takes the same steps with it.
    let bias: FusedParameter
  }

  let shape: FusedShape
  /// By layer, then by worker.
  let hidden: [[HiddenPart]]
  /// By worker.
  let output: [OutputPart]
  /// The weights of the logits, all workers': [classes, inputs].
  let outputWeight: MatrixView
  /// The weights of the hidden layers behind the first, all workers': [inputs, units].
  let hiddenWeights: [MatrixView?]
  /// Whether a worker's units are all that it needs for its chunks of the logits.
  let areChunksOwned: Bool

  private static let panelWidth = 32

  init(
    _ network: Sequential, of shape: FusedShape, workerCount: Int, memoryCount: Int,
    gradientLevelCount: Int, l2Penalty: Float, in arena: Arena
  ) {
    func parameter(_ value: MatrixView) -> FusedParameter {
      FusedParameter(
        value, memoryCount: memoryCount, gradientLevelCount: gradientLevelCount,
        l2Penalty: l2Penalty, in: arena)
    }
    func bias(_ count: Int) -> FusedParameter {
      // A bias' gradient is always stored, and the penalty leaves it alone.
      FusedParameter(
        arena.matrix(rowCount: 1, columnCount: count), memoryCount: memoryCount,
        gradientLevelCount: max(1, gradientLevelCount), l2Penalty: 0, in: arena)
    }

    var hidden: [[HiddenPart]] = []
    var weights: [MatrixView?] = []
    let shares = shape.layersBehindHidden.map { UnitShares(unitsBefore: $0, among: workerCount) }
    for (layer, shares) in zip(shape.hidden, shares) {
      // A layer behind another is read along its rows too, so it stays in one piece.
      let whole =
        hidden.isEmpty
        ? nil
        : parameter(
          arena.matrix(rowCount: layer.inputCount, columnCount: layer.outputCount))
      weights.append(whole?.value)
      hidden.append(
        shares.ranges.map { units in
          let columns = stride(
            from: units.lowerBound, to: units.upperBound, by: FusedNetwork.panelWidth
          ).map { $0..<min($0 + FusedNetwork.panelWidth, units.upperBound) }
          return HiddenPart(
            units: units,
            panels: columns.map {
              whole?.columns($0)
                ?? parameter(
                  arena.matrix(rowCount: layer.inputCount, columnCount: $0.count))
            },
            columns: columns, bias: bias(units.count))
        })
    }

    let inputShares =
      shares.last ?? UnitShares(chunksOf: shape.output, among: workerCount)
    let weight = parameter(
      arena.matrix(rowCount: shape.output.outputCount, columnCount: shape.output.inputCount))
    output = inputShares.ranges.map {
      OutputPart(inputs: $0, weight: weight.columns($0), bias: bias(shape.output.outputCount))
    }
    self.shape = shape
    self.hidden = hidden
    hiddenWeights = weights
    outputWeight = weight.value
    areChunksOwned = inputShares.areWholeChunks
    load(network)
  }

  /// Every hidden layer's parts in order, with the layer's place in the network.
  private var hiddenParts: [(index: Int, part: HiddenPart)] {
    zip(shape.hidden, hidden).flatMap { layer, parts in parts.map { (layer.index, $0) } }
  }

  private func load(_ network: Sequential) {
    for (index, part) in hiddenParts {
      guard let weight = network.layers[index].weight, let bias = network.layers[index].bias else {
        continue
      }
      for (panel, columns) in zip(part.panels, part.columns) {
        panel.value.assign(weight, transposedRows: columns)
      }
      for (column, unit) in part.units.enumerated() { part.bias.value[0, column] = bias[unit] }
    }
    let state = network.layers[shape.output.index]
    guard let weight = state.weight, let bias = state.bias else { return }
    outputWeight.assign(weight)
    for part in output {
      for (unit, value) in bias.enumerated() { part.bias.value[0, unit] = value }
    }
  }

  /// Hands the parameters back to a network.
  func store(into network: inout Sequential) {
    forEachLayer({ $0.value }) { index, weight, bias in
      network.layers[index].weight = weight
      network.layers[index].bias = bias
    }
  }

  /// Calls `body` with each layer's place, weight [outputs, inputs] and bias, or with what `view`
  /// gives in the place of a parameter.
  func forEachLayer(
    _ view: (FusedParameter) -> MatrixView, _ body: (Int, Matrix, [Float]) -> Void
  ) {
    for (layer, parts) in zip(shape.hidden, hidden) {
      var weight = Matrix(rowCount: layer.outputCount, columnCount: layer.inputCount)
      var bias: [Float] = []
      for part in parts {
        for (panel, columns) in zip(part.panels, part.columns) {
          view(panel).copy(transposedTo: &weight, rows: columns)
        }
        bias += view(part.bias).matrix().elements
      }
      body(layer.index, weight, bias)
    }
    var weight = Matrix(
      rowCount: shape.output.outputCount, columnCount: shape.output.inputCount)
    for part in output {
      let values = view(part.weight)
      for row in 0..<values.rowCount {
        for column in 0..<values.columnCount {
          weight[row, part.inputs.lowerBound + column] = values[row, column]
        }
      }
    }
    body(shape.output.index, weight, view(output[0].bias).matrix().elements)
  }
}

extension FusedShape {
  /// For each hidden layer the one behind it.
  var layersBehindHidden: [Layer] { hidden.isEmpty ? [] : Array(hidden.dropFirst()) + [output] }
}
