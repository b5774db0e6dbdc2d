// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// Splits the samples into a training part and a stratified validation part.
  ///
  /// The validation part receives `fraction * n` of the n samples of each class, rounded to the nearest
  /// integer, but at least 1 and at most n - 1. A class of a single sample stays in the training part; it
  /// is one of the ``missingClasses`` of the validation part. The samples are drawn at random by the seed,
  /// separately for each class. Both parts keep the order of the samples. The class of a sample with soft
  /// or multi-label targets is its entry in `labels`.
  ///
  /// ```swift
  /// let (training, validation) = try digits.split(validationFraction: 0.1, seed: 42)
  /// ```
  ///
  /// - Parameters:
  ///   - fraction: the fraction of samples for validation, greater than 0 and less than 1.
  ///   - seed: the seed of the random choice.
  /// - Throws: `invalidArgument` for a fraction outside of this range, or if no class has 2 samples.
  public func split(
    validationFraction fraction: Double, seed: UInt64
  ) throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset) {
    try split(validationFraction: fraction, seed: seed, purpose: .validationSplit)
  }

  /// Splits the samples like the public method, with random numbers of the given purpose.
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
