// SPDX-License-Identifier: Apache-2.0

/// An operation of a network, with the place that it has there.
struct LoweredOperation: Sendable {
  let kind: any OperationKind
  let traits: OperationTraits
  /// The place of its layer in the network.
  let layer: Int
  /// The layer's tensors, where it is the layer's first operation.
  let tensors: [LayerTensorShape]
  let isFrozen: Bool
  /// The numbers of values that go into a row and come out.
  let inputCount: Int
  let outputCount: Int

  /// Whether it looks at each unit by itself and trains no more than values for each: then whoever
  /// owns some units needs nobody else for it.
  var isOfUnits: Bool {
    switch traits.form {
    case .product, .rows: false
    case .columns, .elements:
      tensors.isEmpty
        || traits.sumsOnTheWayBack && tensors.allSatisfy { $0.shape == [outputCount] }
    }
  }
}

/// A network as a list of operations: the one that both plans and prediction read.
///
/// Flattening costs nothing and is gone; so is the softmax or the sigmoid at the end, since losses and
/// predictions start from logits. Nothing has memory yet: each reader lays it out by itself.
struct LoweredNetwork: Sendable {
  /// First to last.
  let operations: [LoweredOperation]
  let inputCount: Int
  let outputCount: Int
  /// What is drawn in training is drawn from it.
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
