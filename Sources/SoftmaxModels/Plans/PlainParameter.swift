// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A tensor that the plain plan trains, and how its gradient is summed.
struct PlainParameter: Sendable {
  /// The place of the operation in the plan.
  let operation: Int
  let role: GradientSum
  /// What it is in the network; several tensors for a custom layer.
  let tensors: [PlainNetwork.Tensor]
  /// Its values as they lie in the arena, with all that their steps need.
  let tensor: TrainedTensor

  init(
    _ parameter: OperationParameter, tensors: [PlainNetwork.Tensor], of operation: Int,
    ruleCount: Int, isAccumulating: Bool, in arena: Arena
  ) {
    let value = parameter.value
    let like = { arena.matrix(rowCount: value.rowCount, columnCount: value.columnCount) }
    self.operation = operation
    role = parameter.gradient
    self.tensors = tensors
    tensor = TrainedTensor(
      value, gradient: like(), ruleCount: ruleCount, isAccumulating: isAccumulating,
      isPenalized: tensors.contains(where: \.isPenalized)
    ) { _ in like() }
  }

  /// What a worker sums and updates of the values as they lie.
  func share(of worker: Worker) -> BatchPart {
    let value = tensor.value
    let (rows, columns) = (0..<value.rowCount, 0..<value.columnCount)
    switch role {
    case .inputMajorWeight
    where !PlanSharing.hasColumns(value.columnCount, forWorkers: worker.count):
      return BatchPart(rows: worker.share(of: value.rowCount, alignedTo: 8), columns: columns)
    case .outputMajorWeight, .inputMajorWeight, .bias, .factor, .summed:
      return BatchPart(
        rows: rows, columns: PlanSharing.columns(of: value.columnCount, for: worker))
    case .custom:
      // One worker sums all rows, so that the order is that of the rows.
      let isOwner = operation % worker.count == worker.index
      return BatchPart(rows: isOwner ? rows : 0..<0, columns: columns)
    }
  }
}

extension PlainParameter {
  /// Values that are laid out as the parameter, under the tensors' names and in their shapes.
  func tensors(of numbers: MatrixView) -> [LayerTensor] {
    zip(tensors, parts(of: numbers)).map { tensor, part in
      LayerTensor(
        name: tensor.name, shape: tensor.shape,
        values: part.matrix(transposed: tensor.isTransposed).elements)
    }
  }

  /// Takes the values of such tensors over.
  func assign(_ values: [LayerTensor], to numbers: MatrixView) {
    for ((tensor, part), value) in zip(zip(tensors, parts(of: numbers)), values) {
      var matrix = Matrix(
        rowCount: tensor.isTransposed ? part.columnCount : part.rowCount,
        columnCount: tensor.isTransposed ? part.rowCount : part.columnCount)
      matrix.elements = value.values
      part.assign(matrix, transposed: tensor.isTransposed)
    }
  }

  // The part of each tensor: those of a custom layer lie one after the other.
  private func parts(of numbers: MatrixView) -> [MatrixView] {
    var begin = 0
    return tensors.map { tensor in
      guard tensor.isFlat else { return numbers }
      defer { begin += tensor.value.columnCount }
      return numbers.columns(begin..<begin + tensor.value.columnCount)
    }
  }
}
