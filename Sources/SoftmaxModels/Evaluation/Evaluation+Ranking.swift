// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Evaluation {
  /// The fraction of samples whose true class is among the k most probable ones.
  ///
  /// Of equal probabilities the class of the lower index counts as the more probable one, the
  /// predicted class first of all; so k = 1 is the accuracy.
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
    let own = probabilities[row, label]
    var rank = 1
    for (index, other) in probabilities.row(row).enumerated() where index != predictions[row] {
      if other > own || (other == own && index < label) { rank += 1 }
    }
    return rank
  }

  /// The area under the ROC curve of each class against all others; nil where it is undefined.
  ///
  /// The probability that a sample of the class is given a greater probability of the class than a
  /// sample of another, ties counting half. Undefined where the data hold no sample of the class, or no
  /// other.
  ///
  /// - Complexity: O(classes x samples log samples).
  public var rocAUC: [Double?] {
    classNames.indices.map { index in
      areaUnderROC(
        scores: labels.indices.map { probabilities[$0, index] },
        arePositive: labels.map { $0 == index })
    }
  }

  /// The mean of ``rocAUC`` over all classes; nil where that of a class is undefined.
  public var rocAUCMacro: Double? {
    let areas = rocAUC
    let defined = areas.compactMap { $0 }
    guard defined.count == areas.count, !defined.isEmpty else { return nil }
    return defined.reduce(0, +) / Double(defined.count)
  }

  /// Why ``rocAUCMacro`` is nil; nil if it is not.
  public var rocAUCUndefinedReason: String? {
    let occurring = Set(labels)
    let missing = classNames.indices.filter { !occurring.contains($0) }.map { classNames[$0] }
    guard !missing.isEmpty else { return nil }
    let names = missing.prefix(5).map { $0.debugDescription }.joined(separator: ", ")
    let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
    return "the data hold no sample of \(names)\(more)"
  }
}

/// The fraction of pairs of a positive and a negative sample where the positive has the greater score,
/// ties counting half; nil without such pairs.
///
/// Counted in whole numbers (Mann and Whitney's U with average ranks), so exact but for one division.
func areaUnderROC(scores: [Float], arePositive: [Bool]) -> Double? {
  // Sorted as numbers: the order of the floats in the upper bits, the class in the lowest.
  let keys = zip(scores, arePositive).map { score, isPositive in
    // Adding 0 makes one zero of two.
    let bits = (score + 0).bitPattern
    let ordered = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    return UInt64(ordered) << 1 | (isPositive ? 1 : 0)
  }.sorted()
  var twiceWins = 0
  var (positives, negatives) = (0, 0)
  var begin = 0
  while begin < keys.count {
    var (tiedPositives, tiedNegatives) = (0, 0)
    var end = begin
    while end < keys.count, keys[end] >> 1 == keys[begin] >> 1 {
      if keys[end] & 1 == 1 { tiedPositives += 1 } else { tiedNegatives += 1 }
      end += 1
    }
    twiceWins += tiedPositives * (2 * negatives + tiedNegatives)
    positives += tiedPositives
    negatives += tiedNegatives
    begin = end
  }
  guard positives > 0, negatives > 0 else { return nil }
  return Double(twiceWins) / (2 * Double(positives) * Double(negatives))
}
