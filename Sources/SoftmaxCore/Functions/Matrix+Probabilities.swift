// SPDX-License-Identifier: Apache-2.0

extension Matrix {
  /// Whether every row is a distribution: at least two elements, none negative, with the sum 1.
  ///
  /// A sum is accepted as 1 if it differs by at most 1e-4. An empty matrix gives false.
  ///
  /// The output of a softmax must not be used as logits: cross-entropy would apply softmax a second time.
  /// Training would be slow, and with two classes the loss could not fall below about 0.31. This property
  /// checks a matrix of unknown origin. Logits can look like probabilities by chance, but only in matrices
  /// of few rows, so this library does not reject them.
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
