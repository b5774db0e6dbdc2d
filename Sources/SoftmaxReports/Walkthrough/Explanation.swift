// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A lesson about softmax and cross-entropy on a batch: what `softmax explain` says.
package struct Explanation: Sendable {
  let walkthrough: SoftmaxWalkthrough
  let rowNumbers: [Int]
  let origin: String?
  let example: SoftmaxWalkthrough

  /// Explains a batch.
  ///
  /// - Parameters:
  ///   - walkthrough: its way through the stages; without one, the worked example's first rows.
  ///   - rowNumbers: what its rows are called.
  ///   - origin: where its scores come from.
  package init(
    _ walkthrough: SoftmaxWalkthrough? = nil, rowNumbers: [Int], origin: String? = nil
  ) throws(SoftmaxError) {
    let example = try SoftmaxWalkthrough.workedExample()
    self.example = example
    self.walkthrough = walkthrough ?? example
    self.rowNumbers = rowNumbers
    self.origin = origin
  }
}
