// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A tensor that the plain plan trains: its numbers, their gradient, the optimizer's memory, all laid
/// out alike.
struct PlainParameter: Sendable {
  /// How the gradient is summed over the rows of a batch.
  enum Role: Sendable, BitwiseCopyable {
    /// Of the weight [outputs, inputs] of a dense layer.
    case outputMajorWeight
    /// Of the weight of a dense layer that lies as [inputs, outputs].
    case inputMajorWeight
    /// Of what is added to each output.
    case bias
    /// Of what each column of these rows is multiplied with.
    case factor(MatrixView)
    /// Summed already, on the way back.
    case summed(MatrixView)
    /// By a layer of the user's own.
    case own(PlanOperation.Own)
  }

  /// The place of the operation in the plan.
  let operation: Int
  let role: Role
  /// What it is in the network; several tensors for a layer of the user's own.
  let tensors: [LoweredNetwork.Tensor]
  /// The numbers as they lie in the arena.
  let value: PiecedMatrix
  let gradient: PiecedMatrix
  /// The optimizer's, as many as it asks for.
  let memory: [PiecedMatrix]
  /// Whether a penalty on the weights counts this one.
  let isPenalized: Bool

  init(
    _ tensors: [LoweredNetwork.Tensor], value: PiecedMatrix, of operation: Int, role: Role,
    memoryCount: Int, in arena: Arena
  ) {
    self.operation = operation
    self.role = role
    self.tensors = tensors
    self.value = value
    gradient = value.zeros(in: arena)
    memory = (0..<memoryCount).map { _ in value.zeros(in: arena) }
    isPenalized =
      switch role {
      case .outputMajorWeight, .inputMajorWeight: true
      case .bias, .factor, .summed, .own: false
      }
  }

  /// What a worker sums and updates: columns of the numbers as they lie, maybe none.
  func share(of worker: Worker) -> Range<Int> {
    switch role {
    case .outputMajorWeight, .inputMajorWeight, .bias, .factor, .summed:
      PlanSharing.columns(of: value.columnCount, for: worker)
    case .own:
      // One worker sums all rows, so that the order is that of the rows.
      0..<(operation % worker.count == worker.index ? value.columnCount : 0)
    }
  }
}

// Several tensors are those of a layer of the user's own, one behind the other in a row.
extension PlainParameter {
  private var isTransposed: Bool { tensors[0].isTransposed }

  /// Numbers that are laid out as the parameter, under the tensors' names and in their shapes.
  func tensors(of numbers: PiecedMatrix) -> [LayerTensor] {
    var rest = numbers.matrix(transposed: isTransposed).elements[...]
    return tensors.map { tensor in
      let count = tensor.shape.reduce(1, *)
      defer { rest = rest.dropFirst(count) }
      return LayerTensor(name: tensor.name, shape: tensor.shape, values: Array(rest.prefix(count)))
    }
  }

  /// Takes the numbers of such tensors over.
  func assign(_ values: [LayerTensor], to numbers: PiecedMatrix) {
    let (rows, columns) = (numbers.rowCount, numbers.columnCount)
    var matrix = Matrix(
      rowCount: isTransposed ? columns : rows, columnCount: isTransposed ? rows : columns)
    matrix.elements = values.flatMap(\.values)
    numbers.assign(matrix, transposed: isTransposed)
  }
}

extension LoweredNetwork {
  /// What is trained, with memory for its gradient and for the optimizer.
  func parameters(memoryCount: Int, in arena: Arena) -> [PlainParameter] {
    var result: [PlainParameter] = []
    func add(_ tensors: [Tensor], value: PiecedMatrix, of index: Int, role: PlainParameter.Role) {
      result.append(
        PlainParameter(
          tensors, value: value, of: index, role: role, memoryCount: memoryCount, in: arena))
    }
    func add(_ tensors: [Tensor], value: MatrixView, of index: Int, role: PlainParameter.Role) {
      add(tensors, value: PiecedMatrix(value, in: arena), of: index, role: role)
    }
    for (index, tensors) in tensors.enumerated() where tensors.contains(where: \.isTrained) {
      switch operations[index] {
      case .dense(let layer):
        add(
          [tensors[0]], value: layer.weight, of: index,
          role: layer.layout == .outputMajor ? .outputMajorWeight : .inputMajorWeight)
        add([tensors[1]], value: layer.bias, of: index, role: .bias)
      case .batchNormalization(let layer):
        add([tensors[0]], value: layer.gamma, of: index, role: .summed(layer.productSum))
        add([tensors[1]], value: layer.beta, of: index, role: .summed(layer.gradientSum))
      case .layerNormalization(let layer):
        add([tensors[0]], value: layer.gamma, of: index, role: .factor(layer.normal))
        add([tensors[1]], value: layer.beta, of: index, role: .bias)
      case .own(let layer):
        add(tensors, value: layer.parameters, of: index, role: .own(layer))
      case .activation, .dropout: break
      }
    }
    return result
  }
}
