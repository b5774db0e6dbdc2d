// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// Holds some samples back, of every class its share.
  ///
  /// Of a class of n samples, `fraction * n` go to the validation, rounded to the nearest. Which ones
  /// is drawn from the seed, for each class on its own; both parts keep the order of the samples. Of
  /// soft targets the most probable class counts.
  ///
  /// ```swift
  /// let (training, validation) = try digits.split(validationFraction: 0.1, seed: 42)
  /// ```
  ///
  /// - Parameters:
  ///   - fraction: the share to hold back, greater than 0 and less than 1.
  ///   - seed: what the choice is drawn from.
  /// - Throws: `invalidArgument` for a fraction that is none, or that leaves a class without a
  ///   sample on one of the two sides.
  public func split(
    validationFraction fraction: Double, seed: UInt64
  ) throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset) {
    guard fraction > 0, fraction < 1 else {
      throw SoftmaxError(
        .invalidArgument,
        "the fraction to validate by must be greater than 0 and less than 1, got \(fraction)")
    }
    var rowsOfClass = Array(repeating: [Int](), count: classCount)
    for (row, label) in labels.enumerated() { rowsOfClass[label].append(row) }
    var isHeldBack = Array(repeating: false, count: count)
    for (index, rows) in rowsOfClass.enumerated() where !rows.isEmpty {
      let heldBack = Int((fraction * Double(rows.count)).rounded())
      guard heldBack > 0, heldBack < rows.count else {
        throw SoftmaxError(
          .invalidArgument,
          "class \(classNames[index].debugDescription) has \(rows.count) "
            + "sample\(rows.count == 1 ? "" : "s"): a fraction of \(fraction) leaves none to "
            + (heldBack == 0 ? "validate by" : "learn from"),
          remedy: "choose another fraction, or name the rows to validate by")
      }
      let generator = CounterBasedGenerator(seed: seed, purpose: .validationSplit, epoch: index)
      for place in generator.permutation(of: rows.count).prefix(heldBack) {
        isHeldBack[rows[place]] = true
      }
    }
    guard count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples to hold back")
    }
    return (
      selecting(rows: (0..<count).filter { !isHeldBack[$0] }),
      selecting(rows: (0..<count).filter { isHeldBack[$0] })
    )
  }
}
