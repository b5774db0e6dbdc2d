// SPDX-License-Identifier: Apache-2.0

/// The targets that a model should predict for samples.
///
/// A value is not validated: the functions that use targets check their shapes and ranges.
public enum Targets: Hashable, Sendable {
  /// The index of the class of each sample (Keras: sparse).
  case labels([Int])
  /// A row of class probabilities for each sample, one-hot or soft (Keras: categorical).
  case distributions(Matrix)
  /// For each sample a row with the degree in 0...1 to which each class applies (multi-label).
  ///
  /// A sample can have any number of classes, so a row need not sum to 1.
  case indicators(Matrix)

  /// The matrix with a row for each sample; nil for labels.
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

  /// Returns the class of the greatest probability in each row, the first of equals.
  ///
  /// - Throws: `nonFiniteValue` or `invalidData` with the first row that is not a distribution.
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
      // The sum of a float distribution over n classes is off by at most n half-ulps. The tolerance of
      // 1e-4 also accepts targets that were rounded to four decimals.
      guard abs(sum - 1) <= Targets.sumTolerance else {
        throw SoftmaxError(
          .invalidData, "the target probabilities sum to \(sum), expected 1",
          remedy: "divide each row by its sum", at: .row(row, column: nil))
      }
      labels.append(probabilities.firstGreatest)
    }
    return labels
  }

  /// The maximum difference between 1 and the sum of a row of probabilities.
  static let sumTolerance = 1e-4

  /// Returns the class of the greatest indicator in each row, the first of equals.
  ///
  /// - Throws: `nonFiniteValue` or `invalidData` with row and column of an indicator outside of 0...1.
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
  // The offset of the greatest element from the start of the slice, the first of equals.
  fileprivate var firstGreatest: Int {
    var best = startIndex
    for index in indices where self[index] > self[best] { best = index }
    return best - startIndex
  }
}
