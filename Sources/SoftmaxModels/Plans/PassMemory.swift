// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The memory between the operations of the plain plan: what comes out of each, and the gradients.
struct PassMemory: Sendable {
  /// The features of the rows, once or for each worker: [rows, features].
  let inputs: VectorView<MatrixView>
  /// The output of each operation: [rows, outputs].
  let values: VectorView<MatrixView>
  /// The gradient of the loss to each operation's output: [rows, outputs].
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
      // What nobody asks for again makes room for what comes of it.
      let before = index > 0 ? network.operations[index - 1] : nil
      if operation.traits.isInPlace, before?.traits.needsOutput == false,
        let last = values.last
      {
        values.append(last)
      } else {
        values.append(arena.matrix(rowCount: rowCapacity, columnCount: count))
      }
      // A gradient is turned into the input's in place.
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
