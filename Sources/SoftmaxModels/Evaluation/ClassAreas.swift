// SPDX-License-Identifier: Apache-2.0

/// The areas under the curves of one class, from one walk through its ranking.
struct ClassAreas: Hashable, Sendable {
  /// The area under the ROC curve against all other classes.
  let roc: Double
  /// The average precision against all other classes.
  let averagePrecision: Double
  /// The sum over the other classes of the area under the ROC curve against that class alone; nil if one of them has no
  /// samples.
  let oneVsOneSum: Double?
  /// The same sum, each area times the weight of the samples of the two classes.
  let weightedOneVsOneSum: Double?

  /// Computes the areas of a class.
  ///
  /// The pairs of a positive and a negative sample are counted (the U statistic of Mann and Whitney), in integers unless
  /// samples have weights, so only the final division rounds. A pair of weighted samples counts with the product of
  /// their weights.
  ///
  /// - Parameters:
  ///   - index: the class; the samples of it and those of the others have a weight greater than 0.
  ///   - ranking: the samples, from the most probable one to the least.
  ///   - labels: the class of each sample.
  ///   - labelWeights: the weight of the samples of each class.
  ///   - weights: the weight of each sample; nil if all are 1.
  init(
    of index: Int, ranking: Ranking, labels: [Int], labelWeights: [Double],
    weights: [Float]?
  ) {
    let positives = labelWeights[index]
    // Of each other class, twice the weight of the pairs that this class wins.
    var twiceWins = [Double](repeating: 0, count: labelWeights.count)
    // The negatives of a group of equal scores, which tie with its positives.
    var tied: [(label: Int, weight: Double)] = []
    var (hits, alarms, tiedHits, precisions) = (0.0, 0.0, 0.0, 0.0)
    ranking.walk { row, endsGroup in
      let label = labels[row]
      let weight = if let weights { Double(weights[row]) } else { 1.0 }
      if label == index {
        tiedHits += weight
      } else if endsGroup, tiedHits == 0, tied.isEmpty {
        // Most groups are of one negative.
        twiceWins[label] += 2 * weight * hits
        alarms += weight
      } else {
        tied.append((label, weight))
      }
      guard endsGroup else { return }
      for sample in tied {
        twiceWins[sample.label] += sample.weight * (2 * hits + tiedHits)
        alarms += sample.weight
      }
      hits += tiedHits
      if tiedHits > 0 { precisions += tiedHits * (hits / (hits + alarms)) }
      tied.removeAll(keepingCapacity: true)
      tiedHits = 0
    }
    precondition(
      positives > 0 && alarms > 0, "an area under the curve needs positives and negatives")
    roc = twiceWins.reduce(0, +) / (2 * positives * alarms)
    averagePrecision = precisions / positives
    var (sum, weightedSum) = (0.0, 0.0)
    var isComplete = true
    for (other, negatives) in labelWeights.enumerated() where other != index {
      guard negatives > 0 else {
        isComplete = false
        break
      }
      let area = twiceWins[other] / (2 * positives * negatives)
      sum += area
      weightedSum += (positives + negatives) * area
    }
    oneVsOneSum = isComplete ? sum : nil
    weightedOneVsOneSum = isComplete ? weightedSum : nil
  }
}
