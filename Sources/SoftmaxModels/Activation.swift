// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A function that a layer applies to its outputs.
///
/// ```swift
/// Dense(128, activation: .relu)
/// ```
public struct Activation: Hashable, Sendable {
  /// The name, as a saved model and the command line have it.
  public let name: String
  /// The function of each element; nil for softmax, which looks at whole rows.
  package let function: Kernels.ElementFunction?

  private init(_ name: String, _ function: Kernels.ElementFunction?) {
    self.name = name
    self.function = function
  }

  /// max(x, 0); its slope at 0 is 0.
  public static let relu = Activation("relu", .relu)
  /// The hyperbolic tangent, of slope 1 - tanh(x)^2.
  public static let tanh = Activation("tanh", .tanh)
  /// The logistic function s = 1 / (1 + exp(-x)), of slope s (1 - s).
  public static let sigmoid = Activation("sigmoid", .sigmoid)
  /// exp(x_j) / sum over k of exp(x_k): the last layer's only, trained from its logits.
  public static let softmax = Activation("softmax", nil)

  /// All of them.
  public static let all = [relu, tanh, sigmoid, softmax]

  /// The activation of a name; nil where there is none.
  public init?(named name: String) {
    guard let found = Activation.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
