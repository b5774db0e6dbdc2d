// SPDX-License-Identifier: Apache-2.0

extension Matrix {
  /// Creates a matrix with a row for each label: 1 in the column of its class, 0 elsewhere.
  ///
  /// ```swift
  /// let targets = try Matrix(oneHot: [2, 0], classCount: 3)
  /// print(targets.row(0), targets.row(1))  // [0.0, 0.0, 1.0] [1.0, 0.0, 0.0]
  /// ```
  ///
  /// It corresponds to Keras' `to_categorical` and to PyTorch's and TensorFlow's `one_hot`.
  ///
  /// - Throws: `labelOutOfRange` with the first row whose label is not in 0..<classCount;
  ///   `invalidArgument` for a negative number of classes; `unsupported` for a matrix that does not fit
  ///   into memory.
  public init(oneHot labels: [Int], classCount: Int) throws(SoftmaxError) {
    guard classCount >= 0 else {
      throw SoftmaxError(
        .invalidArgument, "the number of classes must not be negative, got \(classCount)")
    }
    for (row, label) in labels.enumerated() where !(0..<classCount).contains(label) {
      throw SoftmaxError(
        .labelOutOfRange, "label \(label) is not one of the \(classCount) classes",
        at: .row(row, column: nil))
    }
    try MemoryLimit.current.validate(
      4 * Double(labels.count) * Double(classCount),
      for: "a \(labels.count) x \(classCount) matrix",
      remedy: "keep the labels as they are, as Targets.labels")
    self.init(rowCount: labels.count, columnCount: classCount)
    for (row, label) in labels.enumerated() { self[row, label] = 1 }
  }
}
