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

  /// Returns the number of classes that rank before the true class of a row.
  private func rank(ofLabelIn row: Int) -> Int {
    let label = labels[row]
    guard predictions[row] != label else { return 0 }
    // A single output has two classes, so only one class can rank before the true one.
    guard logits.columnCount > 1 else { return 1 }
    let scores = logits.row(row)
    let own = scores[scores.startIndex + label]
    var rank = 1
    for (index, other) in scores.enumerated() where index != predictions[row] {
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
  /// - Complexity: O(classes x samples log samples of a class) on the first access, then O(1).
  public var rocAUC: [Double?] {
    storedROCAUC.value {
      let counts = labelCounts
      let total = counts.reduce(0, +)
      let defined = counts.indices.filter { counts[$0] > 0 && counts[$0] < total }
      var areas = [Double?](repeating: nil, count: counts.count)
      guard !defined.isEmpty else { return areas }
      let scores = ClassScores(logits, outputFunction)
      for (index, area) in zip(
        defined, scores.areas(of: defined, labels: labels, weights: sampleWeights))
      {
        areas[index] = area
      }
      return areas
    }
  }

  /// The mean of ``rocAUC`` over all classes; nil if the area of any class is undefined.
  public var rocAUCMacro: Double? {
    guard rocAUCUndefinedReason == nil else { return nil }
    let areas = rocAUC.compactMap { $0 }
    return areas.reduce(0, +) / Double(areas.count)
  }

  /// The reason why ``rocAUCMacro`` is nil; nil if it is defined.
  package var rocAUCUndefinedReason: String? {
    let counts = labelCounts
    let missing = counts.indices.filter { counts[$0] == 0 }
    guard !missing.isEmpty else { return nil }
    let names = missing.prefix(5).map { classNames[$0].debugDescription }.joined(separator: ", ")
    let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
    return "the data hold no sample of \(names)\(more)"
  }

  /// The score of the predicted class of each sample, which increases with its probability and does not
  /// saturate.
  package var predictionScores: [Double] {
    let scores = ClassScores(logits, outputFunction)
    return predictions.indices.map { scores[row: $0, class: predictions[$0]] }
  }

  /// The number of samples of each class; those of weight 0 do not count.
  private var labelCounts: [Int] {
    labels.indices.reduce(into: Array(repeating: 0, count: classNames.count)) {
      if sampleWeights?[$1] != 0 { $0[labels[$1]] += 1 }
    }
  }
}
