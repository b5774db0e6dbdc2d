// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SoftmaxCore

/// A small batch with all stages of softmax and cross-entropy.
///
/// The stages are logits -> minus their maximum -> exponentials -> divided by their sum -> loss ->
/// gradient. Probabilities, losses and gradients come from the kernels that the library uses everywhere.
/// The library does not store the stages between, so they are computed separately here. `naive` has the
/// results of the formula without the shift, with the loss as the logarithm of a probability. The value
/// holds seven matrices of the batch's size.
///
/// ```swift
/// let walkthrough = try SoftmaxWalkthrough(logits: Matrix([[3, 1, -3]]), labels: [0])
/// print(walkthrough.naive.exponentials.row(0))      // 20, 2.7, 0.05
/// print(walkthrough.probabilities.row(0))           // 0.88, 0.12, 0.00
/// print(walkthrough.losses[0])                      // 0.13
/// print(walkthrough.gradient.row(0))                // p - y: -0.12, 0.12, 0.00
/// ```
public struct SoftmaxWalkthrough: Hashable, Sendable {
  /// The results of the unmodified formula: exp(z_j) / sum over k of exp(z_k), with the loss -ln p_y.
  public struct Naive: Hashable, Sendable {
    /// exp(z); infinite for z above 88.7, 0 for z below -104.
    public let exponentials: Matrix
    /// The sum of each row of exponentials.
    public let sums: [Float]
    /// The exponentials divided by their sum; NaN if both are infinite or both are 0.
    public let probabilities: Matrix
    /// The loss -ln p_y; infinite if p_y is 0.
    public let losses: [Float]
  }

  /// The names of the classes, by index.
  public let classNames: [String]
  /// The index of each row's true class.
  public let labels: [Int]
  /// The logits z: [rows, classes].
  public let logits: Matrix
  /// The greatest logit of each row.
  public let maxima: [Float]
  /// The logits z minus the maximum of their row; all are at most 0.
  public let shifted: Matrix
  /// exp(z - maximum); each is at most 1, so none overflows, and the sum is at least 1.
  public let exponentials: Matrix
  /// The sum of each row of exponentials.
  public let sums: [Float]
  /// The softmax p of each row, as `Matrix.softmax(along:on:)` computes it.
  public let probabilities: Matrix
  /// The cross-entropy of each row, computed from the logits: ln(sum of exponentials) - shifted z_y.
  public let losses: [Float]
  /// The gradient of each row's loss with respect to its logits: p - y, with y one-hot.
  public let gradient: Matrix
  /// The results of the formula without the shift.
  public let naive: Naive

  /// Computes the stages of a batch.
  ///
  /// - Parameters:
  ///   - logits: finite logits, one row for each sample.
  ///   - labels: the column of each row's true class.
  ///   - classNames: the names of the columns; by default "0", "1", ....
  /// - Throws: `shapeMismatch`; `labelOutOfRange` with the row; `nonFiniteValue`.
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

  /// Returns three rows: an ordinary one, one whose exponentials overflow, one whose probability
  /// underflows.
  ///
  /// The logits 3, 1, -3 give the exponentials 20, 2.7, 0.05 and the probabilities 0.88, 0.12, 0.00.
  public static func workedExample() throws(SoftmaxError) -> SoftmaxWalkthrough {
    try SoftmaxWalkthrough(
      logits: Matrix([[3, 1, -3], [1000, 1001, 1002], [0, 0, -200]]), labels: [0, 2, 2],
      classNames: ["a", "b", "c"])
  }

  /// Returns the derivative of one probability of a row with respect to each of the row's logits.
  ///
  /// dp_i / dz_j = p_i (1{i = j} - p_j). A derivative is 0 only by underflow: every output of softmax
  /// depends on every logit.
  ///
  /// - Precondition: the row and the class exist.
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
