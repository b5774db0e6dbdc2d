// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network's operations and tensors as views of an arena, in the order of the plain plan.
struct PlainNetwork: Sendable {
  /// An operation with its memory.
  struct Operation: Sendable, BitwiseCopyable {
    let body: LayerOperation
    let traits: OperationTraits
    let inputCount: Int
    let outputCount: Int
  }

  /// A layer's tensor in the arena.
  struct Tensor: Sendable {
    /// The layer's index in the network, and the tensor's index in the layer.
    let layer: Int
    let place: Int
    let name: String
    let shape: [Int]
    /// The values; a single row for a tensor of one dimension.
    let value: MatrixView
    /// Whether the values are stored transposed.
    let isTransposed: Bool
    /// Whether the values are stored as a single row, whatever the tensor's shape.
    let isFlat: Bool
    let isTrained: Bool
    /// Whether the penalties apply to it.
    let isPenalized: Bool
  }

  let operations: VectorView<Operation>
  /// The tensors of each operation.
  let tensors: [[Tensor]]
  let inputCount: Int
  let outputCount: Int

  /// Allocates the operations and tensors of a network in the arena.
  ///
  /// - Parameter rowCapacity: the maximum number of rows per batch.
  init(_ network: Sequential, rowCapacity: Int, in arena: Arena) {
    let lowered = LoweredNetwork(network)
    var operations: [Operation] = []
    var tensors: [[Tensor]] = []
    for operation in lowered.operations {
      let layout = TensorLayout(of: operation, in: arena)
      let memory = OperationMemory(
        arena: arena, rowCapacity: rowCapacity, columns: 0..<operation.outputCount,
        inputCount: operation.inputCount, outputCount: operation.outputCount,
        tensors: layout.memory, tensorCount: operation.tensors.count, layer: operation.layer,
        isFrozen: operation.isFrozen, seed: lowered.seed)
      operations.append(
        Operation(
          body: operation.kind.operation(in: memory), traits: operation.traits,
          inputCount: operation.inputCount, outputCount: operation.outputCount))
      tensors.append(
        operation.tensors.enumerated().map { place, tensor in
          Tensor(
            layer: operation.layer, place: place, name: tensor.name, shape: tensor.shape,
            value: layout.views[place], isTransposed: layout.isWeightTransposed && place == 0,
            isFlat: operation.traits.joinsTensors,
            isTrained: tensor.isTrained && !operation.isFrozen,
            isPenalized: network.layers[operation.layer].isPenalized(tensor.name))
        })
    }
    self.operations = arena.vector(copying: operations)
    self.tensors = tensors
    inputCount = lowered.inputCount
    outputCount = lowered.outputCount
    load(network)
  }

  /// Copies the values of a network's tensors into the arena.
  func load(_ network: Sequential) {
    for tensor in tensors.joined() {
      let source = network.layers[tensor.layer].tensors[tensor.place]
      tensor.value.assign(
        tensor.isFlat ? source.row : source.matrix, transposed: tensor.isTransposed)
    }
  }

  /// Copies the values in the arena into a network.
  func store(into network: inout Sequential) {
    for tensor in tensors.joined() {
      network.layers[tensor.layer].tensors[tensor.place].values =
        tensor.value.matrix(transposed: tensor.isTransposed).elements
    }
  }
}

/// The memory layout of an operation's tensors.
private struct TensorLayout {
  /// A view for each tensor.
  let views: [MatrixView]
  /// The memory that the operation is created with: the same views, or one row with all tensors joined.
  let memory: [MatrixView]
  let isWeightTransposed: Bool

  init(of operation: LoweredOperation, in arena: Arena) {
    let counts = operation.tensors.map(\.valueCount)
    func row(_ count: Int) -> MatrixView { arena.matrix(rowCount: 1, columnCount: count) }
    switch operation.traits.form {
    case .product:
      let (inputs, outputs) = (operation.inputCount, operation.outputCount)
      isWeightTransposed =
        WeightLayout(inputCount: inputs, outputCount: outputs) == .inputMajor
      let weight =
        isWeightTransposed
        ? arena.matrix(rowCount: inputs, columnCount: outputs)
        : arena.matrix(rowCount: outputs, columnCount: inputs)
      views = [weight, row(outputs)]
      memory = views
    case .rows, .columns, .elements:
      isWeightTransposed = false
      guard operation.traits.joinsTensors else {
        views = counts.map(row)
        memory = views
        return
      }
      let all = row(counts.reduce(0, +))
      var begin = 0
      views = counts.map { count in
        defer { begin += count }
        return all.columns(begin..<begin + count)
      }
      memory = [all]
    }
  }
}

extension PlainNetwork {
  /// Creates the trained parameters, with memory for their gradients and the optimizer's state.
  func parameters(
    ruleStateCount: Int, isAccumulating: Bool, in arena: Arena,
    rateFactors: (Tensor) -> RateFactors?
  ) -> [PlainParameter] {
    tensors.indices.flatMap { index -> [PlainParameter] in
      guard tensors[index].contains(where: \.isTrained) else { return [] }
      return operations[index].body.parameters.map {
        let own = Array(tensors[index][$0.tensors])
        // The tensors of a custom layer, which are several, all have the same factors.
        return PlainParameter(
          $0, tensors: own, of: index, ruleStateCount: ruleStateCount,
          isAccumulating: isAccumulating, rateFactors: own.first.flatMap(rateFactors), in: arena)
      }
    }
  }
}
