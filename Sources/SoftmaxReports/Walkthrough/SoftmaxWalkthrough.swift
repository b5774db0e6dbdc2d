// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SoftmaxCore

/// A small batch on its way through softmax and cross-entropy, every stage kept.
///
/// logits -> less their maximum -> exponentials -> divided by their sum -> loss -> gradient. The
/// probabilities, losses and gradients are what the library computes everywhere; the stages in between,
/// which it does not keep, are computed for show in the same order. Beside them is what the naive formula
/// gives, without the shift and through the logarithm of a probability.
///
/// ```swift
/// let walkthrough = try SoftmaxWalkthrough(logits: Matrix([[3, 1, -3]]), labels: [0])
/// print(walkthrough.naive.exponentials.row(0))      // 20, 2.7, 0.05
/// print(walkthrough.probabilities.row(0))           // 0.88, 0.12, 0.00
/// print(walkthrough.losses[0])                      // 0.13
/// print(walkthrough.gradient.row(0))                // p - y: -0.12, 0.12, 0.00
/// ```
public struct SoftmaxWalkthrough: Hashable, Sendable {
  /// What the formula gives as it is written: exp(z_j) / sum over k of exp(z_k), loss -ln p_y.
  public struct Naive: Hashable, Sendable {
    /// exp(z); infinite for z beyond 88.7, 0 for z below -104.
    public let exponentials: Matrix
    /// The sum of each row of them.
    public let sums: [Float]
    /// Their quotients; NaN where both are infinite or 0.
    public let probabilities: Matrix
    /// -ln p_y; infinite where p_y is 0.
    public let losses: [Float]
  }

  /// The names of the classes, by index.
  public let classNames: [String]
  /// The index of each row's true class.
  public let labels: [Int]
  /// The scores z: [rows, classes].
  public let logits: Matrix
  /// The greatest logit of each row.
  public let maxima: [Float]
  /// z less the maximum of its row: nothing above 0.
  public let shifted: Matrix
  /// exp(z - maximum): nothing above 1, so nothing overflows, and the sum is at least 1.
  public let exponentials: Matrix
  /// The sum of each row of exponentials.
  public let sums: [Float]
  /// The softmax p of each row, as `Matrix.softmax(along:on:)` gives it.
  public let probabilities: Matrix
  /// The cross-entropy of each row, from the logits: ln(sum of exponentials) - shifted z_y.
  public let losses: [Float]
  /// The gradient of each row's loss to its logits: p - y, with y one-hot.
  public let gradient: Matrix
  /// The same without the shift.
  public let naive: Naive

  /// Walks through a batch.
  ///
  /// - Parameters:
  ///   - logits: finite scores, a row for each sample.
  ///   - labels: the column of each row's true class.
  ///   - classNames: the names of the columns; without them "0", "1", ....
  /// - Throws: `shapeMismatch`; `labelOutOfRange` naming the row; `nonFiniteValue`.
  public init(
    logits: Matrix, labels: [Int], classNames: [String]? = nil
  ) throws(SoftmaxError) {
    let names = classNames ?? (0..<logits.columnCount).map { "\($0)" }
    guard names.count == logits.columnCount else {
      throw SoftmaxError(
        .shapeMismatch, "\(names.count) class names for \(logits.columnCount) columns of logits")
    }
    try Features.floats(logits).validateFinite()
    (losses, gradient) = try logits.crossEntropyWithGradient(of: .labels(labels))
    probabilities = logits.softmax()
    self.logits = logits
    self.labels = labels
    self.classNames = names
    let maxima = (0..<logits.rowCount).map { logits.row($0).max() ?? 0 }
    self.maxima = maxima
    shifted = Self.map(logits) { row, value in value - maxima[row] }
    exponentials = Self.map(shifted) { _, value in exp(value) }
    sums = Self.sums(of: exponentials)

    let raised = Self.map(logits) { _, value in exp(value) }
    let naiveSums = Self.sums(of: raised)
    let quotients = Self.map(raised) { row, value in value / naiveSums[row] }
    naive = Naive(
      exponentials: raised, sums: naiveSums, probabilities: quotients,
      losses: labels.enumerated().map { -log(quotients[$0.offset, $0.element]) })
  }

  /// Three rows: the usual case, one whose exponentials overflow, one where a probability underflows.
  ///
  /// The scores 3, 1, -3 give 20, 2.7, 0.05 and so 0.88, 0.12, 0.00.
  public static func workedExample() throws(SoftmaxError) -> SoftmaxWalkthrough {
    try SoftmaxWalkthrough(
      logits: Matrix([[3, 1, -3], [1000, 1001, 1002], [0, 0, -200]]), labels: [0, 2, 2],
      classNames: ["a", "b", "c"])
  }

  /// The derivative of one probability of a row by each of the row's logits.
  ///
  /// dp_i / dz_j = p_i (1{i = j} - p_j). None of them is 0 but by underflow: every output of softmax
  /// depends on every logit.
  ///
  /// - Precondition: there is such a row and such a class.
  public func derivatives(ofProbability index: Int, inRow row: Int) -> [Float] {
    let p = Array(probabilities.row(row))
    return p.indices.map { p[index] * (($0 == index ? 1 : 0) - p[$0]) }
  }

  private static func map(_ matrix: Matrix, _ value: (Int, Float) -> Float) -> Matrix {
    var result = matrix
    for row in 0..<matrix.rowCount {
      for column in 0..<matrix.columnCount {
        result[row, column] = value(row, matrix[row, column])
      }
    }
    return result
  }

  private static func sums(of matrix: Matrix) -> [Float] {
    (0..<matrix.rowCount).map { matrix.row($0).reduce(0, +) }
  }
}
