// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network as a list of operations over views of an arena, parameters included.
///
/// Flattening costs nothing and is gone; so is the softmax at the end, since losses and predictions
/// start from logits.
struct LoweredNetwork: Sendable {
  /// A fully connected layer in the arena.
  struct DenseLayer: Sendable, BitwiseCopyable {
    /// The layer's place in the network.
    let index: Int
    let layout: WeightLayout
    /// The weight: [outputs, inputs], or [inputs, outputs], as the layout says.
    let weight: MatrixView
    /// A row of [1, outputs].
    let bias: MatrixView
    let inputCount: Int
    let outputCount: Int
  }

  enum Operation: Sendable {
    case dense(DenseLayer)
    case activation(Kernels.ElementFunction)
  }

  let operations: [Operation]
  let inputCount: Int
  let outputCount: Int

  init(_ network: Sequential, in arena: Arena) {
    var operations: [Operation] = []
    var count = network.inputCount
    for (index, layer) in network.layers.enumerated() {
      switch layer.configuration.kind {
      case .flatten:
        break
      case .activation(let activation):
        if let function = activation.function { operations.append(.activation(function)) }
      case .dense(let units, let activation, _):
        let layout = WeightLayout(inputCount: count, outputCount: units)
        let weight =
          layout == .outputMajor
          ? arena.matrix(rowCount: units, columnCount: count)
          : arena.matrix(rowCount: count, columnCount: units)
        let bias = arena.matrix(rowCount: 1, columnCount: units)
        operations.append(
          .dense(
            DenseLayer(
              index: index, layout: layout, weight: weight, bias: bias, inputCount: count,
              outputCount: units)))
        if let function = activation?.function { operations.append(.activation(function)) }
        count = units
      }
    }
    self.operations = operations
    inputCount = network.inputCount
    outputCount = count
    load(network)
  }

  /// The fully connected layers, first to last.
  var denseLayers: [DenseLayer] {
    operations.compactMap { if case .dense(let layer) = $0 { layer } else { nil } }
  }

  /// Takes over a network's parameters.
  func load(_ network: Sequential) {
    for layer in denseLayers {
      let state = network.layers[layer.index]
      guard let weight = state.weight, let bias = state.bias else { continue }
      layer.weight.assign(weight, transposed: layer.layout == .inputMajor)
      for (unit, value) in bias.enumerated() { layer.bias[0, unit] = value }
    }
  }

  /// Hands the parameters back to a network.
  func store(into network: inout Sequential) {
    for layer in denseLayers {
      network.layers[layer.index].weight = layer.weight.matrix(
        transposed: layer.layout == .inputMajor)
      network.layers[layer.index].bias = layer.bias.matrix().elements
    }
  }
}

/// Which way a weight lies in memory, and with it the order of the layer's sums.
///
/// A layer of few outputs has its inputs in vector lanes, one of many outputs its outputs: no lanes
/// are lost to padding, and each of the three products of training runs along its operands. The rule
/// is part of the arithmetic promise (`docs/decisions/0001`): it may look at shapes alone.
enum WeightLayout: Sendable, BitwiseCopyable {
  /// [outputs, inputs]: forward in 16 lanes, backward to the inputs ascending.
  case outputMajor
  /// [inputs, outputs]: forward ascending, backward to the inputs in 16 lanes.
  case inputMajor

  init(inputCount: Int, outputCount: Int) {
    self = outputCount <= 32 && inputCount >= outputCount ? .outputMajor : .inputMajor
  }
}
