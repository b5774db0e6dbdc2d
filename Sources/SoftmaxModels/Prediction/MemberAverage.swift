// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The average of the probabilities of several members.
///
/// The logit of a class is ln sum over members of w p, computed from the members' logits in double: it stays finite
/// where a probability rounds to 0. The bits of a row depend on its logits alone.
struct MemberAverage: Sendable {
  private let logWeights: [Double]

  init(weights: [Double]) {
    logWeights = weights.map(ElementaryFunctions.logarithm)
  }

  /// Returns the logits of the average: [rows, classes].
  ///
  /// - Parameter members: the logits of each member, all of the same shape and finite.
  func logits(of members: [Matrix]) -> Matrix {
    var result = members[0]
    let count = result.columnCount
    for row in 0..<result.rowCount {
      average(count) { member, column in
        members[member].elements[row * count + column]
      } write: {
        result.elements[row * count + $0] = $1
      }
    }
    return result
  }

  /// Averages one row.
  ///
  /// - Parameters:
  ///   - count: the number of classes.
  ///   - logit: returns the logit of a member for a class.
  ///   - write: receives the logit of the average for each class.
  func average(
    _ count: Int, logit: (Int, Int) -> Float, write: (Int, Float) -> Void
  ) {
    // ln w - ln sum exp(z) of each member, which turns a logit into ln (w p).
    let shifts = logWeights.indices.map { member in
      logWeights[member] - Self.logSumOfExponentials(count) { Double(logit(member, $0)) }
    }
    for column in 0..<count {
      let mean = Self.logSumOfExponentials(shifts.count) {
        Double(logit($0, column)) + shifts[$0]
      }
      write(column, Float(mean))
    }
  }

  // Returns ln sum exp(value), with the greatest value taken out.
  private static func logSumOfExponentials(_ count: Int, _ value: (Int) -> Double) -> Double {
    var greatest = -Double.infinity
    for index in 0..<count { greatest = max(greatest, value(index)) }
    var sum = 0.0
    for index in 0..<count { sum += ElementaryFunctions.exponential(value(index) - greatest) }
    return greatest + ElementaryFunctions.logarithm(sum)
  }
}
