// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Evaluation {
  /// Returns the fraction of samples whose true class is among the k most probable ones.
  ///
  /// Classes are ranked by their logits, which differ even where probabilities round to the same number. Of
  /// classes with equal logits the one with the lower index ranks first, so the result for k = 1 is the
  /// accuracy. (scikit-learn's `top_k_accuracy_score` ranks the higher index first, so it can differ from
  /// scikit-learn's accuracy.)
  ///
  /// - Complexity: O(samples x classes).
  /// - Precondition: `k` is at least 1.
  public func topKAccuracy(_ k: Int) -> Double {
    precondition(k >= 1, "the most probable classes are at least 1, not \(k)")
    return share { rank(ofLabelIn: $0) < k }
  }

  /// Returns the 95 % confidence interval of the top-k accuracy, by Wilson's method.
  func topKInterval(_ k: Int) -> ClosedRange<Double> {
    wilsonInterval(share: topKAccuracy(k), trials: effectiveSampleSize)
  }

  /// Returns the number of classes that rank before the true class of a row.
  private func rank(ofLabelIn row: Int) -> Int {
    let label = labels[row]
    guard predictions[row] != label else { return 0 }
    // A single output has two classes, so only one class can rank before the true one.
    let outputs = logits.columnCount
    guard outputs > 1 else { return 1 }
    let begin = row * outputs
    let own = logits.elements[begin + label]
    var rank = 0
    for index in 0..<outputs {
      let other = logits.elements[begin + index]
      if other > own || (other == own && index < label) { rank += 1 }
    }
    return rank
  }

  /// The area under the ROC curve of each class against all others.
  ///
  /// The area is the probability that a random sample of the class has a greater probability of the class
  /// than a random sample of another class; ties count one half. This is scikit-learn's `roc_auc_score`.
  /// Samples are ranked by their logits, so samples whose probabilities round to the same number do not tie.
  /// The area is nil if the data contain no sample of the class, or only samples of the class.
  ///
  /// - Complexity: O(classes x samples) on the first access, then O(classes).
  public var rocAUC: [Double?] { classAreas.map { $0?.roc } }

  /// The average precision of each class against all others, as in scikit-learn; nil as for ``rocAUC``.
  package var averagePrecisions: [Double?] { classAreas.map { $0?.averagePrecision } }

  /// The mean of ``rocAUC`` over all classes; nil if the area of any class is undefined.
  public var rocAUCMacro: Double? { macroMean(rocAUC) }

  /// The mean of ``rocAUC`` over the classes that have samples, weighted by these.
  var rocAUCWeighted: Double? { weightedMean(rocAUC) }

  var averagePrecisionMacro: Double? { macroMean(averagePrecisions) }

  var averagePrecisionWeighted: Double? { weightedMean(averagePrecisions) }

  /// The mean over all ordered pairs of classes of the area of the first class against the second alone.
  ///
  /// Source: Hand and Till, "A simple generalisation of the area under the ROC curve for multiple class classification
  /// problems", Machine Learning 45, 2001.
  var rocAUCOneVsOneMacro: Double? {
    guard rocAUCUndefinedReason == nil else { return nil }
    let pairs = Double(classNames.count) * Double(classNames.count - 1)
    return classAreas.reduce(0) { $0 + ($1?.oneVsOneSum ?? 0) } / pairs
  }

  /// The same mean, each pair weighted by the samples of its classes.
  var rocAUCOneVsOneWeighted: Double? {
    guard rocAUCUndefinedReason == nil else { return nil }
    let pairs = 2 * totalWeight * Double(classNames.count - 1)
    return classAreas.reduce(0) { $0 + ($1?.weightedOneVsOneSum ?? 0) } / pairs
  }

  private func macroMean(_ values: [Double?]) -> Double? {
    guard rocAUCUndefinedReason == nil else { return nil }
    return values.reduce(0) { $0 + ($1 ?? 0) } / Double(values.count)
  }

  private func weightedMean(_ values: [Double?]) -> Double? {
    guard singleClassReason == nil else { return nil }
    let sum = zip(values, labelWeights).reduce(0) { $0 + ($1.0 ?? 0) * $1.1 }
    return sum / totalWeight
  }

  /// The reason why the mean of an area over all classes is nil; nil if it is defined.
  package var rocAUCUndefinedReason: String? {
    let missing = labelWeights.indices.filter { labelWeights[$0] == 0 }
    guard !missing.isEmpty else { return singleClassReason }
    let names = missing.prefix(5).map { classNames[$0].debugDescription }.joined(separator: ", ")
    let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
    return "the data hold no sample of \(names)\(more)"
  }

  /// The reason why nothing can be told apart; nil if the samples belong to several classes.
  var singleClassReason: String? {
    guard labelWeights.count(where: { $0 > 0 }) < 2,
      let label = labelWeights.firstIndex(where: { $0 > 0 })
    else { return nil }
    return "all samples are of the class \(classNames[label].debugDescription)"
  }

  /// The score of the predicted class of each sample, which increases with its probability and does not
  /// saturate.
  package var predictionScores: [Double] {
    let scores = scores
    return predictions.indices.map { scores[row: $0, class: predictions[$0]] }
  }

  // MARK: Rankings

  // The greatest number of logits for which the rankings are kept, a quarter of a gigabyte.
  private static let greatestCountOfKeptPlaces = 1 << 26
  // One pass over the rows serves 16 classes, so the logits are loaded into the cache once for all of them.
  private static let width = 16
  // Starting threads takes as long as ranking some thousand samples.
  private static let leastCountForThreads = 1 << 18

  /// The areas of each class; nil as for ``rocAUC``.
  var classAreas: [ClassAreas?] {
    storedAreas.value {
      let weights = labelWeights
      var areas = [ClassAreas?](repeating: nil, count: weights.count)
      guard singleClassReason == nil, hasProbabilities else { return areas }
      let present = weights.indices.filter { weights[$0] > 0 }
      let found = mapRankings(of: present) { index, ranking in
        ClassAreas(
          of: index, ranking: ranking, labels: labels, labelWeights: weights,
          weights: sampleWeights)
      }
      for (index, area) in zip(present, found) { areas[index] = area }
      return areas
    }
  }

  /// Returns what `body` makes of the ranking of each given class: the samples in descending order of their score.
  ///
  /// Rankings are kept unless there are very many. They do not depend on the weights of the samples, so an evaluation of
  /// the same rows with other weights does not sort again. Threads share the classes of many samples.
  func mapRankings<Result: Sendable>(
    of classes: [Int], _ body: @escaping @Sendable (Int, Ranking) -> Result
  ) -> [Result] {
    guard rowCount * classNames.count <= Self.greatestCountOfKeptPlaces else {
      return makeRankings(of: classes, body)
    }
    let all = storedRankings.value { makeRankings(of: Array(classNames.indices)) { $1 } }
    return inBlocks(of: classes) { some in some.map { body($0, all[$0]) } }
  }

  private func makeRankings<Result: Sendable>(
    of classes: [Int], _ body: @escaping @Sendable (Int, Ranking) -> Result
  ) -> [Result] {
    let scores = scores
    return inBlocks(of: classes) { some in
      var columns = some.map { _ in [Double](repeating: 0, count: rowCount) }
      for row in labels.indices {
        for (place, index) in some.enumerated() {
          columns[place][row] = scores[row: row, class: index]
        }
      }
      return zip(some, columns).map { body($0, Ranking($1)) }
    }
  }

  // Runs a task on blocks of classes, side by side if there is enough to do.
  private func inBlocks<Result: Sendable>(
    of classes: [Int], _ task: @escaping @Sendable (ArraySlice<Int>) -> [Result]
  ) -> [Result] {
    let isLarge = rowCount * classes.count >= Self.leastCountForThreads
    let threads = isLarge ? min(WorkerTeam.processorCount, classes.count) : 1
    let width = max(1, min(Self.width, (classes.count + threads - 1) / threads))
    let blocks = stride(from: 0, to: classes.count, by: width).map {
      classes[$0..<min($0 + width, classes.count)]
    }
    guard threads > 1 else { return blocks.flatMap(task) }
    return WorkerTeam(threadCount: threads).results(ofTasks: blocks.count) { task(blocks[$0]) }
      .flatMap(\.self)
  }
}
