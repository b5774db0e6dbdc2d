// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network's parameters in the layout of the fused plan: each worker's slices in the order in which its
/// tiles read them.
///
/// The value is bitwise copyable views into arenas, one arena per worker. Reference counts on a shared
/// object, or prefetching into cache lines of another worker, would cost more in cache traffic between the
/// workers than the arithmetic itself.
struct FusedNetwork: Sendable {
  /// Some units of a hidden layer, at most the width of a register tile.
  struct Panel: Sendable, BitwiseCopyable {
    let firstUnit: Int
    /// The weights of the units: [inputs, units].
    let weight: FusedParameter

    /// The units, as indices in the layer.
    var units: Range<Int> { firstUnit..<firstUnit + weight.value.columnCount }
  }

  /// A worker's features, if there are operations on them.
  struct InputPart: Sendable, BitwiseCopyable {
    let firstUnit: Int
    let unitCount: Int
    /// The tensors of the operations, in order.
    let unitTensors: VectorView<UnitTensor>

    /// The features, as indices in a row; empty if there are no operations.
    var units: Range<Int> { firstUnit..<firstUnit + unitCount }
  }

  /// A worker's slice of a hidden layer.
  struct HiddenPart: Sendable, BitwiseCopyable {
    let firstUnit: Int
    let panels: VectorView<Panel>
    let bias: FusedParameter
    /// The tensors of the operations that follow the matrix product, in order.
    let unitTensors: VectorView<UnitTensor>
    /// The weights of all workers, [inputs, units]; nil for the first hidden layer, unless operations on
    /// features are trained.
    let wholeWeight: MatrixView?

    /// The worker's units, as indices in the layer.
    var units: Range<Int> { firstUnit..<firstUnit + bias.value.columnCount }
  }

  /// A tensor with one value for each of a worker's units, of an operation that follows the matrix product or
  /// is on features.
  struct UnitTensor: Sendable, BitwiseCopyable {
    let value: MatrixView
    /// The value with its gradient and optimizer state; nil if it is not trained, like the running means of
    /// batch normalization.
    let parameter: FusedParameter?
  }

  /// A worker's slice of the layer that computes the logits.
  struct OutputPart: Sendable, BitwiseCopyable {
    let firstInput: Int
    /// The weights that the worker owns: [classes, inputs].
    let weight: FusedParameter
    /// The bias: every worker has a copy and applies the same updates to it.
    let bias: FusedParameter

    /// The inputs whose weights it owns.
    var inputs: Range<Int> { firstInput..<firstInput + weight.value.columnCount }
  }

  let shape: FusedShape
  /// The features, by worker.
  let inputs: [InputPart]
  /// The slices of the hidden layers, by worker, then by layer.
  let hidden: [VectorView<HiddenPart>]
  /// The slices of the layer of the logits, by worker.
  let output: [OutputPart]
  /// The seed of dropout.
  let seed: UInt64
  /// The whole contiguous weight of the logits, [classes, inputs]; nil if each worker owns whole chunks.
  ///
  /// A chunk is a range of inputs whose products are summed together. If a chunk includes units of several
  /// workers, one of them needs the weights of the others.
  let wholeOutputWeight: MatrixView?
  /// The number of state values per parameter that the optimizer keeps.
  let stateCount: Int

  init(
    _ network: Sequential, of shape: FusedShape, stateOf optimizer: Optimizer?,
    gradientLevelCount: Int, treatment: GradientTreatment, in arena: Arena,
    ofWorkers arenas: [Arena]
  ) {
    func weight(
      of layer: FusedShape.Layer, rowCount: Int, columnCount: Int, in arena: Arena
    ) -> FusedParameter {
      FusedParameter(
        arena.matrix(rowCount: rowCount, columnCount: columnCount), stateOf: optimizer,
        gradientLevelCount: gradientLevelCount, l2Penalty: treatment.l2OfWeights,
        rateFactors: optimizer?.rateFactors(of: "weight", in: network.layers[layer.index]),
        in: arena)
    }
    func row(_ count: Int, of name: String, ofLayer layer: Int, in arena: Arena) -> FusedParameter {
      // The gradient of a bias is always stored, because it is not computed in tiles.
      FusedParameter(
        arena.matrix(rowCount: 1, columnCount: count), stateOf: optimizer,
        gradientLevelCount: max(1, gradientLevelCount), l2Penalty: treatment.l2OfBiases,
        rateFactors: optimizer?.rateFactors(of: name, in: network.layers[layer]), in: arena)
    }
    func unitTensors(
      of steps: [LoweredOperation], count: Int, in arena: Arena
    ) -> VectorView<UnitTensor> {
      arena.vector(
        copying: steps.unitTensors.map { tensor in
          let parameter =
            tensor.shape.isTrained
            ? row(count, of: tensor.shape.name, ofLayer: tensor.layer, in: arena) : nil
          return UnitTensor(
            value: parameter?.value ?? arena.matrix(rowCount: 1, columnCount: count),
            parameter: parameter)
        })
    }

    let shares = shape.layersAfterHidden.map { UnitShares(unitsBefore: $0, among: arenas.count) }
    let inputCount = shape.inputSteps.isEmpty ? 0 : network.inputCount
    inputs = arenas.enumerated().map { worker, arena in
      let units = Worker.share(of: inputCount, alignedTo: 16, index: worker, count: arenas.count)
      return InputPart(
        firstUnit: units.lowerBound, unitCount: units.count,
        unitTensors: unitTensors(of: shape.inputSteps, count: units.count, in: arena))
    }
    // Weights whose inputs need a gradient stay contiguous: the backward pass reads them along rows, across
    // the slices of all workers.
    let whole = shape.hidden.enumerated().map { index, layer in
      index > 0 || shape.trainsInputs
        ? weight(of: layer, rowCount: layer.inputCount, columnCount: layer.outputCount, in: arena)
        : nil
    }
    hidden = arenas.enumerated().map { worker, arena in
      arena.vector(
        copying: shape.hidden.indices.map { index in
          let layer = shape.hidden[index]
          let units = shares[index].ranges[worker]
          let piece = whole[index]
          let panels = stride(
            from: units.lowerBound, to: units.upperBound, by: Kernels.panelWidth
          ).map { first in
            let columns = first..<min(first + Kernels.panelWidth, units.upperBound)
            return Panel(
              firstUnit: first,
              weight: piece?.columns(columns)
                ?? weight(
                  of: layer, rowCount: layer.inputCount, columnCount: columns.count, in: arena))
          }
          return HiddenPart(
            firstUnit: units.lowerBound, panels: arena.vector(copying: panels),
            bias: row(units.count, of: "bias", ofLayer: layer.index, in: arena),
            unitTensors: unitTensors(of: layer.steps, count: units.count, in: arena),
            wholeWeight: piece?.value)
        })
    }

    let inputShares = shares.last ?? UnitShares(chunksOf: shape.output, among: arenas.count)
    let classes = shape.output.outputCount
    let piece =
      inputShares.areWholeChunks
      ? nil
      : weight(
        of: shape.output, rowCount: classes, columnCount: shape.output.inputCount, in: arena)
    output = zip(inputShares.ranges, arenas).map { inputs, arena in
      OutputPart(
        firstInput: inputs.lowerBound,
        weight: piece?.columns(inputs)
          ?? weight(of: shape.output, rowCount: classes, columnCount: inputs.count, in: arena),
        bias: row(classes, of: "bias", ofLayer: shape.output.index, in: arena))
    }
    self.shape = shape
    seed = network.seed
    stateCount = optimizer?.stateCount ?? 0
    wholeOutputWeight = piece?.value
    load(network)
  }
}

extension FusedShape {
  /// The layer after each hidden layer.
  var layersAfterHidden: [Layer] { hidden.isEmpty ? [] : Array(hidden.dropFirst()) + [output] }
}

extension [LoweredOperation] {
  /// The tensors of the operations, in order, each with the index of its layer in the network.
  var unitTensors: [(layer: Int, shape: LayerTensorShape)] {
    flatMap { step in step.tensors.map { (step.layer, $0) } }
  }
}
