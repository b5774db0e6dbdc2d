// SPDX-License-Identifier: Apache-2.0

/// The prediction of a classifier for one sample.
public struct Prediction: Hashable, Sendable {
  /// The index of the most probable class.
  public let index: Int
  /// The name of the most probable class.
  public let label: String
  /// The probability of each class, by index.
  public let probabilities: [Float]

  // The outputs of the network, which still differ where probabilities round to the same number.
  let logits: [Float]

  /// The probability of the most probable class.
  public var probability: Float { probabilities[index] }

  /// The indices of all classes in descending order of probability, beginning with ``index``.
  ///
  /// Classes are ranked by their logits, which differ even between probabilities that round to 0; classes
  /// with equal logits are in ascending order of index.
  public var ranking: [Int] {
    // A single output represents two classes.
    guard logits.count == probabilities.count else { return [index, 1 - index] }
    return logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
  }
}
