// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// How often two classifiers are right on the same rows, and what follows for the difference of their accuracies.
///
/// Rows on which both are right, or both wrong, do not tell the two apart; the others do. If rows have weights, the
/// accuracies and the interval count them by their weights; the counts and the test take each row of a weight greater
/// than 0 once.
///
/// ```swift
/// let outcomes = try PairedOutcomes(
///   bothRight: 340, onlyFirstRight: 10, onlySecondRight: 4, bothWrong: 6)
/// print(outcomes.accuracyDifference)         // -0.0167: the second is right less often
/// print(outcomes.accuracyDifferenceInterval) // -0.0407...0.0042
/// print(outcomes.mcNemarPValue)              // 0.18: chance alone may have made the difference
/// ```
public struct PairedOutcomes: Hashable, Sendable {
  /// The number of rows on which both are right.
  public let bothRight: Int
  /// The number of rows on which only the first one is right.
  public let onlyFirstRight: Int
  /// The number of rows on which only the second one is right.
  public let onlySecondRight: Int
  /// The number of rows on which both are wrong.
  public let bothWrong: Int

  // The shares of the rows on which only one is right, by their weights, and the number of rows; with weights Kish's
  // effective one.
  private let onlyFirstShare: Double
  private let onlySecondShare: Double
  private let trials: Double

  /// Creates the outcomes from their counts.
  ///
  /// - Throws: `invalidArgument` for a negative count, or if all are 0.
  public init(
    bothRight: Int, onlyFirstRight: Int, onlySecondRight: Int, bothWrong: Int
  ) throws(SoftmaxError) {
    let counts = [bothRight, onlyFirstRight, onlySecondRight, bothWrong]
    guard counts.allSatisfy({ $0 >= 0 }), counts.contains(where: { $0 > 0 }) else {
      throw SoftmaxError(
        .invalidArgument, "counts of rows are at least 0, and one of them greater, got \(counts)")
    }
    self.init(counts: counts, weights: counts.map { Double($0) }, trials: nil)
  }

  // Creates the outcomes from the counts and the weights of the four cases; `trials` is nil without weights.
  private init(counts: [Int], weights: [Double], trials: Double?) {
    (bothRight, onlyFirstRight) = (counts[0], counts[1])
    (onlySecondRight, bothWrong) = (counts[2], counts[3])
    let whole = weights.reduce(0, +)
    (onlyFirstShare, onlySecondShare) = (weights[1] / whole, weights[2] / whole)
    self.trials = trials ?? whole
  }

  /// Counts the rows of two evaluations of the same rows.
  init(_ first: Evaluation, _ second: Evaluation) {
    var counts = [0, 0, 0, 0]
    var weights = [0.0, 0.0, 0.0, 0.0]
    for row in first.labels.indices {
      let weight = first.weight(ofRow: row)
      guard weight > 0 else { continue }
      let place =
        (first.predictions[row] == first.labels[row] ? 0 : 2)
        + (second.predictions[row] == second.labels[row] ? 0 : 1)
      counts[place] += 1
      weights[place] += weight
    }
    self.init(
      counts: counts, weights: weights,
      trials: first.sampleWeights == nil ? nil : first.effectiveSampleSize)
  }

  /// The number of rows.
  public var rowCount: Int { bothRight + onlyFirstRight + onlySecondRight + bothWrong }

  /// The accuracy of the second classifier minus that of the first.
  public var accuracyDifference: Double { onlySecondShare - onlyFirstShare }

  /// The 95 % confidence interval of ``accuracyDifference``, by Tango's score method.
  ///
  /// It holds the differences d that the score test does not reject, whose variance is (2 q + d (1 - d)) / n with the
  /// most likely share q of rows on which only the first is right, given d. Unlike Wald's interval it is right for few
  /// rows and for differences near 0: without a row that tells the two apart it is ± z^2 / (n + z^2).
  ///
  /// Source: Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
  /// design", Statistics in Medicine 17, 1998.
  public var accuracyDifferenceInterval: ClosedRange<Double> {
    let difference = accuracyDifference
    return bound(between: -1, difference)...bound(between: 1, difference)
  }

  // Returns the difference between `far` and the observed one at which the score test begins to reject.
  private func bound(between far: Double, _ observed: Double) -> Double {
    var (outside, inside) = (far, observed)
    // An observed difference of -1 or 1 cannot be exceeded.
    guard outside != inside else { return far }
    while true {
      let middle = outside + (inside - outside) / 2
      guard middle != outside, middle != inside else { return middle }
      if (observed - middle).magnitude > 1.959963984540054 * standardError(ifDifferenceIs: middle) {
        outside = middle
      } else {
        inside = middle
      }
    }
  }

  // Returns the standard error of the difference if it were `d`, with the most likely shares under that condition.
  private func standardError(ifDifferenceIs d: Double) -> Double {
    let (first, second) = (onlyFirstShare, onlySecondShare)
    let b = (2 - second + first) * d - (first + second)
    let c = -first * d * (1 - d)
    let likeliest = ((max(0, b * b - 8 * c)).squareRoot() - b) / 4
    return (max(0, 2 * likeliest + d * (1 - d)) / trials).squareRoot()
  }

  /// The p value of McNemar's test that both classifiers are equally accurate: exact, two-sided, not mid-p.
  ///
  /// It is the chance that the rows on which one alone is right are divided at least as unevenly, if each falls to either
  /// classifier like a fair coin: min(1, 2 P(X <= the lesser count)), with a binomial X. Being exact it rejects equal
  /// classifiers less often than its level says, never more often; mid-p would come nearer to the level.
  ///
  /// Source: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
  /// Psychometrika 12, 1947.
  ///
  /// - Complexity: O(square root of the number of these rows).
  public var mcNemarPValue: Double {
    let (least, count) = (
      min(onlyFirstRight, onlySecondRight), onlyFirstRight + onlySecondRight
    )
    guard 2 * least < count else { return 1 }
    // The probabilities of 0...count heads relative to the greatest, so nothing overflows; of the upper half each is that
    // of a count in the lower half. Those that are 0 in double do not count.
    var (term, tail, half) = (1.0, 0.0, 0.0)
    var heads = count / 2
    while heads >= 0, term > 0 {
      if heads <= least { tail += term }
      half += 2 * heads == count ? term / 2 : term
      term *= Double(heads) / Double(count - heads + 1)
      heads -= 1
    }
    return min(1, tail / half)
  }
}
