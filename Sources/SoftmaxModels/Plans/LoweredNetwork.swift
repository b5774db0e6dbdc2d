// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network as a list of operations over views of an arena, with its tensors.
///
/// Flattening costs nothing and is gone; so is the softmax or the sigmoid at the end, since losses and
/// predictions start from logits.
struct LoweredNetwork: Sendable {
  /// A layer's tensor in the arena.
  struct Tensor: Sendable {
    /// The layer's place in the network, and the tensor's in the layer.
    let layer: Int
    let place: Int
    let name: String
    let shape: [Int]
    /// The numbers, a row for those of one extent.
    let value: MatrixView
    /// Whether they lie as the transpose.
    let isTransposed: Bool
    /// Whether they lie in a row whatever their shape.
    let isFlat: Bool
    let isTrained: Bool
  }

  let operations: VectorView<PlanOperation>
  /// The tensors of each operation.
  let tensors: [[Tensor]]
  let inputCount: Int
  let outputCount: Int

  /// - Parameter rowCapacity: the most rows of a batch.
  init(_ network: Sequential, rowCapacity: Int, in arena: Arena) {
    var lowering = Lowering(
      arena: arena, rowCapacity: rowCapacity, seed: network.seed, count: network.inputCount)
    for (index, layer) in network.layers.enumerated() { lowering.add(layer, at: index) }
    if network.writtenOutputFunction == .sigmoid { lowering.removeLast() }
    operations = arena.vector(copying: lowering.operations)
    tensors = lowering.tensors
    inputCount = network.inputCount
    outputCount = lowering.count
    load(network)
  }

  /// Takes over a network's numbers.
  func load(_ network: Sequential) {
    for tensor in tensors.joined() {
      let source = network.layers[tensor.layer].tensors[tensor.place]
      tensor.value.assign(
        tensor.isFlat ? source.row : source.matrix, transposed: tensor.isTransposed)
    }
  }

  /// Hands the numbers back to a network.
  func store(into network: inout Sequential) {
    for tensor in tensors.joined() {
      network.layers[tensor.layer].tensors[tensor.place].values =
        tensor.value.matrix(transposed: tensor.isTransposed).elements
    }
  }
}

/// The operations that have come to be while a network is lowered.
private struct Lowering {
  let arena: Arena
  let rowCapacity: Int
  let seed: UInt64
  var operations: [PlanOperation] = []
  var tensors: [[LoweredNetwork.Tensor]] = []
  /// The number of values in a row so far.
  var count: Int

  mutating func add(_ layer: Sequential.LayerState, at index: Int) {
    switch layer.configuration.kind {
    case .flatten: break
    case .activation(let activation): add(activation)
    case .dense(let units, let activation, _):
      let layout = WeightLayout(inputCount: count, outputCount: units)
      let isTransposed = layout == .inputMajor
      let weight =
        isTransposed
        ? arena.matrix(rowCount: count, columnCount: units)
        : arena.matrix(rowCount: units, columnCount: count)
      let bias = arena.matrix(rowCount: 1, columnCount: units)
      add(
        .dense(
          PlanOperation.Dense(
            layout: layout, weight: weight, bias: bias, inputCount: count, outputCount: units)),
        tensors: [weight, bias], of: layer, at: index, isTransposed: isTransposed)
      add(activation)
    case .dropout(let rate):
      let draw = DropoutDraw(rate: rate, seed: seed, layer: index, outputCount: count)
      add(
        .dropout(PlanOperation.Dropout(draw: draw, mask: rows())), tensors: [], of: layer,
        at: index)
    case .batchNormalization(let momentum, let epsilon):
      let views = layer.tensors.map { row($0.values.count) }
      let operation = BatchNormalizationOperation(
        views, momentum: momentum, epsilon: epsilon, isFrozen: layer.isFrozen,
        rowCapacity: rowCapacity, in: arena)
      add(.batchNormalization(operation), tensors: views, of: layer, at: index)
    case .layerNormalization(let epsilon):
      let views = layer.tensors.map { row($0.values.count) }
      let operation = PlanOperation.LayerNormalization(
        gamma: views[0], beta: views[1], epsilon: Float(epsilon), normal: rows(),
        inverse: arena.vector(count: rowCapacity))
      add(.layerNormalization(operation), tensors: views, of: layer, at: index)
    case .custom(let own):
      let parameters = row(layer.parameterCount)
      var begin = 0
      let views = layer.tensors.map { tensor in
        defer { begin += tensor.values.count }
        return parameters.columns(begin..<begin + tensor.values.count)
      }
      let operation = PlanOperation.Custom(
        layer: arena.keep(own), parameters: parameters,
        outputCount: layer.outputShape.reduce(1, *), isElementwise: own.isElementwise)
      add(.custom(operation), tensors: views, of: layer, at: index, isFlat: true)
    }
  }

  /// Leaves out the function at the end.
  mutating func removeLast() {
    operations.removeLast()
    tensors.removeLast()
  }

  private func row(_ count: Int) -> MatrixView { arena.matrix(rowCount: 1, columnCount: count) }

  // A value for each input of each row.
  private func rows() -> MatrixView { arena.matrix(rowCount: rowCapacity, columnCount: count) }

  private mutating func add(_ activation: Activation?) {
    guard let function = activation?.function else { return }
    operations.append(.activation(function))
    tensors.append([])
  }

  /// Adds an operation with the views of its layer's tensors, in the layer's order.
  private mutating func add(
    _ operation: PlanOperation, tensors views: [MatrixView], of layer: Sequential.LayerState,
    at index: Int, isTransposed: Bool = false, isFlat: Bool = false
  ) {
    count = operation.outputCount(inputCount: count)
    operations.append(operation)
    tensors.append(
      views.enumerated().map { place, view in
        LoweredNetwork.Tensor(
          layer: index, place: place, name: layer.tensors[place].name,
          shape: layer.tensors[place].shape, value: view,
          isTransposed: isTransposed && place == 0, isFlat: isFlat,
          isTrained: layer.tensors[place].isTrained && !layer.isFrozen)
      })
  }
}

/// Which way a weight lies in memory, and with it the order of the layer's sums.
///
/// A layer of few outputs has its inputs in vector lanes, one of many outputs its outputs: no lanes
/// are lost to padding, and each of the three products of training runs along its operands. The rule
/// is part of the arithmetic promise (`docs/decisions/0001`): it may look at shapes alone.
enum WeightLayout: Sendable {
  /// [outputs, inputs]: forward in 16 lanes, backward to the inputs ascending.
  case outputMajor
  /// [inputs, outputs]: forward ascending, backward to the inputs in 16 lanes.
  case inputMajor

  init(inputCount: Int, outputCount: Int) {
    self = outputCount <= 32 && inputCount >= outputCount ? .outputMajor : .inputMajor
  }
}
