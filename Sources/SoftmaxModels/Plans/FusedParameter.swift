// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A slice of a parameter that one worker owns, with its optimizer state and gradient.
struct FusedParameter: Sendable, BitwiseCopyable {
  let value: MatrixView
  /// The optimizer's state; nil for values that the optimizer does not keep.
  let first: MatrixView?
  let second: MatrixView?
  /// Sums of the gradient over blocks of rows: the partial sums of `treeSum`, one level of the tree below
  /// the other.
  ///
  /// Empty if every step is a single block and the update uses the gradient in registers without storing
  /// it.
  let gradients: MatrixView
  /// The factor l2 of the penalty.
  let l2Penalty: Float
  /// The factors of the rate and the decay; nil if all parameters have those of the update.
  let rateFactors: RateFactors?

  init(
    _ value: MatrixView, stateOf optimizer: Optimizer?, gradientLevelCount: Int,
    l2Penalty: Float, rateFactors: RateFactors?, in arena: Arena
  ) {
    let stateCount = optimizer?.stateCount ?? 0
    precondition(stateCount <= 2, "the plain plan has room for more state")
    func like(times count: Int) -> MatrixView {
      arena.matrix(rowCount: count * value.rowCount, columnCount: value.columnCount)
    }
    self.value = value
    first = stateCount > 0 ? like(times: 1) : nil
    second = stateCount > 1 ? like(times: 1) : nil
    first?.fill(optimizer?.rule.initialState ?? 0)
    gradients = like(times: gradientLevelCount)
    self.l2Penalty = l2Penalty
    self.rateFactors = rateFactors
  }

  private init(_ whole: FusedParameter, columns: Range<Int>) {
    value = whole.value.columns(columns)
    first = whole.first?.columns(columns)
    second = whole.second?.columns(columns)
    gradients = whole.gradients.columns(columns)
    l2Penalty = whole.l2Penalty
    rateFactors = whole.rateFactors
  }

  /// Returns a slice with some of the columns.
  func columns(_ range: Range<Int>) -> FusedParameter { FusedParameter(self, columns: range) }

  /// Returns a value of the optimizer's state: 0 is the first, 1 the second.
  func state(_ slot: Int) -> MatrixView {
    guard let view = slot == 0 ? first : second else {
      preconditionFailure("the optimizer has no state \(slot)")
    }
    return view
  }

  /// Returns the partial sum of the gradient at a level of the summation tree.
  func gradient(atLevel level: Int) -> MatrixView {
    gradients.rows(level * value.rowCount..<(level + 1) * value.rowCount)
  }

  /// Returns the memory for the gradient of a block of rows, which `add(block:with:)` then adds to the
  /// sums.
  func gradient(ofBlock block: Int) -> MatrixView {
    gradient(atLevel: (~block).trailingZeroBitCount)
  }

  /// Adds the gradient of a block of rows to those of earlier blocks, in the order of the summation tree.
  func add(block: Int, with kernels: Kernels) {
    let level = (~block).trailingZeroBitCount
    for lower in 0..<level {
      kernels.add(gradient(atLevel: lower), to: gradient(atLevel: level))
    }
  }

  /// Returns the gradient summed over all blocks.
  func total(blockCount: Int, with kernels: Kernels) -> MatrixView {
    let lowest = blockCount.trailingZeroBitCount
    let total = gradient(atLevel: lowest)
    var level = lowest + 1
    while blockCount >> level > 0 {
      if blockCount >> level & 1 == 1 { kernels.add(gradient(atLevel: level), to: total) }
      level += 1
    }
    return total
  }

  /// Updates the value along the product of two matrices over a block of rows, or without an update adds the product
  /// to the sums of the gradient.
  func descend(
    alongProductOf a: MatrixView, isTransposed: Bool, _ b: MatrixView, block: Int,
    by update: Kernels.Update?, with kernels: Kernels
  ) {
    if let update {
      kernels.descend(
        value, alongProductOf: a, isTransposed: isTransposed, b,
        by: update.scaled(by: rateFactors), l2: l2Penalty, first: first, second: second)
    } else {
      kernels.gradient(
        alongProductOf: a, isTransposed: isTransposed, b, into: gradient(ofBlock: block))
      add(block: block, with: kernels)
    }
  }

  /// Updates the value with the stored gradient of a block of rows, or without an update adds it to the sums.
  func descend(block: Int, by update: Kernels.Update?, with kernels: Kernels) {
    if let update {
      step(along: gradient(ofBlock: block), by: update, with: kernels)
    } else {
      add(block: block, with: kernels)
    }
  }

  /// Updates the value with a stored gradient.
  func step(along gradient: MatrixView, by update: Kernels.Update, with kernels: Kernels) {
    kernels.update(
      value, along: gradient, by: update.scaled(by: rateFactors), l2: l2Penalty, first: first,
      second: second)
  }
}
