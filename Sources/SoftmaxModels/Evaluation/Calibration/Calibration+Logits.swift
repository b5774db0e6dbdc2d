// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Calibration {
  /// Returns the calibrated logits, of a softmax: [rows, classes].
  ///
  /// Log-probabilities and sums are in double, the sums ascending, and each logit is rounded once. The bits of a row
  /// depend on its logits alone.
  ///
  /// - Parameters:
  ///   - logits: finite outputs of a classifier, [rows, outputs].
  ///   - function: the function that turns them into probabilities.
  /// - Throws: `nonFiniteValue` with row and class of a logit that is no finite float.
  package func logits(
    of logits: Matrix, _ function: OutputFunction
  ) throws(SoftmaxError) -> Matrix {
    let classCount = function.classCount(ofOutputs: logits.columnCount)
    let scores = ClassScores(logits, function)
    var result = Matrix(rowCount: logits.rowCount, columnCount: classCount)
    var row = [Double](repeating: 0, count: classCount)
    for index in 0..<logits.rowCount {
      scores.copyLogProbabilities(ofRow: index, into: &row)
      let begin = index * classCount
      for label in 0..<classCount {
        let logit = Float(self.logit(of: label, from: row))
        guard logit.isFinite else {
          throw SoftmaxError(
            .nonFiniteValue, "the calibrated logit of class \(label) is \(logit)",
            remedy: "calibrate the classifier anew", at: .row(index, column: label))
        }
        result.elements[begin + label] = logit
      }
    }
    return result
  }

  // Returns element `label` of A x + b.
  private func logit(of label: Int, from row: [Double]) -> Double {
    if scales.count == 1 { return scales[0] * row[label] }
    if scales.count == row.count { return scales[label] * row[label] + intercepts[label] }
    var sum = 0.0
    for index in row.indices { sum += scales[label * row.count + index] * row[index] }
    return sum + intercepts[label]
  }
}

extension ClassScores {
  /// Writes the log-probability of each class for a sample.
  func copyLogProbabilities(ofRow row: Int, into result: inout [Double]) {
    for index in result.indices { result[index] = -loss(row: row, label: index) }
  }
}

extension Evaluation {
  /// Returns the evaluation of the same rows with calibrated probabilities.
  ///
  /// ```swift
  /// let after = try evaluation.calibrated(by: calibration)
  /// print(evaluation.logLoss, after.logLoss)
  /// ```
  ///
  /// - Throws: `shapeMismatch` or `unsupported` if the calibration is not for these classes; `nonFiniteValue`.
  /// - Complexity: O(samples x classes), and the square of the classes for Dirichlet calibration.
  public func calibrated(by calibration: Calibration) throws(SoftmaxError) -> Evaluation {
    try calibration.validate(
      classCount: classNames.count, outputCount: logits.columnCount, function: outputFunction)
    return try Evaluation(
      checkedLabels: labels, logits: calibration.logits(of: logits, outputFunction),
      outputFunction: .softmax, classNames: classNames, sampleWeights: sampleWeights)
  }
}
