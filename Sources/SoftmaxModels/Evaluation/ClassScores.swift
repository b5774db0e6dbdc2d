// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Probabilities, losses and scores of the samples, computed in double from the logits.
///
/// Probabilities saturate: many samples have the probability 0 or 1 although their logits differ, so samples
/// that the model distinguishes would tie. Under a softmax, the score of the probability p is ln p for p <=
/// 1/2, else -2 ln 2 - ln(1 - p). It increases with p, is continuous at p = 1/2 and does not saturate. The shares of
/// sigmoids are the softmax of their logarithms. For the other output functions the score is the logit.
///
/// Samples tie where their exact probabilities are equal. The initializer computes one exponential per output under a
/// softmax, whatever is asked later; a probability, loss or score then takes constant time.
struct ClassScores: Hashable, Sendable {
  /// The quantities of a row of logits that the rest is computed from.
  ///
  /// Only the most probable class can have a probability above 1/2, so only its score is stored.
  private struct Row: Hashable {
    /// The greatest term of the softmax and its index; of `normalized` outputs the sum of the shares.
    var greatest: Double
    var best: Int
    /// ln(sum over k of exp(z_k - greatest)).
    var logSum: Double
    /// The score of the class `best`.
    var bestScore: Double
  }

  private let logits: Matrix
  private let function: OutputFunction
  // Empty for sigmoids, whose probabilities follow from one logit each, and without logits.
  private let rows: [Row]

  init(_ logits: Matrix, _ function: OutputFunction) {
    self.logits = logits
    self.function = function
    guard function != .sigmoid, logits.columnCount > 0 else {
      rows = []
      return
    }
    let outputs = logits.columnCount
    // The sum of that many exponentials, each at most 1, fits into an integer.
    let digits = min(50, Int.bitWidth - 2 - (Int.bitWidth - max(1, outputs).leadingZeroBitCount))
    let units = Double(sign: .plus, exponent: digits, significand: 1)
    // Starting threads takes as long as the exponentials of some thousand logits.
    let isLarge = logits.elements.count >= 1 << 18
    let threads = isLarge ? min(WorkerTeam.processorCount, logits.rowCount) : 1
    let block = (logits.rowCount + threads - 1) / max(1, threads)
    @Sendable func rowsOfBlock(_ index: Int) -> [Row] {
      let range = min(index * block, logits.rowCount)..<min((index + 1) * block, logits.rowCount)
      var terms = [Double](repeating: 0, count: outputs)
      return range.map { row in
        let begin = row * outputs
        for column in 0..<outputs {
          terms[column] = Self.term(logits.elements[begin + column], function)
        }
        return function == .normalized ? Self.sum(terms) : Self.row(terms, units: units)
      }
    }
    self.rows =
      threads > 1
      ? WorkerTeam(threadCount: threads).results(ofTasks: threads, rowsOfBlock).flatMap(\.self)
      : rowsOfBlock(0)
  }

  // Returns what a softmax is taken of; of `normalized` outputs the share before it is divided by the sum.
  private static func term(_ logit: Float, _ function: OutputFunction) -> Double {
    switch function {
    case .softmax, .sigmoid: Double(logit)
    case .oneVsRest: ElementaryFunctions.logSigmoid(Double(logit))
    case .normalized: OutputFunction.share(logit)
    }
  }

  private static func sum(_ shares: [Double]) -> Row {
    Row(greatest: shares.reduce(0, +), best: -1, logSum: 0, bestScore: 0)
  }

  private static func row(_ terms: [Double], units: Double) -> Row {
    var best = 0
    var second = -Double.infinity
    for index in 1..<max(1, terms.count) {
      if terms[index] > terms[best] {
        second = terms[best]
        best = index
      } else if terms[index] > second {
        second = terms[index]
      }
    }
    let greatest = terms[best]
    // The other classes are summed without the most probable one: their sum gives 1 - p accurately even if p
    // rounds to 1.
    guard second > -.infinity else {
      return Row(greatest: greatest, best: best, logSum: 0, bestScore: .infinity)
    }
    // Integers represent the exponentials. Their sum does not depend on the order, so rows with the same
    // logits in a different order tie.
    var count: Int64 = 0
    for index in terms.indices where index != best {
      let gap = terms[index] - second
      // A smaller exponential is less than half a unit of 2^-50 and rounds to 0.
      guard gap > -35.5 else { continue }
      count += ElementaryFunctions.exponential(gap, inUnitsOf: units)
    }
    let sum = Double(count) / units
    let gap = second - greatest
    let others = ElementaryFunctions.exponential(gap) * sum
    let logSum = ElementaryFunctions.logarithmOfOnePlus(others)
    let bestScore =
      others < 1
      ? -2 * 0.6931471805599453 - (gap + ElementaryFunctions.logarithm(sum) - logSum) : -logSum
    return Row(greatest: greatest, best: best, logSum: logSum, bestScore: bestScore)
  }

  // Returns the logit of a class whose probability is a sigmoid; a single output is the logit of the second of two
  // classes.
  private func sigmoidLogit(_ row: Int, _ index: Int) -> Double {
    let outputs = logits.columnCount
    guard outputs == 1 else { return Double(logits.elements[row * outputs + index]) }
    return index == 1 ? Double(logits.elements[row]) : -Double(logits.elements[row])
  }

  // Returns the term of a class.
  private func term(_ row: Int, _ index: Int) -> Double {
    Self.term(logits.elements[row * logits.columnCount + index], function)
  }

  /// Returns the score of a class for a sample.
  subscript(row row: Int, class index: Int) -> Double {
    switch function {
    case .sigmoid: return sigmoidLogit(row, index)
    case .normalized: return Double(logits.elements[row * logits.columnCount + index])
    case .softmax, .oneVsRest:
      let measure = rows[row]
      return measure.best == index
        ? measure.bestScore : term(row, index) - measure.greatest - measure.logSum
    }
  }

  /// Returns the probability of a class for a sample.
  func probability(row: Int, class index: Int) -> Double {
    switch function {
    case .sigmoid: return ElementaryFunctions.sigmoid(sigmoidLogit(row, index))
    case .normalized: return term(row, index) / rows[row].greatest
    case .softmax, .oneVsRest:
      let measure = rows[row]
      let power = measure.best == index ? 0 : term(row, index) - measure.greatest
      return ElementaryFunctions.exponential(power - measure.logSum)
    }
  }

  /// Returns the log loss of a sample for its label, in nats and without clipping.
  ///
  /// It is -ln p of the true class, or with several sigmoid outputs the mean of their binary cross-entropies.
  func loss(row: Int, label: Int) -> Double {
    switch function {
    case .sigmoid:
      let outputs = logits.columnCount
      guard outputs > 1 else { return -ElementaryFunctions.logSigmoid(sigmoidLogit(row, label)) }
      var sum = 0.0
      for index in 0..<outputs {
        let logit = sigmoidLogit(row, index)
        sum -= ElementaryFunctions.logSigmoid(index == label ? logit : -logit)
      }
      return sum / Double(outputs)
    case .normalized:
      return ElementaryFunctions.logarithm(rows[row].greatest)
        - ElementaryFunctions.logarithm(term(row, label))
    case .softmax, .oneVsRest:
      let measure = rows[row]
      return measure.best == label
        ? measure.logSum : measure.logSum + (measure.greatest - term(row, label))
    }
  }
}
