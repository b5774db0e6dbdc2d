// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A function that a layer applies to its outputs.
///
/// ```swift
/// Dense(128, activation: .relu)
/// Dense(128, activation: .leakyReLU(slope: 0.2))
/// ```
public struct Activation: Sendable {
  /// What all activations of a name share; everything that the library knows of one stands here.
  private struct Form: Sendable {
    let name: String
    let typeName: String
    /// The usual value of the number that the function takes beside its argument; nil for none.
    let usualSetting: Float?
    /// The function of each element with a setting, which is 0 where it takes none; nil for one that
    /// looks at whole rows.
    let function: @Sendable (_ setting: Float) -> Kernels.ElementFunction?

    init(
      _ name: String, typeName: String, usualSetting: Float? = nil,
      _ function: @escaping @Sendable (_ setting: Float) -> Kernels.ElementFunction?
    ) {
      self.name = name
      self.typeName = typeName
      self.usualSetting = usualSetting
      self.function = function
    }
  }

  private let form: Form
  /// The number that the function takes beside its argument: a slope, an alpha.
  package let setting: Float?

  private init(_ form: Form) {
    self.form = form
    setting = form.usualSetting
  }

  private init(_ form: Form, setting: Float) {
    self.form = form
    self.setting = setting
  }

  /// The name, as a saved model and the command line have it.
  public var name: String { form.name }
  /// The name of the layer that applies it, as in Keras' summary.
  package var typeName: String { form.typeName }
  /// The function of each element; nil for softmax, which looks at whole rows.
  package var function: Kernels.ElementFunction? { form.function(setting ?? 0) }

  /// max(x, 0); its slope at 0 is 0.
  public static let relu = Activation(Form("relu", typeName: "ReLU") { _ in .relu })
  /// The hyperbolic tangent, of slope 1 - tanh(x)^2.
  public static let tanh = Activation(Form("tanh", typeName: "Tanh") { _ in .tanh })
  /// The logistic function s = 1 / (1 + exp(-x)), of slope s (1 - s).
  public static let sigmoid = Activation(Form("sigmoid", typeName: "Sigmoid") { _ in .sigmoid })
  /// x Phi(x), with the normal distribution's Phi(x) = (1 + erf(x / sqrt 2)) / 2.
  ///
  /// Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016; exact, not by tanh.
  public static let gelu = Activation(Form("gelu", typeName: "GELU") { _ in .gelu })
  /// x where it is positive, else 0.01 x, as in PyTorch.
  public static let leakyReLU = Activation(
    Form("leaky-relu", typeName: "LeakyReLU", usualSetting: 0.01) { .leakyReLU(slope: $0) })
  /// x where it is positive, else exp(x) - 1.
  public static let elu = Activation(
    Form("elu", typeName: "ELU", usualSetting: 1) { .elu(alpha: $0) })
  /// x / (1 + exp(-x)), also known as swish.
  public static let silu = Activation(Form("silu", typeName: "SiLU") { _ in .silu })
  /// exp(x_j) / sum over k of exp(x_k): the last layer's only, trained from its logits.
  public static let softmax = Activation(Form("softmax", typeName: "Softmax") { _ in nil })

  /// x where it is positive, else slope x; its slope at 0 is that of the left.
  ///
  /// PyTorch's default is 0.01, Keras' layer's 0.3.
  ///
  /// - Parameter slope: finite and at least 0; a network with another is an error.
  public static func leakyReLU(slope: Float) -> Activation {
    Activation(leakyReLU.form, setting: slope)
  }

  /// x where it is positive, else alpha (exp(x) - 1).
  ///
  /// Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by
  /// exponential linear units", ICLR 2016.
  ///
  /// - Parameter alpha: finite and at least 0; a network with another is an error.
  public static func elu(alpha: Float) -> Activation { Activation(elu.form, setting: alpha) }

  /// All of them, with the usual settings: what model files and the command know.
  package static let all = [relu, tanh, sigmoid, gelu, leakyReLU, elu, silu, softmax]

  /// The activation of a name, with the usual setting; nil where there is none.
  package init?(named name: String) {
    guard let found = Activation.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The same function with another setting; nil where it takes none.
  package func with(setting: Float) -> Activation? {
    self.setting == nil ? nil : Activation(form, setting: setting)
  }

  func validate(layer index: Int) throws(SoftmaxError) {
    guard let setting, !(setting.isFinite && setting >= 0) else { return }
    throw SoftmaxError(
      .invalidArgument,
      "layer \(index): the setting of \(name) must be finite and at least 0, got \(setting)")
  }
}

extension Activation: Hashable {
  /// Whether name and setting are the same.
  public static func == (a: Activation, b: Activation) -> Bool {
    a.name == b.name && a.setting == b.setting
  }

  /// Feeds name and setting to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(setting)
  }
}
