// SPDX-License-Identifier: Apache-2.0

/// Returns the sum of a term over rows, in double, in an order that depends only on the number of rows.
///
/// The rows are summed in ascending order in blocks of `Kernels.rowChunk`; `treeSum` adds the blocks.
package func sumOverRows(_ rows: Range<Int>, _ term: (Int) -> Double) -> Double {
  treeSum(of: (rows.count + Kernels.rowChunk - 1) / Kernels.rowChunk) { block in
    let begin = rows.lowerBound + block * Kernels.rowChunk
    var sum = 0.0
    for row in begin..<min(begin + Kernels.rowChunk, rows.upperBound) { sum += term(row) }
    return sum
  }
}

/// Returns the sum of `count` blocks, added in pairs: trees of 2^k blocks, then the trees, smallest first.
///
/// `block` returns the sum of a block, and is called for the blocks in ascending order.
package func treeSum(of count: Int, _ block: (Int) -> Double) -> Double {
  // Returns the sum of the blocks begin..<begin + 2^level: the first half plus the second half.
  func sum(from begin: Int, level: Int) -> Double {
    if level == 0 { return block(begin) }
    let half = level - 1
    let earlier = sum(from: begin, level: half)
    return earlier + sum(from: begin + 1 << half, level: half)
  }
  // Each binary digit 1 of the count is a complete tree, the largest first; the trees are added starting
  // with the smallest.
  func total(from begin: Int) -> Double {
    let level = Int.bitWidth - 1 - (count - begin).leadingZeroBitCount
    let tree = sum(from: begin, level: level)
    let next = begin + 1 << level
    return next < count ? tree + total(from: next) : tree
  }
  return count > 0 ? total(from: 0) : 0
}
