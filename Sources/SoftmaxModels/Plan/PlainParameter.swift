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
  }

  /// The place of the operation in the plan.
  let operation: Int
  let role: Role
  let tensor: LoweredNetwork.Tensor
  let gradient: MatrixView
  /// The optimizer's, as many as it asks for.
  let memory: [MatrixView]
  /// Whether a penalty on the weights counts this one.
  let isPenalized: Bool

  init(
    _ tensor: LoweredNetwork.Tensor, of operation: Int, role: Role, memoryCount: Int,
    in arena: Arena
  ) {
    let (rows, columns) = (tensor.value.rowCount, tensor.value.columnCount)
    self.operation = operation
    self.role = role
    self.tensor = tensor
    gradient = arena.matrix(rowCount: rows, columnCount: columns)
    memory = (0..<memoryCount).map { _ in arena.matrix(rowCount: rows, columnCount: columns) }
    isPenalized =
      switch role {
      case .outputMajorWeight, .inputMajorWeight: true
      case .bias: false
      }
  }

  var value: MatrixView { tensor.value }

  /// What a worker sums and updates: rows or columns of the numbers as they lie, maybe none.
  func share(of worker: Worker) -> PlainShare {
    switch role {
    case .inputMajorWeight: .rows(worker.share(of: value.rowCount, alignedTo: 8))
    case .outputMajorWeight, .bias: .columns(worker.share(of: value.columnCount, alignedTo: 32))
    }
  }
}

extension PlainParameter {
  /// The gradient under the tensor's name and in its shape.
  var storedGradient: LayerTensor {
    LayerTensor(
      name: tensor.name, shape: tensor.shape,
      values: gradient.matrix(transposed: tensor.isTransposed).elements)
  }
}

extension LoweredNetwork {
  /// What is trained, with memory for its gradient and for the optimizer.
  func parameters(memoryCount: Int, in arena: Arena) -> [PlainParameter] {
    var result: [PlainParameter] = []
    for (index, tensors) in tensors.enumerated() {
      for tensor in tensors where tensor.isTrained {
        let role: PlainParameter.Role
        switch operations[index] {
        case .dense(let layer) where tensor.place == 0:
          role = layer.layout == .outputMajor ? .outputMajorWeight : .inputMajorWeight
        case .dense: role = .bias
        case .activation: continue
        }
        result.append(
          PlainParameter(tensor, of: index, role: role, memoryCount: memoryCount, in: arena))
      }
    }
    return result
  }
}

/// Some rows or columns of a parameter as it lies in the arena.
enum PlainShare: Sendable {
  case rows(Range<Int>)
  case columns(Range<Int>)

  var isEmpty: Bool {
    switch self {
    case .rows(let range), .columns(let range): range.isEmpty
    }
  }

  /// The columns of x that a share of a weight [inputs, outputs] belongs to.
  func columns(of x: MatrixView) -> MatrixView {
    switch self {
    case .rows(let range), .columns(let range): x.columns(range)
    }
  }

  /// These rows or columns of a view.
  func of(_ view: MatrixView) -> MatrixView {
    switch self {
    case .rows(let range): view.rows(range)
    case .columns(let range): view.columns(range)
    }
  }
}
