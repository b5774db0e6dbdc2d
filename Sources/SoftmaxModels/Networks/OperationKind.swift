// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// An operation of a network before it has memory: what the plans and prediction decide by.
package protocol OperationKind: Sendable {
  /// What the plans may do with it.
  var traits: OperationTraits { get }

  /// The operation over memory.
  func operation(in memory: OperationMemory) -> LayerOperation
}

/// What the plans may do with an operation.
///
/// There are no defaults: each operation says all of it.
package struct OperationTraits: Sendable, BitwiseCopyable {
  /// What an output depends on, and the gradient to an input on the way back.
  package enum Form: Sendable, BitwiseCopyable {
    /// All inputs of its row, by a weight [outputs, inputs] and a bias, which each reader lays out as
    /// its products run fastest.
    case product
    /// All inputs of its row.
    case rows
    /// The inputs at its place of all rows of the batch.
    case columns
    /// The input at its place.
    case elements
  }

  let form: Form
  /// Whether the way back looks at what went in.
  let needsInput: Bool
  /// Whether the way back looks at what came out.
  let needsOutput: Bool
  /// Whether the outputs can be written over the inputs.
  let canOverwriteInputs: Bool
  /// Whether the gradient to the inputs can be written over that to the outputs: where nobody sums the
  /// latter over the rows afterwards.
  let canOverwriteGradient: Bool
  /// Whether gradients of parameters are summed on the way back, not afterwards.
  let sumsOnTheWayBack: Bool
  /// Whether all tensors are to lie in one row, one after the other.
  let joinsTensors: Bool
  /// Whether it does anything in prediction.
  let actsInPrediction: Bool

  /// Whether an output takes all of its row's inputs, and an input's gradient all of its row's
  /// gradients.
  var takesWholeRows: Bool {
    switch form {
    case .product, .rows: true
    case .columns, .elements: false
    }
  }

  /// Whether in training the outputs may take the place of the inputs.
  var isInPlace: Bool { canOverwriteInputs && !needsInput }
}

/// What an operation comes to be over: its layer's tensors, and room for what it remembers.
package struct OperationMemory {
  let arena: Arena
  /// The most rows of a batch; nil for prediction, in which nothing is remembered.
  let rowCapacity: Int?
  /// The outputs that are computed: all, or those of some worker.
  let columns: Range<Int>
  /// The number of all inputs and of all outputs of a row.
  let inputCount: Int
  let outputCount: Int
  /// The values of the layer's tensors, as far as they are of `columns`.
  ///
  /// One row of all where the operation joins them. In prediction they hold the network's values
  /// already.
  let tensors: [MatrixView]
  /// The number of the layer's tensors.
  let tensorCount: Int
  /// The layer's place.
  let layer: Int
  let isFrozen: Bool
  /// The network's seed.
  let seed: UInt64

  /// A value for each column.
  func row() -> MatrixView { arena.matrix(rowCount: 1, columnCount: columns.count) }

  /// A value for each row and column of a batch.
  func rows() -> MatrixView { arena.matrix(rowCount: rowCapacity ?? 0, columnCount: columns.count) }
}
