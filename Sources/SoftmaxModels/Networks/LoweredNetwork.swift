// SPDX-License-Identifier: Apache-2.0

/// An operation of a network with its position in the network.
struct LoweredOperation: Sendable {
  let kind: any OperationKind
  let traits: OperationTraits
  /// The index of the operation's layer.
  let layer: Int
  /// The tensors of the layer if this is its first operation; otherwise empty.
  let tensors: [LayerTensorShape]
  let isFrozen: Bool
  /// The number of values of a row before and after the operation.
  let inputCount: Int
  let outputCount: Int

  /// Whether each unit is computed from its own column alone and has at most its own values as parameters.
  ///
  /// A worker that owns some units can then compute and update them without data from other workers.
  var isOfUnits: Bool {
    switch traits.form {
    case .product, .rows: false
    case .columns, .elements:
      tensors.isEmpty
        || !traits.joinsTensors && tensors.allSatisfy { $0.shape == [outputCount] }
    }
  }

  /// Whether the operation has parameters to train.
  var isTrained: Bool { !isFrozen && tensors.contains(where: \.isTrained) }
}

/// A network as a list of operations, from which both training plans and prediction are built.
///
/// Flattening needs no operation. A softmax or sigmoid at the end has none either, because losses and
/// predictions start from logits. The list has no memory: the plans and prediction lay out the values
/// themselves.
struct LoweredNetwork: Sendable {
  /// The operations in order.
  let operations: [LoweredOperation]
  let inputCount: Int
  let outputCount: Int
  /// The seed of random values in training, such as those of dropout.
  let seed: UInt64

  init(_ network: Sequential) {
    var operations: [LoweredOperation] = []
    var count = network.inputCount
    for (index, layer) in network.layers.enumerated() {
      let outputCount = layer.outputShape.reduce(1, *)
      let shapes = layer.tensors.map {
        LayerTensorShape($0.name, $0.shape, isTrained: $0.isTrained)
      }
      for (place, kind) in layer.configuration.kind.operations.enumerated() {
        operations.append(
          LoweredOperation(
            kind: kind, traits: kind.traits, layer: index, tensors: place == 0 ? shapes : [],
            isFrozen: layer.isFrozen, inputCount: count, outputCount: outputCount))
        count = outputCount
      }
    }
    if network.writtenOutputFunction == .sigmoid { operations.removeLast() }
    self.operations = operations
    inputCount = network.inputCount
    outputCount = count
    seed = network.seed
  }
}
