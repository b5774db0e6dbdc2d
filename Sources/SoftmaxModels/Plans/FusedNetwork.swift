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
    /// The tensors of what follows the products, first to last.
    let unitTensors: VectorView<UnitTensor>
    /// The weight of all workers, [inputs, units], in a layer after another.
    let wholeWeight: MatrixView?

    /// Its units.
    var units: Range<Int> { firstUnit..<firstUnit + bias.value.columnCount }
  }

  /// A value for each of a worker's units, of an operation that follows their products.
  struct UnitTensor: Sendable, BitwiseCopyable {
    let value: MatrixView
    /// The value with all that its updates need; nil where training does not differentiate it.
    let parameter: FusedParameter?
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
  /// What dropout draws from.
  let seed: UInt64
  /// The weights of the logits in one piece, [classes, inputs], where a worker needs others' units
  /// too for its chunks of the logits.
  let wholeOutputWeight: MatrixView?
  /// How many values the optimizer keeps of each parameter.
  let stateCount: Int

  init(
    _ network: Sequential, of shape: FusedShape, stateOf optimizer: Optimizer?,
    gradientLevelCount: Int, treatment: GradientTreatment, in arena: Arena,
    ofWorkers arenas: [Arena]
  ) {
    func weight(rowCount: Int, columnCount: Int, in arena: Arena) -> FusedParameter {
      FusedParameter(
        arena.matrix(rowCount: rowCount, columnCount: columnCount), stateOf: optimizer,
        gradientLevelCount: gradientLevelCount, l2Penalty: treatment.l2OfWeights, in: arena)
    }
    func bias(_ count: Int, in arena: Arena) -> FusedParameter {
      // A bias' gradient is always stored, and the penalty leaves it alone.
      FusedParameter(
        arena.matrix(rowCount: 1, columnCount: count), stateOf: optimizer,
        gradientLevelCount: max(1, gradientLevelCount), l2Penalty: treatment.l2OfBiases,
        in: arena)
    }

    let shares = shape.layersAfterHidden.map { UnitShares(unitsBefore: $0, among: arenas.count) }
    // A layer after another is read along its rows too, so it stays in one piece.
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
            bias: bias(units.count, in: arena),
            unitTensors: arena.vector(
              copying: layer.unitTensors.map { tensor in
                let parameter = tensor.shape.isTrained ? bias(units.count, in: arena) : nil
                return UnitTensor(
                  value: parameter?.value
                    ?? arena.matrix(rowCount: 1, columnCount: units.count), parameter: parameter)
              }), wholeWeight: piece?.value)
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
    seed = network.seed
    stateCount = optimizer?.stateCount ?? 0
    wholeOutputWeight = piece?.value
    load(network)
  }
}

extension FusedShape {
  /// For each hidden layer the one after it.
  var layersAfterHidden: [Layer] { hidden.isEmpty ? [] : Array(hidden.dropFirst()) + [output] }
}

extension FusedShape.Layer {
  /// The tensors of the steps, first to last, each with its layer's place in the network.
  var unitTensors: [(layer: Int, shape: LayerTensorShape)] {
    steps.flatMap { step in step.tensors.map { (step.layer, $0) } }
  }
}
