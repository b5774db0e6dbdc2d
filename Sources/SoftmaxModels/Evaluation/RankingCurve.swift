// SPDX-License-Identifier: Apache-2.0

/// The ROC curve and the precision-recall curve of one class against all others.
///
/// A threshold takes all samples of at least that probability for the class. The curve has a point for each threshold
/// that tells samples apart, by their logits, so samples whose probabilities round to the same number are still told
/// apart.
///
/// ```swift
/// if let curve = evaluation.curve(ofClass: 3) {
///   print(curve.areaUnderROC, curve.averagePrecision)
///   print(curve.points.last { $0.precision >= 0.95 }?.recall ?? 0)
/// }
/// ```
public struct RankingCurve: Hashable, Sendable {
  /// What a threshold gives.
  public struct Point: Hashable, Sendable {
    /// The least probability that is taken for the class; infinity at the first point, which takes no sample.
    public let threshold: Double
    /// The fraction of the class's samples that are taken for it: the true positive rate.
    public let recall: Double
    /// The fraction of the other samples that are taken for the class.
    public let falsePositiveRate: Double
    /// The fraction of the samples taken for the class that belong to it; 1 at the first point.
    public let precision: Double
  }

  /// The points from the highest threshold to the lowest.
  public let points: [Point]
  /// The area under the ROC curve: the probability that a sample of the class ranks before one of another class.
  ///
  /// Ties count one half.
  public let areaUnderROC: Double
  /// The sum over the thresholds of (increase of recall) x precision, as in scikit-learn.
  ///
  /// The trapezoids under the precision-recall curve are not used: they are too optimistic, as precision does not
  /// change linearly with recall.
  ///
  /// Source: Davis and Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.
  public let averagePrecision: Double
}

extension Evaluation {
  /// Returns the ROC curve and the precision-recall curve of a class against all others.
  ///
  /// - Returns: nil if all samples belong to the class or none does.
  /// - Complexity: O(samples) time and points.
  /// - Precondition: `index` is the index of a class.
  public func curve(ofClass index: Int) -> RankingCurve? {
    precondition(classNames.indices ~= index, "\(index) is not a class of \(classNames.count)")
    guard let areas = classAreas[index] else { return nil }
    let (positives, scores) = (labelWeights[index], scores)
    let negatives = labelWeights.indices.reduce(0) { $0 + ($1 == index ? 0 : labelWeights[$1]) }
    var points = [
      RankingCurve.Point(threshold: .infinity, recall: 0, falsePositiveRate: 0, precision: 1)
    ]
    var (hits, alarms, taken, last) = (0.0, 0.0, 0.0, 0)
    for ranking in mapRankings(of: [index], { $1 }) {
      ranking.walk { row, endsGroup in
        let weight = weight(ofRow: row)
        if labels[row] == index { hits += weight } else { alarms += weight }
        if weight > 0 { last = row }
        // Samples of weight 0 make no point.
        guard endsGroup, hits + alarms > taken else { return }
        taken = hits + alarms
        points.append(
          RankingCurve.Point(
            threshold: scores.probability(row: last, class: index), recall: hits / positives,
            falsePositiveRate: alarms / negatives, precision: hits / taken))
      }
    }
    return RankingCurve(
      points: points, areaUnderROC: areas.roc, averagePrecision: areas.averagePrecision)
  }
}
