// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// An operation of a network before memory is laid out for it.
package protocol OperationKind: Sendable {
  /// The properties from which plans and prediction decide how to run the operation.
  var traits: OperationTraits { get }

  /// Returns the operation over views of the given memory.
  func operation(in memory: OperationMemory) -> LayerOperation
}

/// The properties from which plans and prediction decide how to run an operation.
///
/// There are no defaults, so every operation states all of them.
package struct OperationTraits: Sendable, BitwiseCopyable {
  /// The inputs that an output depends on, and equally the output gradients that an input gradient depends
  /// on.
  package enum Form: Sendable, BitwiseCopyable {
    /// All inputs of the row, by a weight [outputs, inputs] and a bias. Each plan, and prediction, stores the
    /// weight in the layout that is fastest for it.
    case product
    /// All inputs of the row.
    case rows
    /// The inputs in the same column of all rows of the batch.
    case columns
    /// The input at the same row and column only.
    case elements
  }

  let form: Form
  /// Whether the backward pass reads the inputs.
  let needsInput: Bool
  /// Whether the backward pass reads the outputs.
  let needsOutput: Bool
  /// Whether the outputs can be written over the inputs.
  let canOverwriteInputs: Bool
  /// Whether the input gradients can be written over the output gradients.
  ///
  /// They cannot if the output gradients are summed over the rows afterwards.
  let canOverwriteGradient: Bool
  /// Whether the backward pass itself sums the gradients of parameters; otherwise they are summed afterwards.
  let sumsOnTheWayBack: Bool
  /// Whether all tensors are concatenated in one row.
  let joinsTensors: Bool
  /// Whether the operation has an effect in prediction.
  let actsInPrediction: Bool

  /// Whether an output depends on all inputs of its row, and an input gradient on all output gradients of its
  /// row.
  var takesWholeRows: Bool {
    switch form {
    case .product, .rows: true
    case .columns, .elements: false
    }
  }

  /// Whether the outputs may overwrite the inputs in training.
  var isInPlace: Bool { canOverwriteInputs && !needsInput }
}

/// The memory of an operation: the tensors of its layer, and the arena from which it takes space for
/// intermediate values.
package struct OperationMemory {
  let arena: Arena
  /// The maximum number of rows of a batch; nil for prediction, which stores no intermediate values.
  let rowCapacity: Int?
  /// The outputs to compute: all, or those of one worker.
  let columns: Range<Int>
  /// The numbers of all inputs and all outputs of a row.
  let inputCount: Int
  let outputCount: Int
  /// The values of the layer's tensors, restricted to `columns`.
  ///
  /// If the operation concatenates its tensors, there is one row. In prediction the views already hold the
  /// values of the network.
  let tensors: [MatrixView]
  /// The number of the layer's tensors.
  let tensorCount: Int
  /// The index of the layer.
  let layer: Int
  let isFrozen: Bool
  /// The network's seed.
  let seed: UInt64

  /// Returns a new row with one value per column.
  func row() -> MatrixView { arena.matrix(rowCount: 1, columnCount: columns.count) }

  /// Returns a new matrix with one value per row of a batch and column; it has no rows in prediction.
  func rows() -> MatrixView { arena.matrix(rowCount: rowCapacity ?? 0, columnCount: columns.count) }
}
