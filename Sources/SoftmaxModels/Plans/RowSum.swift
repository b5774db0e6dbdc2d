// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The sum of a term over rows, in double: ascending in blocks of `Kernels.rowChunk` rows, the blocks
/// by the tree of a binary counter.
func sumOverRows(_ rows: Range<Int>, _ term: (Int) -> Double) -> Double {
  treeSum(of: (rows.count + Kernels.rowChunk - 1) / Kernels.rowChunk) { block in
    let begin = rows.lowerBound + block * Kernels.rowChunk
    var sum = 0.0
    for row in begin..<min(begin + Kernels.rowChunk, rows.upperBound) { sum += term(row) }
    return sum
  }
}

/// The sum of so many blocks' sums by the tree of a binary counter; `block` is called in order.
func treeSum(of count: Int, _ block: (Int) -> Double) -> Double {
  // The sum of blocks begin..<begin + 2^level, which is earlier half + later half.
  func sum(from begin: Int, level: Int) -> Double {
    if level == 0 { return block(begin) }
    let half = level - 1
    let earlier = sum(from: begin, level: half)
    return earlier + sum(from: begin + 1 << half, level: half)
  }
  // The counter's digits are complete trees, largest first; they are added from the smallest up.
  func total(from begin: Int) -> Double {
    let level = Int.bitWidth - 1 - (count - begin).leadingZeroBitCount
    let tree = sum(from: begin, level: level)
    let next = begin + 1 << level
    return next < count ? tree + total(from: next) : tree
  }
  return count > 0 ? total(from: 0) : 0
}
