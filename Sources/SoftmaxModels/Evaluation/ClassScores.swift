// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The order of the samples by their probability of a class, taken from the logits.
///
/// Probabilities saturate: those of many samples are 0 or 1 although their logits differ, and samples that a
/// model tells apart would tie. A score grows with the probability p and stays apart: ln p where p <= 1/2, else
/// -2 ln 2 - ln(1 - p), which is as great at p = 1/2. Of a sigmoid it is the logit.
///
/// In double, so samples tie where a peer's probabilities in exact arithmetic would. Costs an exponential an
/// output at first, then an addition a score.
struct ClassScores {
  /// What a row's logits are measured by under a softmax; only the most probable class can be above one half.
  private struct Row {
    /// The greatest logit, and where it is.
    var greatest: Double
    var best: Int
    /// ln(sum over k of exp(z_k - greatest)).
    var logSum: Double
    /// The score of the class `best`.
    var bestScore: Double
  }

  private let logits: Matrix
  private let function: OutputFunction
  // None under a sigmoid.
  private let rows: [Row]

  init(_ logits: Matrix, _ function: OutputFunction) {
    self.logits = logits
    self.function = function
    rows = function == .softmax ? (0..<logits.rowCount).map { Self.row(logits.row($0)) } : []
  }

  private static func row(_ logits: ArraySlice<Float>) -> Row {
    let begin = logits.startIndex
    var best = begin
    for index in logits.indices where logits[index] > logits[best] { best = index }
    let greatest = Double(logits[best])
    // The others by themselves: their share is what 1 - p is when p rounds to 1.
    let second = max(
      logits[..<best].max() ?? -.infinity, logits[(best + 1)...].max() ?? -.infinity)
    guard second > -.infinity else {
      return Row(greatest: greatest, best: best - begin, logSum: 0, bestScore: .infinity)
    }
    // In whole numbers, whose sum does not depend on the order: rows with the same logits in other places tie.
    var units: Int64 = 0
    for index in logits.indices where index != best {
      let exponential = ElementaryFunctions.exponential(Double(logits[index]) - Double(second))
      units += Int64((exponential * 0x1p40).rounded())
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

  /// The score of a class for a sample.
  subscript(row row: Int, class index: Int) -> Double {
    let outputs = logits.columnCount
    // A single output is the second of two classes.
    if outputs < 2, function == .sigmoid {
      return index == 1 ? Double(logits.elements[row]) : -Double(logits.elements[row])
    }
    let logit = Double(logits.elements[row * outputs + index])
    guard function == .softmax else { return logit }
    let measure = rows[row]
    return measure.best == index ? measure.bestScore : logit - measure.greatest - measure.logSum
  }

  /// The area under the ROC curve of each of some classes against all others.
  ///
  /// - Parameters:
  ///   - classes: classes that some samples belong to, and not all.
  ///   - labels: each sample's class.
  func areas(of classes: [Int], labels: [Int]) -> [Double] {
    // Some classes in one walk over the rows, for which the logits come into the cache once.
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
        areaUnderROC(of: scores) { labels[$0] == index }
      }
    }
  }
}

/// The fraction of pairs of a positive and a negative sample where the positive has the greater score,
/// ties counting half.
///
/// Counted in whole numbers (Mann and Whitney's U with average ranks), so exact but for one division.
///
/// - Complexity: O(samples log positives): the positives are sorted, and each negative is looked up.
/// - Precondition: there are positives and negatives.
func areaUnderROC(of scores: [Double], isPositive: (Int) -> Bool) -> Double {
  let positives = scores.indices.filter(isPositive).map { scores[$0] }.sorted()
  // The number of positives that come before a place which the order decides.
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
