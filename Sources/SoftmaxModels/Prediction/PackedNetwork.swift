// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The operations of a network with its parameters, packed for prediction in the order in which the matrix
/// products read them.
///
/// It consists of plain values in an arena that never change, so any number of threads can read it. The arena
/// must outlive it.
struct PackedNetwork: Sendable, BitwiseCopyable {
  enum Work: BitwiseCopyable, Sendable {
    /// A matrix product with its outputs in vector lanes. The weight is stored as panels of [inputs, 32],
    /// stacked vertically; the last panel and the bias are padded with zeros.
    case panels(MatrixView, bias: MatrixView)
    /// A matrix product with its inputs in vector lanes.
    case lanes(DenseOperation)
    /// Any other operation.
    case operation(LayerOperation)
  }

  /// An operation with its dimensions.
  struct Step: Sendable, BitwiseCopyable {
    let work: Work
    /// Whether the operation writes its outputs over its inputs.
    let isInPlace: Bool
    let inputCount: Int
    let outputCount: Int
    /// The number of outputs, including the padding of the last panel.
    let paddedOutputCount: Int

    /// Whether every output is a sum over all features, so that a feature that is not finite makes every
    /// output not finite.
    var isProduct: Bool {
      switch work {
      case .panels, .lanes: true
      case .operation: false
      }
    }
  }

  let steps: VectorView<Step>
  let inputCount: Int
  let outputCount: Int
  /// The function that turns outputs into probabilities.
  let outputFunction: OutputFunction

  init(
    _ network: Sequential, outputFunction: OutputFunction? = nil, in arena: Arena
  ) {
    let lowered = LoweredNetwork(network)
    steps = arena.vector(
      copying: lowered.operations.filter(\.traits.actsInPrediction).map { operation in
        let tensors =
          operation.tensors.isEmpty ? [] : network.layers[operation.layer].tensors
        return Step(operation, tensors, seed: lowered.seed, in: arena)
      })
    inputCount = lowered.inputCount
    outputCount = lowered.outputCount
    self.outputFunction = outputFunction ?? network.outputFunction
  }

  /// The number of classes; two for a single sigmoid output.
  var classCount: Int { outputFunction.classCount(ofOutputs: outputCount) }

  /// An estimate of the multiplications and additions per row, which ignores in-place operations.
  var operationCount: Int {
    (0..<steps.count).reduce(0) { sum, index in
      let step = steps[index]
      return step.isInPlace ? sum : sum + 2 * step.inputCount * step.outputCount
    }
  }
}

extension PackedNetwork.Step {
  fileprivate init(
    _ operation: LoweredOperation, _ tensors: [LayerTensor], seed: UInt64, in arena: Arena
  ) {
    inputCount = operation.inputCount
    outputCount = operation.outputCount
    switch operation.traits.form {
    case .product:
      isInPlace = false
      let (weight, bias) = (tensors[0].matrix, tensors[1].values)
      switch WeightLayout(inputCount: inputCount, outputCount: outputCount) {
      case .outputMajor:
        let view = arena.matrix(rowCount: outputCount, columnCount: inputCount)
        view.assign(weight)
        paddedOutputCount = outputCount
        work = .lanes(
          DenseOperation(
            layout: .outputMajor, weight: view, bias: arena.row(bias, count: outputCount)))
      case .inputMajor:
        let panels = arena.panels(weight)
        paddedOutputCount = panels.rowCount / inputCount * Kernels.panelWidth
        work = .panels(panels, bias: arena.row(bias, count: paddedOutputCount))
      }
    case .rows, .columns, .elements:
      isInPlace = operation.traits.canOverwriteInputs
      paddedOutputCount = outputCount
      let values =
        operation.traits.joinsTensors ? [tensors.flatMap(\.values)] : tensors.map(\.values)
      let memory = OperationMemory(
        arena: arena, rowCapacity: nil, columns: 0..<outputCount, inputCount: inputCount,
        outputCount: outputCount, tensors: values.map { arena.row($0, count: $0.count) },
        tensorCount: tensors.count, layer: operation.layer, isFrozen: operation.isFrozen,
        seed: seed)
      work = .operation(operation.kind.operation(in: memory))
    }
  }
}

extension Arena {
  /// Returns a weight [outputs, inputs] as panels of [inputs, 32], stacked vertically and padded with zeros.
  fileprivate func panels(_ weight: Matrix) -> MatrixView {
    let (width, inputs) = (Kernels.panelWidth, weight.columnCount)
    let panels = matrix(
      rowCount: (weight.rowCount + width - 1) / width * inputs, columnCount: width)
    for first in stride(from: 0, to: weight.rowCount, by: width) {
      let units = first..<min(first + width, weight.rowCount)
      let panel = panels.rows(first / width * inputs..<(first / width + 1) * inputs)
      panel.columns(0..<units.count).assign(weight, transposedRows: units)
    }
    return panels
  }
}
