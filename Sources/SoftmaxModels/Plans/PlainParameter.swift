// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A parameter that the plain plan trains, and the way in which its gradient is summed.
struct PlainParameter: Sendable {
  /// The index of the operation in the plan.
  let operation: Int
  let role: GradientSum
  /// The tensors of the network that it holds; only a custom layer has several.
  let tensors: [PlainNetwork.Tensor]
  /// The values in the arena's layout, with their gradient and optimizer state.
  let tensor: TrainedTensor

  init(
    _ parameter: OperationParameter, tensors: [PlainNetwork.Tensor], of operation: Int,
    ruleStateCount: Int, isAccumulating: Bool, rateFactors: RateFactors?, in arena: Arena
  ) {
    let value = parameter.value
    let like = { arena.matrix(rowCount: value.rowCount, columnCount: value.columnCount) }
    self.operation = operation
    role = parameter.gradient
    self.tensors = tensors
    tensor = TrainedTensor(
      value, gradient: like(), ruleStateCount: ruleStateCount, isAccumulating: isAccumulating,
      isPenalized: tensors.contains(where: \.isPenalized), rateFactors: rateFactors
    ) { _ in like() }
  }

  /// Returns the slice of the values whose gradient a worker sums and which it updates.
  func share(of worker: Worker) -> BatchPart {
    let value = tensor.value
    let (rows, columns) = (0..<value.rowCount, 0..<value.columnCount)
    switch role {
    case .inputMajorWeight
    where !WorkDivision.hasColumns(value.columnCount, forWorkers: worker.count):
      return BatchPart(rows: worker.share(of: value.rowCount, alignedTo: 8), columns: columns)
    case .outputMajorWeight, .inputMajorWeight, .bias, .factor, .summed:
      return BatchPart(
        rows: rows, columns: WorkDivision.columns(of: value.columnCount, for: worker))
    case .custom:
      // One worker sums all rows, so the sum is in the order of the rows.
      let isOwner = operation % worker.count == worker.index
      return BatchPart(rows: isOwner ? rows : 0..<0, columns: columns)
    }
  }
}

extension PlainParameter {
  /// Converts values in the parameter's layout to tensors with the names and shapes of the network.
  func tensors(of numbers: MatrixView) -> [LayerTensor] {
    zip(tensors, parts(of: numbers)).map { tensor, part in
      LayerTensor(
        name: tensor.name, shape: tensor.shape,
        values: part.matrix(transposed: tensor.isTransposed).elements)
    }
  }

  /// Copies tensors in the shapes of the network into memory with the parameter's layout.
  func assign(_ values: [LayerTensor], to numbers: MatrixView) {
    for ((tensor, part), value) in zip(zip(tensors, parts(of: numbers)), values) {
      var matrix = Matrix(
        rowCount: tensor.isTransposed ? part.columnCount : part.rowCount,
        columnCount: tensor.isTransposed ? part.rowCount : part.columnCount)
      matrix.elements = value.values
      part.assign(matrix, transposed: tensor.isTransposed)
    }
  }

  // Returns the view of each tensor; the tensors of a custom layer are joined in one row.
  private func parts(of numbers: MatrixView) -> [MatrixView] {
    var begin = 0
    return tensors.map { tensor in
      guard tensor.isFlat else { return numbers }
      defer { begin += tensor.value.columnCount }
      return numbers.columns(begin..<begin + tensor.value.columnCount)
    }
  }
}
