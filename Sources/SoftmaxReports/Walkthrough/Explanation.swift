// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The explanation of softmax and cross-entropy on a batch that `softmax explain` prints.
package struct Explanation: Sendable {
  let walkthrough: SoftmaxWalkthrough
  let rowNumbers: [Int]
  let origin: String?
  let example: SoftmaxWalkthrough

  /// Creates the explanation of a batch.
  ///
  /// - Parameters:
  ///   - walkthrough: the stages of the batch; by default the worked example.
  ///   - rowNumbers: the numbers that the output gives the rows, one for each row that is shown.
  ///   - origin: a description of the source of the logits; nil omits it.
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
