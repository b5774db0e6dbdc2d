// SPDX-License-Identifier: Apache-2.0

extension Matrix {
  /// Whether every row is a distribution: at least two numbers, none negative, of sum 1.
  ///
  /// What a softmax gave is no logits: cross-entropy of it would apply softmax a second time, train
  /// slowly and report a loss that cannot fall below about 0.69 for two classes. Who takes a matrix
  /// from elsewhere as logits can ask here first. Logits that look so by chance are possible, but only
  /// for few rows; so nothing in this library refuses them.
  ///
  /// ```swift
  /// print(try Matrix([[0.1, 0.9], [0.7, 0.3]]).looksLikeProbabilities)    // true
  /// print(try Matrix([[3, 1, -3]]).looksLikeProbabilities)                // false
  /// ```
  public var looksLikeProbabilities: Bool {
    rowCount > 0 && columnCount > 1
      && (0..<rowCount).allSatisfy { row in
        let numbers = self.row(row)
        let sum = numbers.reduce(0.0) { $0 + Double($1) }
        return numbers.allSatisfy { $0 >= 0 } && abs(sum - 1) <= Targets.sumTolerance
      }
  }
}
