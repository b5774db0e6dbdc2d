// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A function that is applied to the outputs of a layer.
///
/// ```swift
/// Dense(128, activation: .relu)
/// Dense(128, activation: .leakyReLU(slope: 0.2))
/// ```
public struct Activation: Sendable {
  /// The definition that all activations of one name share.
  private struct Form: Sendable {
    let name: String
    let typeName: String
    /// The default value of the function's parameter, such as a slope; nil if the function has no parameter.
    let usualSetting: Float?
    /// Returns the elementwise function for a parameter value, which is 0 if the function has no parameter;
    /// nil for softmax, which is not elementwise.
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
  /// The value of the function's parameter, such as a slope or alpha; nil if the function has no parameter.
  package let setting: Float?

  private init(_ form: Form) {
    self.form = form
    setting = form.usualSetting
  }

  private init(_ form: Form, setting: Float) {
    self.form = form
    self.setting = setting
  }

  /// The name in saved models and on the command line.
  public var name: String { form.name }
  /// The name of the layer that applies the function, as in Keras' summary.
  package var typeName: String { form.typeName }
  /// The elementwise function; nil for softmax, which is not elementwise.
  package var function: Kernels.ElementFunction? { form.function(setting ?? 0) }

  /// max(x, 0), with derivative 0 at 0.
  public static let relu = Activation(Form("relu", typeName: "ReLU") { _ in .relu })
  /// The hyperbolic tangent, with derivative 1 - tanh(x)^2.
  public static let tanh = Activation(Form("tanh", typeName: "Tanh") { _ in .tanh })
  /// The logistic function s = 1 / (1 + exp(-x)), with derivative s (1 - s).
  public static let sigmoid = Activation(Form("sigmoid", typeName: "Sigmoid") { _ in .sigmoid })
  /// x Phi(x), with Phi(x) = (1 + erf(x / sqrt 2)) / 2, the distribution function of the normal distribution.
  ///
  /// This is the exact form, not the approximation by tanh. Source: Hendrycks and Gimpel, "Gaussian error
  /// linear units", 2016.
  public static let gelu = Activation(Form("gelu", typeName: "GELU") { _ in .gelu })
  /// x for x > 0, else 0.01 x, as in PyTorch.
  public static let leakyReLU = Activation(
    Form("leaky-relu", typeName: "LeakyReLU", usualSetting: 0.01) { .leakyReLU(slope: $0) })
  /// x for x > 0, else exp(x) - 1.
  public static let elu = Activation(
    Form("elu", typeName: "ELU", usualSetting: 1) { .elu(alpha: $0) })
  /// x / (1 + exp(-x)), also known as swish.
  public static let silu = Activation(Form("silu", typeName: "SiLU") { _ in .silu })
  /// lambda x for x > 0, else lambda alpha (exp(x) - 1), with lambda near 1.0507 and alpha near 1.6733.
  ///
  /// With these constants, a normal distribution of mean 0 and variance 1 has that mean and variance after
  /// the function too. The derivative at 0 is lambda alpha. Source: Klambauer, Unterthiner, Mayr and
  /// Hochreiter, "Self-normalizing neural networks", NeurIPS 2017.
  public static let selu = Activation(Form("selu", typeName: "SELU") { _ in .selu })
  /// exp(x_j) / sum over k of exp(x_k), which is allowed only in the last layer.
  ///
  /// A network that ends in softmax is trained from the logits before it.
  public static let softmax = Activation(Form("softmax", typeName: "Softmax") { _ in nil })

  /// Returns the function x for x > 0, else slope x.
  ///
  /// The derivative at 0 is the slope. The default of PyTorch is 0.01, that of Keras' layer 0.3.
  ///
  /// - Parameter slope: finite and at least 0; other values are an error when the network is created.
  public static func leakyReLU(slope: Float) -> Activation {
    Activation(leakyReLU.form, setting: slope)
  }

  /// Returns the function x for x > 0, else alpha (exp(x) - 1).
  ///
  /// Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
  /// linear units", ICLR 2016.
  ///
  /// - Parameter alpha: finite and at least 0; other values are an error when the network is created.
  public static func elu(alpha: Float) -> Activation { Activation(elu.form, setting: alpha) }

  /// All activations with their default parameters, as model files and the command line offer them.
  package static let all = [relu, tanh, sigmoid, gelu, leakyReLU, elu, selu, silu, softmax]

  /// Creates the activation of a name with its default parameter; nil if there is no such name.
  package init?(named name: String) {
    guard let found = Activation.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// Returns the same function with another parameter value; nil if the function has no parameter.
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
  /// Returns whether name and parameter value are equal.
  public static func == (a: Activation, b: Activation) -> Bool {
    a.name == b.name && a.setting == b.setting
  }

  /// Feeds name and parameter value to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(setting)
  }
}
