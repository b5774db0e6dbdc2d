// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Scores that order the samples by their probability of a class, computed from the logits.
///
/// Probabilities saturate: many samples have the probability 0 or 1 although their logits differ, so samples
/// that the model distinguishes would tie. Under a softmax, the score of the probability p is ln p for p <=
/// 1/2, else -2 ln 2 - ln(1 - p). It increases with p, is continuous at p = 1/2 and does not saturate. The shares of
/// sigmoids are the softmax of their logarithms. For the other output functions the score is the logit.
///
/// Scores are computed in double, so samples tie where their exact probabilities are equal. The initializer
/// computes one exponential per output under a softmax and none otherwise; a score then takes constant time.
struct ClassScores {
  /// The quantities of a row of logits that its scores are computed from under a softmax.
  ///
  /// Only the most probable class can have a probability above 1/2, so only its score is stored.
  private struct Row {
    /// The greatest logit and its index.
    var greatest: Double
    var best: Int
    /// ln(sum over k of exp(z_k - greatest)).
    var logSum: Double
    /// The score of the class `best`.
    var bestScore: Double
  }

  private let logits: Matrix
  private let function: OutputFunction
  // Empty unless the output function is softmax.
  private let rows: [Row]

  init(_ logits: Matrix, _ function: OutputFunction) {
    self.logits = function == .oneVsRest ? logits.logSigmoids() : logits
    self.function = function == .oneVsRest ? .softmax : function
    rows =
      self.function == .softmax
      ? (0..<logits.rowCount).map { [logits = self.logits] in Self.row(logits.row($0)) } : []
  }

  private static func row(_ logits: ArraySlice<Float>) -> Row {
    let begin = logits.startIndex
    var best = begin
    for index in logits.indices where logits[index] > logits[best] { best = index }
    let greatest = Double(logits[best])
    // The other classes are summed without the most probable one: their sum gives 1 - p accurately even if p
    // rounds to 1.
    let second = max(
      logits[..<best].max() ?? -.infinity, logits[(best + 1)...].max() ?? -.infinity)
    guard second > -.infinity else {
      return Row(greatest: greatest, best: best - begin, logSum: 0, bestScore: .infinity)
    }
    // Integers represent the exponentials. Their sum does not depend on the order, so rows with the same
    // logits in a different order tie.
    // An exponential below e^-28.5 is less than half a unit of 2^-40 and rounds to 0.
    var units: Int64 = 0
    for index in logits.indices where index != best {
      let gap = Double(logits[index]) - Double(second)
      guard gap > -28.5 else { continue }
      units += ElementaryFunctions.exponentialUnits(gap)
    }
    let sum = Double(units) * 0x1p-40
    let gap = Double(second) - greatest
    let others = ElementaryFunctions.exponential(gap) * sum
    let logSum = ElementaryFunctions.logarithm(1 + others)
    let bestScore =
      others < 1
      ? -2 * 0.6931471805599453 - (gap + ElementaryFunctions.logarithm(sum) - logSum) : -logSum
    return Row(greatest: greatest, best: best - begin, logSum: logSum, bestScore: bestScore)
  }

  /// Returns the score of a class for a sample.
  subscript(row row: Int, class index: Int) -> Double {
    let outputs = logits.columnCount
    // A single sigmoid output is the logit of the second of two classes.
    if outputs < 2, function == .sigmoid {
      return index == 1 ? Double(logits.elements[row]) : -Double(logits.elements[row])
    }
    let logit = Double(logits.elements[row * outputs + index])
    guard function == .softmax else { return logit }
    let measure = rows[row]
    return measure.best == index ? measure.bestScore : logit - measure.greatest - measure.logSum
  }

  /// Returns the area under the ROC curve of each given class against all others.
  ///
  /// - Parameters:
  ///   - classes: classes that at least one sample belongs to and at least one sample does not.
  ///   - labels: the class of each sample.
  ///   - weights: the weight of each sample; nil if all are 1.
  func areas(of classes: [Int], labels: [Int], weights: [Float]?) -> [Double] {
    // One pass over the rows serves 16 classes, so the logits are loaded into the cache once for all of them.
    let width = 16
    return stride(from: 0, to: classes.count, by: width).flatMap { begin -> [Double] in
      let some = Array(classes[begin..<min(begin + width, classes.count)])
      var scores = Array(repeating: [Double](), count: some.count)
      for index in some.indices { scores[index].reserveCapacity(labels.count) }
      for row in labels.indices {
        for (place, index) in some.enumerated() {
          scores[place].append(self[row: row, class: index])
        }
      }
      return zip(some, scores).map { index, scores in
        if let weights {
          areaUnderROC(of: scores, weights: weights) { labels[$0] == index }
        } else {
          areaUnderROC(of: scores) { labels[$0] == index }
        }
      }
    }
  }
}

/// Returns the fraction of pairs of a positive and a negative sample in which the positive has the greater
/// score; ties count one half.
///
/// The pairs are counted in integers (the U statistic of Mann and Whitney with average ranks), so only the
/// final division rounds.
///
/// - Complexity: O(samples log positives): the positives are sorted, and each negative is looked up.
/// - Precondition: there are positives and negatives.
func areaUnderROC(of scores: [Double], isPositive: (Int) -> Bool) -> Double {
  let positives = scores.indices.filter(isPositive).map { scores[$0] }.sorted()
  // Returns the number of positives for which `isBefore` is true; they are the first in ascending order.
  func count(where isBefore: (Double) -> Bool) -> Int {
    var (low, high) = (0, positives.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(positives[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
  var twiceWins = 0
  for index in scores.indices where !isPositive(index) {
    let score = scores[index]
    let below = count { $0 < score }
    let isTied = below < positives.count && positives[below] == score
    let notAbove = isTied ? count { $0 <= score } : below
    twiceWins += 2 * (positives.count - notAbove) + notAbove - below
  }
  let pairs = Double(positives.count) * Double(scores.count - positives.count)
  precondition(pairs > 0, "an area under the curve needs positives and negatives")
  return Double(twiceWins) / (2 * pairs)
}

/// Returns the area under the ROC curve of weighted samples; a pair counts with the product of its weights.
///
/// - Complexity: O(samples log samples): all samples are sorted.
/// - Precondition: the positives and the negatives have a weight greater than 0.
func areaUnderROC(
  of scores: [Double], weights: [Float], isPositive: (Int) -> Bool
) -> Double {
  let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
  // The weight of the negatives below, and the weighted pairs that the positives win, counted twice.
  var (below, twiceWins, positives) = (0.0, 0.0, 0.0)
  var begin = 0
  while begin < order.count {
    let score = scores[order[begin]]
    var (tiedPositives, tiedNegatives) = (0.0, 0.0)
    while begin < order.count, scores[order[begin]] == score {
      let weight = Double(weights[order[begin]])
      if isPositive(order[begin]) { tiedPositives += weight } else { tiedNegatives += weight }
      begin += 1
    }
    twiceWins += tiedPositives * (2 * below + tiedNegatives)
    positives += tiedPositives
    below += tiedNegatives
  }
  precondition(positives > 0 && below > 0, "an area under the curve needs positives and negatives")
  return twiceWins / (2 * positives * below)
}
