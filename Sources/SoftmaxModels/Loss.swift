// SPDX-License-Identifier: Apache-2.0

/// What training makes small.
public struct Loss: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case crossEntropy
  }

  let kind: Kind
  /// The name, as a saved model has it.
  public let name: String

  /// Softmax cross-entropy from logits, the mean over the samples of a batch.
  ///
  /// Of one sample with logits z: ln(sum over k of exp z_k) - z_y for the label y, or the sum over j
  /// of t_j (ln(sum over k of exp z_k) - z_j) for a target distribution t. The gradient to the logits
  /// is softmax(z) - t. Never computed through the logarithm of a probability.
  public static let crossEntropy = Loss(kind: .crossEntropy, name: "cross-entropy")

  private init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }
}
