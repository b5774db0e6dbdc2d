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
    case custom(PlanOperation.Custom)
  }

  /// The place of the operation in the plan.
  let operation: Int
  let role: Role
  /// What it is in the network; several tensors for a layer of the user's own.
  let tensors: [LoweredNetwork.Tensor]
  /// The numbers as they lie in the arena.
  let value: MatrixView
  let gradient: MatrixView
  /// The optimizer's, as many as it asks for.
  let memory: [MatrixView]
  /// Whether a penalty on the weights counts this one.
  let isPenalized: Bool

  init(
    _ tensors: [LoweredNetwork.Tensor], value: MatrixView, of operation: Int, role: Role,
    memoryCount: Int, in arena: Arena
  ) {
    let like = { arena.matrix(rowCount: value.rowCount, columnCount: value.columnCount) }
    self.operation = operation
    self.role = role
    self.tensors = tensors
    self.value = value
    gradient = like()
    memory = (0..<memoryCount).map { _ in like() }
    isPenalized =
      switch role {
      case .outputMajorWeight, .inputMajorWeight: true
      case .bias, .factor, .summed, .custom: false
      }
  }

  /// What a worker sums and updates of the numbers as they lie.
  func share(of worker: Worker) -> PlanPart {
    let (rows, columns) = (0..<value.rowCount, 0..<value.columnCount)
    switch role {
    case .inputMajorWeight
    where !PlanSharing.hasColumns(value.columnCount, forWorkers: worker.count):
      return PlanPart(rows: worker.share(of: value.rowCount, alignedTo: 8), columns: columns)
    case .outputMajorWeight, .inputMajorWeight, .bias, .factor, .summed:
      return PlanPart(
        rows: rows, columns: PlanSharing.columns(of: value.columnCount, for: worker))
    case .custom:
      // One worker sums all rows, so that the order is that of the rows.
      let isOwner = operation % worker.count == worker.index
      return PlanPart(rows: isOwner ? rows : 0..<0, columns: columns)
    }
  }
}

extension PlainParameter {
  /// Numbers that are laid out as the parameter, under the tensors' names and in their shapes.
  func tensors(of numbers: MatrixView) -> [LayerTensor] {
    zip(tensors, parts(of: numbers)).map { tensor, part in
      LayerTensor(
        name: tensor.name, shape: tensor.shape,
        values: part.matrix(transposed: tensor.isTransposed).elements)
    }
  }

  /// Takes the numbers of such tensors over.
  func assign(_ values: [LayerTensor], to numbers: MatrixView) {
    for ((tensor, part), value) in zip(zip(tensors, parts(of: numbers)), values) {
      var matrix = Matrix(
        rowCount: tensor.isTransposed ? part.columnCount : part.rowCount,
        columnCount: tensor.isTransposed ? part.rowCount : part.columnCount)
      matrix.elements = value.values
      part.assign(matrix, transposed: tensor.isTransposed)
    }
  }

  // The part of each tensor: those of a layer of the user's own lie one behind the other.
  private func parts(of numbers: MatrixView) -> [MatrixView] {
    var begin = 0
    return tensors.map { tensor in
      guard tensor.isFlat else { return numbers }
      defer { begin += tensor.value.columnCount }
      return numbers.columns(begin..<begin + tensor.value.columnCount)
    }
  }
}

extension LoweredNetwork {
  /// What is trained, with memory for its gradient and for the optimizer.
  func parameters(memoryCount: Int, in arena: Arena) -> [PlainParameter] {
    var result: [PlainParameter] = []
    func add(_ tensors: [Tensor], value: MatrixView, of index: Int, role: PlainParameter.Role) {
      result.append(
        PlainParameter(
          tensors, value: value, of: index, role: role, memoryCount: memoryCount, in: arena))
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
      case .custom(let layer):
        add(tensors, value: layer.parameters, of: index, role: .custom(layer))
      case .activation, .dropout: break
      }
    }
    return result
  }
}
