// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How often a classifier is right on the rows that are left if it abstains from those that it is least sure of.
///
/// A threshold keeps the rows whose most probable class has at least that probability. The curve has a point for each
/// threshold that tells rows apart, by their log-odds, from the one that keeps the fewest rows to the one that keeps all.
///
/// ```swift
/// let curve = CoverageRiskCurve(evaluation)
/// if let point = curve.point(ofAccuracy: 0.95) {
///   print(point.threshold, point.coverage, point.accuracy, point.accuracyInterval)
/// }
/// ```
///
/// Source: El-Yaniv and Wiener, "On the foundations of noise-free selective classification", JMLR 11, 2010.
public struct CoverageRiskCurve: Hashable, Sendable {
  /// What a threshold gives.
  public struct Point: Hashable, Sendable {
    /// The least probability of the most probable class of a row that is kept.
    public let threshold: Double
    /// The share of the rows that are kept.
    public let coverage: Double
    /// The share of the kept rows whose prediction is right.
    public let accuracy: Double
    /// The 95 % confidence interval of the accuracy, by Wilson's method.
    public let accuracyInterval: ClosedRange<Double>

    /// The share of the kept rows whose prediction is wrong.
    public var risk: Double { 1 - accuracy }
  }

  /// The points, in ascending order of coverage; the last one keeps all rows.
  public let points: [Point]

  /// Computes the curve.
  ///
  /// - Complexity: O(samples log samples) time and as many points.
  public init(_ evaluation: Evaluation) {
    var points: [Point] = []
    let (scores, total) = (evaluation.scores, evaluation.totalWeight)
    var (kept, squares, right, last) = (0.0, 0.0, 0.0, 0.0)
    Ranking(evaluation.predictionScores).walk { row, endsGroup in
      let weight = evaluation.weight(ofRow: row)
      kept += weight
      squares += weight * weight
      if evaluation.labels[row] == evaluation.predictions[row] { right += weight }
      // Rows of weight 0 make no point.
      guard endsGroup, kept > last else { return }
      last = kept
      let accuracy = right / kept
      points.append(
        Point(
          threshold: scores.probability(row: row, class: evaluation.predictions[row]),
          coverage: kept / total, accuracy: accuracy,
          accuracyInterval: wilsonInterval(share: accuracy, trials: kept * kept / squares)))
    }
    self.points = points
  }

  /// Returns the point that keeps the most rows with at least an accuracy; nil if none has it.
  ///
  /// The accuracy of new rows is less as often as it is more. With `isCertain` the lower bound of the interval has to reach the
  /// accuracy.
  public func point(ofAccuracy accuracy: Double, isCertain: Bool = false) -> Point? {
    points.last { (isCertain ? $0.accuracyInterval.lowerBound : $0.accuracy) >= accuracy }
  }

  /// Returns the point that keeps the fewest rows, but at least a share of them; nil for a share above 1.
  public func point(ofCoverage coverage: Double) -> Point? {
    points.first { $0.coverage >= coverage }
  }
}
