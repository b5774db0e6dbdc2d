// SPDX-License-Identifier: Apache-2.0

/// What samples should be classified as.
public enum Targets: Hashable, Sendable {
  /// The index of the class, one for each sample (Keras: sparse).
  case labels([Int])
  /// A probability for each class, one row for each sample (Keras: categorical); one-hot or soft.
  case distributions(Matrix)
  /// For each class how far it applies, 0...1, one row for each sample: any number of classes at once
  /// (multi-label), so a row need not sum to 1.
  case indicators(Matrix)

  /// The row of numbers for each sample; nil for labels.
  package var matrix: Matrix? {
    switch self {
    case .labels: nil
    case .distributions(let matrix), .indicators(let matrix): matrix
    }
  }

  func selecting(rows: some Collection<Int>) -> Targets {
    switch self {
    case .labels(let labels): return .labels(rows.map { labels[$0] })
    case .distributions(let matrix): return .distributions(matrix.selecting(rows: rows))
    case .indicators(let matrix): return .indicators(matrix.selecting(rows: rows))
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
      for (index, probability) in zip(probabilities.indices, probabilities) {
        guard probability >= 0 else {
          throw SoftmaxError(
            .invalidData, "a target probability must not be negative, got \(probability)",
            at: .row(row, column: index - probabilities.startIndex))
        }
        sum += Double(probability)
      }
      // A float distribution over n classes is off by at most n half-ulps; 1e-4 leaves room
      // for targets that were rounded to four decimals.
      guard abs(sum - 1) <= Targets.sumTolerance else {
        throw SoftmaxError(
          .invalidData, "the target probabilities sum to \(sum), expected 1",
          remedy: "divide each row by its sum", at: .row(row, column: nil))
      }
      labels.append(probabilities.firstGreatest)
    }
    return labels
  }

  /// How far a row of probabilities may be from a sum of 1.
  static let sumTolerance = 1e-4

  /// The class that applies most in each row, the first of equals.
  ///
  /// - Throws: `nonFiniteValue` or `invalidData` naming row and column of what is not within 0...1.
  static func mostApplicable(of indicators: Matrix) throws(SoftmaxError) -> [Int] {
    try Features.floats(indicators).validateFinite()
    if let index = indicators.elements.firstIndex(where: { !(0...1 ~= $0) }) {
      let (row, column) = index.quotientAndRemainder(dividingBy: indicators.columnCount)
      throw SoftmaxError(
        .invalidData, "an indicator must be within 0...1, got \(indicators.elements[index])",
        at: .row(row, column: column))
    }
    return (0..<indicators.rowCount).map { indicators.row($0).firstGreatest }
  }
}

extension ArraySlice<Float> {
  // The place of the greatest element, counted from the first; the first of equals.
  fileprivate var firstGreatest: Int {
    var best = startIndex
    for index in indices where self[index] > self[best] { best = index }
    return best - startIndex
  }
}
