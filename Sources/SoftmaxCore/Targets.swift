// SPDX-License-Identifier: Apache-2.0

/// What samples should be classified as.
public enum Targets: Hashable, Sendable {
  /// The index of the class, one for each sample (Keras: sparse).
  case labels([Int])
  /// A probability for each class, one row for each sample (Keras: categorical); one-hot or soft.
  case distributions(Matrix)

  func selecting(rows: some Collection<Int>) -> Targets {
    switch self {
    case .labels(let labels):
      return .labels(rows.map { labels[$0] })
    case .distributions(let matrix):
      guard case .floats(let chosen) = Features.floats(matrix).selecting(rows: rows) else {
        return self
      }
      return .distributions(chosen)
    }
  }

  /// The class of the greatest probability in each row, the first of equals.
  ///
  /// - Throws: `nonFiniteValue` or `invalidData` naming the row that is no distribution.
  static func mostProbable(of distributions: Matrix) throws(SoftmaxError) -> [Int] {
    try Features.floats(distributions).validateFinite()
    var labels: [Int] = []
    labels.reserveCapacity(distributions.rowCount)
    for row in 0..<distributions.rowCount {
      let probabilities = distributions.row(row)
      var sum = 0.0
      var best = probabilities.startIndex
      for (index, probability) in zip(probabilities.indices, probabilities) {
        guard probability >= 0 else {
          throw SoftmaxError(
            .invalidData, "a target probability must not be negative, got \(probability)",
            at: .row(row, column: index - probabilities.startIndex))
        }
        sum += Double(probability)
        if probability > probabilities[best] { best = index }
      }
      // A float distribution over n classes is off by at most n half-ulps; 1e-4 leaves room
      // for targets that were rounded to four decimals.
      guard abs(sum - 1) <= 1e-4 else {
        throw SoftmaxError(
          .invalidData, "the target probabilities sum to \(sum), expected 1",
          remedy: "divide each row by its sum", at: .row(row, column: nil))
      }
      labels.append(best - probabilities.startIndex)
    }
    return labels
  }
}
