// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// Divides the samples into folds with about the same share of each class, for cross-validation.
  ///
  /// Samples of weight 0 count as none.
  ///
  /// Without origins the samples of a class go to the folds in their order: the first ones to the first fold. The folds
  /// are those of scikit-learn's `StratifiedKFold`, except that the only sample of a class belongs to no fold, because
  /// nothing could be learnt about the class without it. With a seed the order is a random one.
  ///
  /// With groups no group is learned from and judged at once (`GroupFolds`). With times each fold learns from the
  /// samples before those that it judges, as in scikit-learn's `TimeSeriesSplit`, except that equal times stay together
  /// and that the last fold comes first, since it has most to learn from. Of both, there are fewer folds if there are
  /// too few groups or times, and a sample whose class its fold does not learn is not judged.
  ///
  /// - Parameters:
  ///   - foldCount: the number of folds, at least 2.
  ///   - seed: the seed of the order in which samples without origins are dealt; nil for that of the data set, without a
  ///     random choice.
  /// - Throws: `invalidArgument` for fewer than 2 folds, or if the samples, groups or times are too few.
  package func folds(_ foldCount: Int, seed: UInt64? = nil) throws(SoftmaxError) -> [Fold] {
    guard foldCount >= 2 else {
      throw SoftmaxError(
        .invalidArgument, "a cross-validation needs at least 2 folds, got \(foldCount)")
    }
    switch origins?.kind {
    case nil: return try stratifiedFolds(foldCount, seed: seed)
    case .groups(let groups):
      let counts = GroupCounts(groups, labels: labels.indices.map(countedLabel))
      let folds = GroupFolds(counts, foldCount: foldCount)
      return try judgeable(folds.rowsOfFolds.map { Fold(judged: $0) })
    case .times(let times):
      return try judgeable(TimeOrder(times).folds(foldCount))
    }
  }

  // The class of a sample; nil for one of weight 0.
  private func countedLabel(_ row: Int) -> Int? {
    sampleWeights.map { $0[row] > 0 } ?? true ? labels[row] : nil
  }

  /// Returns the folds without the samples of classes that they do not learn.
  ///
  /// A fold that learns a single class, or that has nothing left to judge, is left out.
  private func judgeable(_ folds: [Fold]) throws(SoftmaxError) -> [Fold] {
    var isJudged = [Bool](repeating: false, count: classCount)
    var result: [Fold] = []
    for fold in folds {
      var isLearned = [Bool](repeating: false, count: classCount)
      for row in fold.learned(ofRows: count) {
        if let label = countedLabel(row) { isLearned[label] = true }
      }
      let judged = fold.judged.filter { isLearned[labels[$0]] }
      let counted = judged.compactMap(countedLabel)
      guard isLearned.count(where: { $0 }) >= 2, !counted.isEmpty else { continue }
      for label in counted { isJudged[label] = true }
      let unknown = fold.judged.filter { !isLearned[labels[$0]] }
      result.append(Fold(judged: judged, leftOut: (fold.leftOut + unknown).sorted()))
    }
    guard result.count >= 2, isJudged.count(where: { $0 }) >= 2 else {
      throw SoftmaxError(
        .invalidArgument,
        "the \(origins?.distinctCount ?? 0) \(origins?.name ?? "") are too few for folds: there must be two "
          + (origins?.areTimes == true
            ? "later parts whose classes came before"
            : "groups with a class, for two classes at least"),
        remedy: origins?.areTimes == true
          ? "learn from rows of more times, or leave the times out"
          : "learn from more groups, or leave the groups out, if rows of one group are no more alike than others"
      )
    }
    return result
  }

  private func stratifiedFolds(
    _ foldCount: Int, seed: UInt64?
  ) throws(SoftmaxError) -> [Fold] {
    var counts = [Int](repeating: 0, count: classCount)
    var order: [Int] = []
    for label in labels.indices.lazy.compactMap(countedLabel) {
      if counts[label] == 0 { order.append(label) }
      counts[label] += 1
    }
    guard foldCount <= count else { throw Self.tooFew(counts, foldCount) }
    // The place of the next sample of each class, and its sizes in the folds. All samples, sorted by class,
    // are dealt to the folds in turn.
    var sizes = [[Int]](repeating: Array(repeating: 0, count: foldCount), count: classCount)
    var place = 0
    for label in order {
      for _ in 0..<counts[label] {
        sizes[label][place % foldCount] += 1
        place += 1
      }
    }
    var folds = [[Int]](repeating: [], count: foldCount)
    var current = [Int](repeating: 0, count: classCount)
    let rows = seed.map { CounterBasedGenerator(seed: $0, purpose: .folds).permutation(of: count) }
    for row in rows ?? Array(labels.indices) {
      guard let label = countedLabel(row), counts[label] > 1 else { continue }
      while sizes[label][current[label]] == 0 { current[label] += 1 }
      sizes[label][current[label]] -= 1
      folds[current[label]].append(row)
    }
    guard folds.allSatisfy({ !$0.isEmpty }) else { throw Self.tooFew(counts, foldCount) }
    return folds.map { Fold(judged: $0.sorted()) }
  }

  private static func tooFew(_ counts: [Int], _ foldCount: Int) -> SoftmaxError {
    let usable = counts.filter { $0 > 1 }.reduce(0, +)
    return SoftmaxError(
      .invalidArgument,
      "\(usable) samples are too few for \(foldCount) folds"
        + (counts.contains(1) ? "; the only sample of a class belongs to none" : ""),
      remedy: foldCount > 2 && usable >= 2
        ? "use fewer folds, or give the penalty" : "give the penalty")
  }
}
