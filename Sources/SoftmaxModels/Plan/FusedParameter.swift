// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Some of a network's parameters, owned by one worker, with all that their updates need.
struct FusedParameter: Sendable {
  let value: MatrixView
  /// The optimizer's memory.
  let first: MatrixView?
  let second: MatrixView?
  /// Sums of the gradient over blocks of rows, by the level of their tree; none where every step is
  /// a single block and the gradient is stepped along without being stored.
  let gradients: [MatrixView]
  /// The factor of the penalty.
  let l2Penalty: Float

  init(
    _ value: MatrixView, memoryCount: Int, gradientLevelCount: Int, l2Penalty: Float,
    in arena: Arena
  ) {
    func like() -> MatrixView {
      arena.matrix(rowCount: value.rowCount, columnCount: value.columnCount)
    }
    self.value = value
    first = memoryCount > 0 ? like() : nil
    second = memoryCount > 1 ? like() : nil
    gradients = (0..<gradientLevelCount).map { _ in like() }
    self.l2Penalty = l2Penalty
  }

  private init(_ whole: FusedParameter, columns: Range<Int>) {
    value = whole.value.columns(columns)
    first = whole.first?.columns(columns)
    second = whole.second?.columns(columns)
    gradients = whole.gradients.map { $0.columns(columns) }
    l2Penalty = whole.l2Penalty
  }

  /// Some of the columns.
  func columns(_ range: Range<Int>) -> FusedParameter { FusedParameter(self, columns: range) }

  /// Where the gradient of a block of rows goes; `add(block:with:)` then adds it to those before.
  func gradient(ofBlock block: Int) -> MatrixView { gradients[(~block).trailingZeroBitCount] }

  /// Adds the gradient of a block of rows to those before, in the order of the tree.
  func add(block: Int, with kernels: Kernels) {
    let level = (~block).trailingZeroBitCount
    for lower in 0..<level { kernels.add(gradients[lower], to: gradients[level]) }
  }

  /// The gradient over all blocks.
  func total(blockCount: Int, with kernels: Kernels) -> MatrixView {
    let lowest = blockCount.trailingZeroBitCount
    for level in gradients.indices.dropFirst(lowest + 1) where blockCount >> level & 1 == 1 {
      kernels.add(gradients[level], to: gradients[lowest])
    }
    return gradients[lowest]
  }

  /// Takes a step along a stored gradient.
  func step(along gradient: MatrixView, by update: Kernels.Update, with kernels: Kernels) {
    kernels.update(
      value, along: gradient, by: update, l2: l2Penalty, first: first, second: second)
  }
}
