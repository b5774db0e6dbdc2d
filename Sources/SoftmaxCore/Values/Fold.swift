// SPDX-License-Identifier: Apache-2.0

/// A fold of a cross-validation: the rows that are judged, by a model that learns from others.
package struct Fold: Hashable, Sendable {
  /// The rows that are judged, in ascending order.
  package let judged: [Int]
  /// The rows that are neither judged nor learned from, such as those that come later.
  package let leftOut: [Int]

  package init(judged: [Int], leftOut: [Int] = []) {
    self.judged = judged
    self.leftOut = leftOut
  }

  /// Returns the rows that are learned from, in ascending order.
  ///
  /// - Parameter rowCount: the number of all rows.
  package func learned(ofRows rowCount: Int) -> [Int] {
    var isLearned = [Bool](repeating: true, count: rowCount)
    for row in judged { isLearned[row] = false }
    for row in leftOut { isLearned[row] = false }
    return (0..<rowCount).filter { isLearned[$0] }
  }
}
