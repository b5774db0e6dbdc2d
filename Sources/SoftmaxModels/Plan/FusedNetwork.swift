// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network's parameters, packed for the fused plan: each worker's in the order in which its tiles
/// visit them.
///
/// All of it is plain values in arenas, one for each worker: two workers that counted references to
/// one object, or whose processors fetched ahead into each other's lines, would wait for each
/// other's caches more often than for the arithmetic.
struct FusedNetwork: Sendable {
  /// Some units of a hidden layer, as many as a tile is wide.
  struct Panel: Sendable, BitwiseCopyable {
    let firstUnit: Int
    /// Their weights, [inputs, units].
    let weight: FusedParameter

    /// The units.
    var units: Range<Int> { firstUnit..<firstUnit + weight.value.columnCount }
  }

  /// A worker's part of a hidden layer.
  struct HiddenPart: Sendable, BitwiseCopyable {
    let firstUnit: Int
    let panels: VectorView<Panel>
    let bias: FusedParameter
    /// The function of the outputs.
    let activation: Kernels.ElementFunction?
    /// The weight of all workers, [inputs, units], in a layer behind another.
    let wholeWeight: MatrixView?

    /// Its units.
    var units: Range<Int> { firstUnit..<firstUnit + bias.value.columnCount }
  }

  /// A worker's part of the layer of the logits.
  struct OutputPart: Sendable, BitwiseCopyable {
    let firstInput: Int
    /// The weights that it owns, [classes, inputs].
    let weight: FusedParameter
    /// The bias: a copy, since every worker takes the same steps with it.
    let bias: FusedParameter

    /// The inputs whose weights it owns.
    var inputs: Range<Int> { firstInput..<firstInput + weight.value.columnCount }
  }

  let shape: FusedShape
  /// By worker, then by layer.
  let hidden: [VectorView<HiddenPart>]
  /// By worker.
  let output: [OutputPart]
  /// The weights of the logits in one piece, [classes, inputs], where a worker needs others' units
  /// too for its chunks of the logits.
  let wholeOutputWeight: MatrixView?
  /// How many numbers the optimizer remembers of each parameter.
  let memoryCount: Int

  init(
    _ network: Sequential, of shape: FusedShape, memoryOf optimizer: Optimizer?,
    gradientLevelCount: Int, treatment: GradientTreatment, in arena: Arena,
    ofWorkers arenas: [Arena]
  ) {
    func weight(rowCount: Int, columnCount: Int, in arena: Arena) -> FusedParameter {
      FusedParameter(
        arena.matrix(rowCount: rowCount, columnCount: columnCount), memoryOf: optimizer,
        gradientLevelCount: gradientLevelCount, l2Penalty: treatment.l2OfWeights, in: arena)
    }
    func bias(_ count: Int, in arena: Arena) -> FusedParameter {
      // A bias' gradient is always stored, and the penalty leaves it alone.
      FusedParameter(
        arena.matrix(rowCount: 1, columnCount: count), memoryOf: optimizer,
        gradientLevelCount: max(1, gradientLevelCount), l2Penalty: treatment.l2OfBiases,
        in: arena)
    }

    let shares = shape.layersBehindHidden.map { UnitShares(unitsBefore: $0, among: arenas.count) }
    // A layer behind another is read along its rows too, so it stays in one piece.
    let whole = shape.hidden.dropFirst().map {
      weight(rowCount: $0.inputCount, columnCount: $0.outputCount, in: arena)
    }
    hidden = arenas.enumerated().map { worker, arena in
      arena.vector(
        copying: shape.hidden.indices.map { index in
          let layer = shape.hidden[index]
          let units = shares[index].ranges[worker]
          let piece = index > 0 ? whole[index - 1] : nil
          let panels = stride(
            from: units.lowerBound, to: units.upperBound, by: Kernels.panelWidth
          ).map { first in
            let columns = first..<min(first + Kernels.panelWidth, units.upperBound)
            return Panel(
              firstUnit: first,
              weight: piece?.columns(columns)
                ?? weight(rowCount: layer.inputCount, columnCount: columns.count, in: arena))
          }
          return HiddenPart(
            firstUnit: units.lowerBound, panels: arena.vector(copying: panels),
            bias: bias(units.count, in: arena), activation: layer.activation,
            wholeWeight: piece?.value)
        })
    }

    let inputShares = shares.last ?? UnitShares(chunksOf: shape.output, among: arenas.count)
    let classes = shape.output.outputCount
    let piece =
      inputShares.areWholeChunks
      ? nil : weight(rowCount: classes, columnCount: shape.output.inputCount, in: arena)
    output = zip(inputShares.ranges, arenas).map { inputs, arena in
      OutputPart(
        firstInput: inputs.lowerBound,
        weight: piece?.columns(inputs)
          ?? weight(rowCount: classes, columnCount: inputs.count, in: arena),
        bias: bias(classes, in: arena))
    }
    self.shape = shape
    memoryCount = optimizer?.memoryCount ?? 0
    wholeOutputWeight = piece?.value
    load(network)
  }

  /// Takes over a network's parameters.
  func load(_ network: Sequential) {
    load(into: { $0.value }) { index in
      let state = network.layers[index]
      guard let weight = state.weight, let bias = state.bias else { return nil }
      return (weight, bias)
    }
  }

  /// Takes over each layer's weight [outputs, inputs] and bias, into what `view` gives of a
  /// parameter.
  func load(
    into view: (FusedParameter) -> MatrixView, _ values: (Int) -> (weight: Matrix, bias: [Float])?
  ) {
    for (index, layer) in shape.hidden.enumerated() {
      guard let (weight, bias) = values(layer.index) else { continue }
      for parts in hidden {
        let part = parts[index]
        for panel in part.panels.elements() {
          view(panel.weight).assign(weight, transposedRows: panel.units)
        }
        for (column, unit) in part.units.enumerated() { view(part.bias)[0, column] = bias[unit] }
      }
    }
    guard let (weight, bias) = values(shape.output.index) else { return }
    for part in output {
      view(part.weight).assign(weight, columns: part.inputs)
      for (unit, value) in bias.enumerated() { view(part.bias)[0, unit] = value }
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
    for (index, layer) in shape.hidden.enumerated() {
      var weight = Matrix(rowCount: layer.outputCount, columnCount: layer.inputCount)
      var bias: [Float] = []
      for parts in hidden {
        let part = parts[index]
        for panel in part.panels.elements() {
          view(panel.weight).copy(transposedTo: &weight, rows: panel.units)
        }
        bias += view(part.bias).matrix().elements
      }
      body(layer.index, weight, bias)
    }
    var weight = Matrix(
      rowCount: shape.output.outputCount, columnCount: shape.output.inputCount)
    for part in output { view(part.weight).copy(to: &weight, columns: part.inputs) }
    body(shape.output.index, weight, view(output[0].bias).matrix().elements)
  }
}

extension FusedShape {
  /// For each hidden layer the one behind it.
  var layersBehindHidden: [Layer] { hidden.isEmpty ? [] : Array(hidden.dropFirst()) + [output] }
}
