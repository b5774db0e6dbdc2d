// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A hash of the logits of a row, the same wherever the row is judged or predicted.
enum RowHash {
  /// Returns 64 bits that depend on a row of logits and on `start`.
  static func bits(_ logits: Matrix, row: Int, start: UInt64) -> UInt64 {
    var hash = mixed(start)
    let begin = row * logits.columnCount
    for index in begin..<begin + logits.columnCount {
      hash = mixed(hash ^ UInt64(logits.elements[index].bitPattern))
    }
    return hash
  }

  // A step and the output function of SplitMix64.
  private static func mixed(_ word: UInt64) -> UInt64 {
    var word = word &+ 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
