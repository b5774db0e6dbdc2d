// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The distribution of the initial weights of a layer; initial biases are 0 except for `pytorch`.
///
/// ```swift
/// Dense(10, initializer: .normal(standardDeviation: 0.01))
/// ```
public struct Initializer: Hashable, Sendable {
  private enum Kind: Hashable, Sendable {
    case glorotUniform, glorotNormal, heUniform, heNormal, zeros, pytorch
    case normal(standardDeviation: Float)
  }

  /// The name on the command line.
  public let name: String
  private let kind: Kind

  /// Uniform in ±sqrt(6 / (inputs + outputs)), the default of Keras and JAX.
  ///
  /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
  /// AISTATS 2010.
  public static let glorotUniform = Initializer(name: "glorot", kind: .glorotUniform)
  /// Normal with the standard deviation sqrt(2 / (inputs + outputs)).
  ///
  /// The source is that of `glorotUniform`. PyTorch uses the same distribution; Keras truncates it at two
  /// standard deviations and widens it to compensate.
  public static let glorotNormal = Initializer(name: "glorot-normal", kind: .glorotNormal)
  /// Uniform in ±sqrt(6 / inputs), for layers with ReLU.
  ///
  /// Source: He et al., "Delving deep into rectifiers", ICCV 2015.
  public static let heUniform = Initializer(name: "he", kind: .heUniform)
  /// Normal with the standard deviation sqrt(2 / inputs), for layers with ReLU; the source is that of
  /// `heUniform`.
  public static let heNormal = Initializer(name: "he-normal", kind: .heNormal)
  /// Normal with the standard deviation 0.01, as in Dive into Deep Learning.
  public static let normal = normal(standardDeviation: 0.01)
  /// Weights and biases uniform in ±1 / sqrt(inputs), the default of PyTorch's Linear.
  public static let pytorch = Initializer(name: "pytorch", kind: .pytorch)
  /// All zeros, which is sufficient for a linear model because its objective is convex.
  public static let zeros = Initializer(name: "zeros", kind: .zeros)

  /// Returns the normal distribution with mean 0 and the given standard deviation.
  ///
  /// - Parameter standardDeviation: finite and at least 0; other values are an error when the network is
  ///   created.
  public static func normal(standardDeviation: Float) -> Initializer {
    Initializer(name: "normal", kind: .normal(standardDeviation: standardDeviation))
  }

  /// All initializers, with their default settings.
  package static let all = [
    glorotUniform, glorotNormal, heUniform, heNormal, normal, pytorch, zeros,
  ]

  private init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// Creates the initializer of a name with its default setting; nil if there is no such name.
  package init?(named name: String) {
    guard let found = Initializer.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The standard deviation of `normal`; nil for the other initializers, which have no setting.
  package var setting: Float? {
    if case .normal(let deviation) = kind { deviation } else { nil }
  }

  /// Returns the same initializer with another setting; nil if it has no setting.
  package func with(setting: Float) -> Initializer? {
    if case .normal = kind { .normal(standardDeviation: setting) } else { nil }
  }

  func validate(layer index: Int) throws(SoftmaxError) {
    guard let setting, !(setting.isFinite && setting >= 0) else { return }
    throw SoftmaxError(
      .invalidArgument,
      "layer \(index): the standard deviation of initial weights must be finite and at least 0, "
        + "got \(setting)"
    )
  }

  // Half the width of a uniform distribution, or the standard deviation of a normal one.
  private enum Spread {
    case uniform(Float)
    case normal(Double)
  }

  private func spread(outputs: Int, inputs: Int) -> Spread? {
    switch kind {
    case .glorotUniform: .uniform(Float((6 / Double(inputs + outputs)).squareRoot()))
    case .heUniform: .uniform(Float((6 / Double(inputs)).squareRoot()))
    case .pytorch: .uniform(Float((1 / Double(inputs)).squareRoot()))
    case .glorotNormal: .normal((2 / Double(inputs + outputs)).squareRoot())
    case .heNormal: .normal((2 / Double(inputs)).squareRoot())
    case .normal(let deviation): .normal(Double(deviation))
    case .zeros: nil
    }
  }

  /// Returns the initial weight of layer `layer`: [outputs, inputs].
  ///
  /// The values come from the generator of (seed, initialization, layer). Element i of a uniform distribution
  /// is limit (2 u_i - 1), rounded to float after each operation, where u_i is the generator's uniform value
  /// at index i. Element i of a normal distribution is the standard deviation times z_i, rounded to float,
  /// where z_i is the generator's normal value at index i.
  func weight(outputs: Int, inputs: Int, seed: UInt64, layer: Int) -> Matrix {
    var weight = Matrix(rowCount: outputs, columnCount: inputs)
    guard let spread = spread(outputs: outputs, inputs: inputs) else { return weight }
    let generator = CounterBasedGenerator(seed: seed, purpose: .initialization, epoch: layer)
    weight.elements = (0..<outputs * inputs).map { index in
      switch spread {
      case .uniform(let limit): limit * (2 * generator.uniform(at: UInt64(index)) - 1)
      case .normal(let deviation): Float(deviation * generator.normal(at: UInt64(index)))
      }
    }
    return weight
  }

  /// Returns the initial bias of layer `layer`: zeros, or for `pytorch` the uniform values that follow those
  /// of the weight.
  func bias(outputs: Int, inputs: Int, seed: UInt64, layer: Int) -> [Float] {
    guard kind == .pytorch, case .uniform(let limit)? = spread(outputs: outputs, inputs: inputs)
    else { return Array(repeating: 0, count: outputs) }
    let generator = CounterBasedGenerator(seed: seed, purpose: .initialization, epoch: layer)
    return (0..<outputs).map { unit in
      limit * (2 * generator.uniform(at: UInt64(outputs * inputs + unit)) - 1)
    }
  }
}
