// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

// Evaluations of models of other tools, of which probabilities or predicted classes are known, not logits.
extension Evaluation {
  // The most by which the sum of a row of rounded probabilities may differ from 1.
  private static let greatestDeviation = 0.02

  /// Creates an evaluation from the probabilities that any model gave, such as those of scikit-learn's `predict_proba`.
  ///
  /// The logits are the logarithms of the probabilities, so metrics are those of probabilities that are divided by their
  /// sum. If the true class of a row has the probability 0, its loss and the log loss are infinite.
  ///
  /// ```swift
  /// let forest = try Evaluation(labels: [0, 1], probabilities: Matrix([[0.9, 0.1], [0.6, 0.4]]))
  /// print(forest.logLoss)                // 0.5108
  /// ```
  ///
  /// - Parameters:
  ///   - labels: the index of the true class of each sample.
  ///   - probabilities: the probability of each class, [samples, classes]; those of a row sum to 1, up to 0.02.
  ///   - predictions: the predicted class of each sample, for a model that does not always predict the most probable
  ///     one; nil for the most probable ones.
  ///   - classNames: the names of the classes; by default "0", "1", ....
  ///   - sampleWeights: the weight of each sample, finite and at least 0, or nil for 1.
  /// - Throws: `invalidArgument` if there are no samples, or a weight is negative or all are 0; `shapeMismatch`;
  ///   `labelOutOfRange` with the row; `invalidData` with the row whose probabilities are none.
  /// - Complexity: a logarithm for each probability.
  public init(
    labels: [Int], probabilities: consuming Matrix, predictions: [Int]? = nil,
    classNames: [String]? = nil, sampleWeights: [Float]? = nil
  ) throws(SoftmaxError) {
    let classCount = probabilities.columnCount
    let names = classNames ?? (0..<classCount).map { "\($0)" }
    guard probabilities.rowCount == labels.count, classCount == names.count, classCount > 0 else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(labels.count) labels of \(names.count) classes need as many rows and columns of "
          + "probabilities, got \(probabilities.rowCount) x \(classCount)")
    }
    try Self.validate(labels, predictions, names, sampleWeights)
    try Self.takeLogarithms(&probabilities)
    try self.init(
      checkedLabels: labels, logits: probabilities, outputFunction: .softmax, classNames: names,
      sampleWeights: sampleWeights, predictions: predictions)
  }

  /// Creates an evaluation from predicted classes alone.
  ///
  /// Metrics that need probabilities are undefined, and ``logLoss`` is NaN.
  ///
  /// ```swift
  /// let rules = try Evaluation(
  ///   labels: [0, 1, 1], predictions: [0, 1, 0], classNames: ["cat", "dog"])
  /// print(rules.accuracy)                // 0.667
  /// ```
  ///
  /// - Parameters:
  ///   - labels: the index of the true class of each sample.
  ///   - predictions: the index of the predicted class of each sample.
  ///   - classNames: the names of the classes.
  ///   - sampleWeights: the weight of each sample, finite and at least 0, or nil for 1.
  /// - Throws: `invalidArgument` if there are no samples, or a weight is negative or all are 0; `shapeMismatch`;
  ///   `labelOutOfRange` with the row.
  public init(
    labels: [Int], predictions: [Int], classNames: [String], sampleWeights: [Float]? = nil
  ) throws(SoftmaxError) {
    try Self.validate(labels, predictions, classNames, sampleWeights)
    try self.init(
      checkedLabels: labels, logits: Matrix(rowCount: labels.count, columnCount: 0),
      outputFunction: .softmax, classNames: classNames, sampleWeights: sampleWeights,
      predictions: predictions, hasProbabilities: false)
  }

  private static func validate(
    _ labels: [Int], _ predictions: [Int]?, _ classNames: [String], _ sampleWeights: [Float]?
  ) throws(SoftmaxError) {
    guard !labels.isEmpty else { throw SoftmaxError(.invalidArgument, "there are no samples") }
    guard predictions?.count ?? labels.count == labels.count else {
      throw SoftmaxError(
        .shapeMismatch, "\(labels.count) labels, but \(predictions?.count ?? 0) predictions",
        remedy: "give one prediction for each label")
    }
    try ConfusionMatrix.validate(labels, "label", classCount: classNames.count)
    if let predictions {
      try ConfusionMatrix.validate(predictions, "prediction", classCount: classNames.count)
    }
    try LabeledDataset.validate(sampleWeights, sampleCount: labels.count)
  }

  // Replaces probabilities by their logarithms, with -inf for 0.
  private static func takeLogarithms(_ probabilities: inout Matrix) throws(SoftmaxError) {
    let classCount = probabilities.columnCount
    for row in 0..<probabilities.rowCount {
      var sum = 0.0
      for index in row * classCount..<(row + 1) * classCount {
        let probability = Double(probabilities.elements[index])
        // Sums in single precision may exceed 1 in their last digit.
        guard probability >= 0, probability <= 1.000001 else {
          throw SoftmaxError(
            .invalidData, "a probability lies in 0...1, got \(probability)",
            at: .row(row, column: index - row * classCount))
        }
        sum += probability
        probabilities.elements[index] =
          probability > 0 ? Float(ElementaryFunctions.logarithm(probability)) : -.infinity
      }
      guard (sum - 1).magnitude <= greatestDeviation else {
        throw SoftmaxError(
          .invalidData,
          "the probabilities of the classes sum to \(NumberText.significant(sum, 4)), not to 1",
          remedy: "give the probability of every class", at: .row(row, column: nil))
      }
    }
  }
}
