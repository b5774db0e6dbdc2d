// SPDX-License-Identifier: Apache-2.0

extension Matrix {
  /// A row for each label, 1 at the label's class and 0 elsewhere.
  ///
  /// ```swift
  /// let targets = try Matrix(oneHot: [2, 0], classCount: 3)
  /// print(targets.row(0), targets.row(1))  // [0.0, 0.0, 1.0] [1.0, 0.0, 0.0]
  /// ```
  ///
  /// Keras' `to_categorical`, PyTorch's and TensorFlow's `one_hot`.
  ///
  /// - Throws: `labelOutOfRange` naming the row of a label that is none of the classes;
  ///   `invalidArgument` for a negative number of classes.
  public init(oneHot labels: [Int], classCount: Int) throws(SoftmaxError) {
    guard classCount >= 0 else {
      throw SoftmaxError(
        .invalidArgument, "the number of classes must not be negative, got \(classCount)")
    }
    self.init(rowCount: labels.count, columnCount: classCount)
    for (row, label) in labels.enumerated() {
      guard (0..<classCount).contains(label) else {
        throw SoftmaxError(
          .labelOutOfRange, "label \(label) is not one of the \(classCount) classes",
          at: .row(row, column: nil))
      }
      self[row, label] = 1
    }
  }
}
