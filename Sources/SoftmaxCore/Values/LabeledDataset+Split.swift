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
  /// With ``origins`` that are groups, whole groups are drawn at random, so that of each class about the fraction is
  /// held back, and each class stays in the training part. With times the validation part is the latest ones, whatever
  /// their classes.
  ///
  /// ```swift
  /// let (training, validation) = try digits.split(validationFraction: 0.1, seed: 42)
  /// ```
  ///
  /// - Parameters:
  ///   - fraction: the fraction of samples for validation, greater than 0 and less than 1.
  ///   - seed: the seed of the random choice.
  /// - Throws: `invalidArgument` for a fraction outside of this range, or if no class has 2 samples, every group has all
  ///   samples of a class, or all times are equal.
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
    let isHeldBack =
      switch origins?.kind {
      case nil: try drawnSamples(fraction, seed: seed, purpose: purpose)
      case .groups(let groups): try drawnGroups(groups, fraction, seed: seed, purpose: purpose)
      case .times(let times): try latestSamples(times, fraction)
      }
    return (
      selecting(rows: (0..<count).filter { !isHeldBack[$0] }),
      selecting(rows: (0..<count).filter { isHeldBack[$0] })
    )
  }

  // Each of these returns for each sample whether it is held back.
  private func drawnSamples(
    _ fraction: Double, seed: UInt64, purpose: CounterBasedGenerator.Purpose
  ) throws(SoftmaxError) -> [Bool] {
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
    return isHeldBack
  }

  private func drawnGroups(
    _ groups: [Int], _ fraction: Double, seed: UInt64, purpose: CounterBasedGenerator.Purpose
  ) throws(SoftmaxError) -> [Bool] {
    let counts = GroupCounts(groups, labels: labels)
    let order = CounterBasedGenerator(seed: seed, purpose: purpose)
      .permutation(of: counts.shares.count)
    var heldBack = [Int](repeating: 0, count: classCount)
    // How much farther the held back shares of the classes are from the fraction with a group than without it; nil if
    // nothing of a class would be left to learn from.
    func change(_ group: Int) -> Double? {
      var change = 0.0
      for share in counts.shares[group] {
        let (before, total) = (heldBack[share.label], Double(counts.totals[share.label]))
        guard before + share.count < counts.totals[share.label] else { return nil }
        let (old, new) = (Double(before) / total, Double(before + share.count) / total)
        change += (new - fraction) * (new - fraction) - (old - fraction) * (old - fraction)
      }
      return change
    }
    var isDrawn = [Bool](repeating: false, count: counts.shares.count)
    for group in order {
      guard let change = change(group), change < 0 else { continue }
      isDrawn[group] = true
      for share in counts.shares[group] { heldBack[share.label] += share.count }
    }
    if !isDrawn.contains(true) {
      // All groups are larger than the fraction: the one that is nearest to it, the first drawn of equals.
      let changes = order.compactMap { group in change(group).map { (group: group, change: $0) } }
      guard let best = changes.min(by: { $0.change < $1.change }) else {
        throw SoftmaxError(
          .invalidArgument,
          "each group has all samples of a class, so none can be held back from those to learn from",
          remedy: "learn from more groups of each class")
      }
      isDrawn[best.group] = true
    }
    return counts.placeOfRow.map { isDrawn[$0] }
  }

  private func latestSamples(
    _ times: [Double], _ fraction: Double
  ) throws(SoftmaxError) -> [Bool] {
    let order = TimeOrder(times)
    let share = Int((fraction * Double(count)).rounded())
    guard let start = order.change(nearestTo: count - share) else {
      throw SoftmaxError(
        .invalidArgument, "all samples have the same time, so the latest cannot be held back",
        remedy: "learn from samples of several times")
    }
    var isHeldBack = [Bool](repeating: false, count: count)
    for row in order.rows[start...] { isHeldBack[row] = true }
    return isHeldBack
  }
}
