// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// Divides the samples into folds with about the same share of each class, for cross-validation.
  ///
  /// The samples of a class go to the folds in their order: the first ones to the first fold. There is no
  /// random choice. The folds are those of scikit-learn's `StratifiedKFold`, except that the only sample of a
  /// class belongs to no fold, because nothing could be learnt about the class without it.
  ///
  /// - Parameter foldCount: the number of folds, at least 2.
  /// - Returns: the rows of each fold, in ascending order.
  /// - Throws: `invalidArgument` for fewer than 2 folds, or if a fold would be empty.
  package func stratifiedFolds(_ foldCount: Int) throws(SoftmaxError) -> [[Int]] {
    guard foldCount >= 2 else {
      throw SoftmaxError(
        .invalidArgument, "a cross-validation needs at least 2 folds, got \(foldCount)")
    }
    var counts = [Int](repeating: 0, count: classCount)
    var order: [Int] = []
    for label in labels {
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
    for (row, label) in labels.enumerated() where counts[label] > 1 {
      while sizes[label][current[label]] == 0 { current[label] += 1 }
      sizes[label][current[label]] -= 1
      folds[current[label]].append(row)
    }
    guard folds.allSatisfy({ !$0.isEmpty }) else { throw Self.tooFew(counts, foldCount) }
    return folds
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
