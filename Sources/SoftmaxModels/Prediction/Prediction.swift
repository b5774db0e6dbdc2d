// SPDX-License-Identifier: Apache-2.0

/// What a classifier says of one sample.
public struct Prediction: Hashable, Sendable {
  /// The index of the most probable class.
  public let index: Int
  /// The name of the most probable class.
  public let label: String
  /// The probability of each class, by index.
  public let probabilities: [Float]

  /// The probability of the most probable class.
  public var probability: Float { probabilities[index] }

  /// The classes' indices, most probable first; equals in their own order.
  public var ranking: [Int] {
    probabilities.indices.sorted {
      (probabilities[$1], $0) < (probabilities[$0], $1)
    }
  }
}
