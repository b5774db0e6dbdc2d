// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Evaluation {
  /// The fraction of samples whose true class is among the k most probable ones.
  ///
  /// Ranks are those of the logits, which differ where probabilities round to the same number. Of equal logits
  /// the class of the lower index counts as the more probable one, so k = 1 is the accuracy. (scikit-learn's
  /// `top_k_accuracy_score` takes the higher index first and so may differ from its own accuracy.)
  ///
  /// - Complexity: O(samples x classes).
  /// - Precondition: `k` is at least 1.
  public func topKAccuracy(_ k: Int) -> Double {
    precondition(k >= 1, "the most probable classes are at least 1, not \(k)")
    return fraction(labels.indices.count { rank(ofLabelIn: $0) < k }, of: rowCount)
  }

  /// The number of classes that come before the true one.
  private func rank(ofLabelIn row: Int) -> Int {
    let label = labels[row]
    guard predictions[row] != label else { return 0 }
    // Of a single output the other class is the only other one.
    guard logits.columnCount > 1 else { return 1 }
    let scores = logits.row(row)
    let own = scores[scores.startIndex + label]
    var rank = 1
    for (index, other) in scores.enumerated() where index != predictions[row] {
      if other > own || (other == own && index < label) { rank += 1 }
    }
    return rank
  }

  /// The area under the ROC curve of each class against all others; nil where it is undefined.
  ///
  /// The probability that a sample of the class is given a greater probability of the class than a
  /// sample of another, ties counting half: scikit-learn's `roc_auc_score`. Ranks follow from the logits, so
  /// samples whose probabilities round to the same number do not tie. Undefined where the data hold no sample
  /// of the class, or no other.
  ///
  /// - Complexity: O(classes x samples log samples of a class).
  public var rocAUC: [Double?] {
    let counts = labelCounts
    let defined = counts.indices.filter { counts[$0] > 0 && counts[$0] < rowCount }
    var areas = [Double?](repeating: nil, count: counts.count)
    guard !defined.isEmpty else { return areas }
    let scores = ClassScores(logits, outputFunction)
    for (index, area) in zip(defined, scores.areas(of: defined, labels: labels)) {
      areas[index] = area
    }
    return areas
  }

  /// The mean of ``rocAUC`` over all classes; nil where that of a class is undefined.
  public var rocAUCMacro: Double? {
    guard rocAUCUndefinedReason == nil else { return nil }
    let areas = rocAUC.compactMap { $0 }
    return areas.reduce(0, +) / Double(areas.count)
  }

  /// Why ``rocAUCMacro`` is nil; nil if it is not.
  package var rocAUCUndefinedReason: String? {
    let counts = labelCounts
    let missing = counts.indices.filter { counts[$0] == 0 }
    guard !missing.isEmpty else { return nil }
    let names = missing.prefix(5).map { classNames[$0].debugDescription }.joined(separator: ", ")
    let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
    return "the data hold no sample of \(names)\(more)"
  }

  /// For each sample a number that grows with the probability of its predicted class and does not saturate.
  package var predictionScores: [Double] {
    let scores = ClassScores(logits, outputFunction)
    return predictions.indices.map { scores[row: $0, class: predictions[$0]] }
  }

  /// The number of samples of each class.
  private var labelCounts: [Int] {
    labels.reduce(into: Array(repeating: 0, count: classNames.count)) { $0[$1] += 1 }
  }
}
