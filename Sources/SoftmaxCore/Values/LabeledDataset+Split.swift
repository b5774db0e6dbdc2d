// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// Holds some samples back, of every class its share.
  ///
  /// Of a class of n samples, `fraction * n` go to the validation, rounded to the nearest, but at least 1
  /// and at most n - 1; of a class of a single sample none does, so that it can be learnt. The classes
  /// that nothing validates are the validation's ``missingClasses``. Which samples are held back is drawn
  /// from the seed, for each class on its own; both parts keep the order of the samples. Of soft targets
  /// the most probable class counts.
  ///
  /// ```swift
  /// let (training, validation) = try digits.split(validationFraction: 0.1, seed: 42)
  /// ```
  ///
  /// - Parameters:
  ///   - fraction: the share to hold back, greater than 0 and less than 1.
  ///   - seed: what the choice is drawn from.
  /// - Throws: `invalidArgument` for a fraction that is none, or where no class has 2 samples.
  public func split(
    validationFraction fraction: Double, seed: UInt64
  ) throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset) {
    try split(validationFraction: fraction, seed: seed, purpose: .validationSplit)
  }

  /// The same, drawn for a purpose of its own.
  package func split(
    validationFraction fraction: Double, seed: UInt64, purpose: CounterBasedGenerator.Purpose
  ) throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset) {
    guard fraction > 0, fraction < 1 else {
      throw SoftmaxError(
        .invalidArgument,
        "the fraction to validate by must be greater than 0 and less than 1, got \(fraction)")
    }
    var rowsOfClass = Array(repeating: [Int](), count: classCount)
    for (row, label) in labels.enumerated() { rowsOfClass[label].append(row) }
    var isHeldBack = Array(repeating: false, count: count)
    for (index, rows) in rowsOfClass.enumerated() where rows.count >= 2 {
      let share = Int((fraction * Double(rows.count)).rounded())
      let generator = CounterBasedGenerator(seed: seed, purpose: purpose, epoch: index)
      for place in generator.permutation(of: rows.count).prefix(min(max(share, 1), rows.count - 1))
      {
        isHeldBack[rows[place]] = true
      }
    }
    guard isHeldBack.contains(true) else {
      throw SoftmaxError(
        .invalidArgument,
        "no class has 2 samples, so none can be held back from those to learn from",
        remedy: "learn from more samples of each class")
    }
    return (
      selecting(rows: (0..<count).filter { !isHeldBack[$0] }),
      selecting(rows: (0..<count).filter { isHeldBack[$0] })
    )
  }
}
