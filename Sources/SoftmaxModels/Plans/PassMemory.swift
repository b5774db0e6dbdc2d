// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The memory of the plain plan for the outputs of the operations and their gradients.
struct PassMemory: Sendable {
  /// The features of the rows, shared or a copy for each worker: [rows, features].
  let inputs: VectorView<MatrixView>
  /// The output of each operation: [rows, outputs].
  let values: VectorView<MatrixView>
  /// The gradient of the loss with respect to each operation's output: [rows, outputs].
  let gradients: VectorView<MatrixView>

  init(_ network: PlainNetwork, rowCapacity: Int, inputCount: Int, in arena: Arena) {
    inputs = arena.vector(
      copying: (0..<inputCount).map { _ in
        arena.matrix(rowCount: rowCapacity, columnCount: network.inputCount)
      })
    var values: [MatrixView] = []
    var gradients: [MatrixView] = []
    for index in 0..<network.operations.count {
      let operation = network.operations[index]
      let count = operation.outputCount
      // An operation that works in place overwrites its input, unless the backward pass needs that input
      // again as the output of the operation before.
      let before = index > 0 ? network.operations[index - 1] : nil
      if operation.traits.isInPlace, before?.traits.needsOutput == false,
        let last = values.last
      {
        values.append(last)
      } else {
        values.append(arena.matrix(rowCount: rowCapacity, columnCount: count))
      }
      // The gradient with respect to the input overwrites that with respect to the output if the operation
      // allows it.
      if operation.traits.canOverwriteGradient, let last = gradients.last {
        gradients.append(last)
      } else {
        gradients.append(arena.matrix(rowCount: rowCapacity, columnCount: count))
      }
    }
    self.values = arena.vector(copying: values)
    self.gradients = arena.vector(copying: gradients)
  }

  /// The logits: [rows, classes].
  var logits: MatrixView { values[values.count - 1] }
}
