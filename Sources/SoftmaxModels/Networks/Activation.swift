// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A function that a layer applies to its outputs.
///
/// ```swift
/// Dense(128, activation: .relu)
/// Dense(128, activation: .leakyReLU(slope: 0.2))
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
  /// x Phi(x), with the normal distribution's Phi(x) = (1 + erf(x / sqrt 2)) / 2.
  ///
  /// Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016; exact, not by tanh.
  public static let gelu = Activation("gelu", .gelu)
  /// x where it is positive, else 0.01 x, as in PyTorch.
  public static let leakyReLU = leakyReLU(slope: 0.01)
  /// x where it is positive, else exp(x) - 1.
  public static let elu = elu(alpha: 1)
  /// x / (1 + exp(-x)), also known as swish.
  public static let silu = Activation("silu", .silu)
  /// exp(x_j) / sum over k of exp(x_k): the last layer's only, trained from its logits.
  public static let softmax = Activation("softmax", nil)

  /// x where it is positive, else slope x; its slope at 0 is that of the left.
  ///
  /// PyTorch's default is 0.01, Keras' layer's 0.3.
  ///
  /// - Parameter slope: finite and at least 0; a network with another is an error.
  public static func leakyReLU(slope: Float) -> Activation {
    Activation("leaky-relu", .leakyReLU(slope: slope))
  }

  /// x where it is positive, else alpha (exp(x) - 1).
  ///
  /// Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by
  /// exponential linear units", ICLR 2016.
  ///
  /// - Parameter alpha: finite and at least 0; a network with another is an error.
  public static func elu(alpha: Float) -> Activation { Activation("elu", .elu(alpha: alpha)) }

  /// All of them, with the usual settings.
  public static let all = [relu, tanh, sigmoid, gelu, leakyReLU, elu, silu, softmax]

  /// The activation of a name, with the usual settings; nil where there is none.
  public init?(named name: String) {
    guard let found = Activation.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The number that the function needs beside its argument: a slope, an alpha.
  public var setting: Float? {
    switch function {
    case .leakyReLU(let number), .elu(let number): number
    default: nil
    }
  }

  /// The same function with another number; nil where it takes none.
  package func with(setting: Float) -> Activation? {
    switch function {
    case .leakyReLU: .leakyReLU(slope: setting)
    case .elu: .elu(alpha: setting)
    default: nil
    }
  }

  func validate(layer index: Int) throws(SoftmaxError) {
    guard let setting, !(setting.isFinite && setting >= 0) else { return }
    throw SoftmaxError(
      .invalidArgument,
      "layer \(index): the setting of \(name) must be finite and at least 0, got \(setting)")
  }
}
