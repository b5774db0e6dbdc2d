// SPDX-License-Identifier: Apache-2.0

/// What a classifier says of one sample.
public struct Prediction: Hashable, Sendable {
  /// The index of the most probable class.
  public let index: Int
  /// The name of the most probable class.
  public let label: String
  /// The probability of each class, by index.
  public let probabilities: [Float]

  // The network's outputs, which still differ where probabilities round to the same number.
  let logits: [Float]

  /// The probability of the most probable class.
  public var probability: Float { probabilities[index] }

  /// The classes' indices, most probable first; equals in their own order.
  ///
  /// By the logits: probabilities of 0 are ranked too. ``index`` is the first.
  public var ranking: [Int] {
    // Of a single output there are two classes.
    guard logits.count == probabilities.count else { return [index, 1 - index] }
    return logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
  }
}
