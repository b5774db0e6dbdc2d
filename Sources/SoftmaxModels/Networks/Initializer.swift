// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How the weights of a layer begin; biases begin at 0 unless an initializer says otherwise.
///
/// ```swift
/// Dense(10, initializer: .normal(standardDeviation: 0.01))
/// ```
public struct Initializer: Hashable, Sendable {
  private enum Kind: Hashable, Sendable {
    case glorotUniform, glorotNormal, heUniform, heNormal, zeros, pytorch
    case normal(standardDeviation: Float)
  }

  /// The name, as the command line has it.
  public let name: String
  private let kind: Kind

  /// Uniform within ±sqrt(6 / (inputs + outputs)): Keras' and JAX' default.
  ///
  /// Source: Glorot and Bengio, "Understanding the difficulty of training deep
  /// feedforward neural networks", AISTATS 2010.
  public static let glorotUniform = Initializer(name: "glorot", kind: .glorotUniform)
  /// Normal with the standard deviation sqrt(2 / (inputs + outputs)), of the same source.
  ///
  /// As PyTorch's; Keras cuts the distribution off at two standard deviations and makes it wider.
  public static let glorotNormal = Initializer(name: "glorot-normal", kind: .glorotNormal)
  /// Uniform within ±sqrt(6 / inputs): for ReLU.
  ///
  /// Source: He et al., "Delving deep into rectifiers", ICCV 2015.
  public static let heUniform = Initializer(name: "he", kind: .heUniform)
  /// Normal with the standard deviation sqrt(2 / inputs), of the same source.
  public static let heNormal = Initializer(name: "he-normal", kind: .heNormal)
  /// Normal with the standard deviation 0.01, as in Dive into Deep Learning.
  public static let normal = normal(standardDeviation: 0.01)
  /// Weights and biases uniform within ±1 / sqrt(inputs): the default of PyTorch's Linear.
  public static let pytorch = Initializer(name: "pytorch", kind: .pytorch)
  /// All zero: enough for a linear model, whose objective is convex.
  public static let zeros = Initializer(name: "zeros", kind: .zeros)

  /// Normal with mean 0 and a standard deviation.
  ///
  /// - Parameter standardDeviation: finite and at least 0; a network with another is an error.
  public static func normal(standardDeviation: Float) -> Initializer {
    Initializer(name: "normal", kind: .normal(standardDeviation: standardDeviation))
  }

  /// All of them, with the usual settings.
  package static let all = [
    glorotUniform, glorotNormal, heUniform, heNormal, normal, pytorch, zeros,
  ]

  private init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// The initializer of a name, with the usual settings; nil where there is none.
  package init?(named name: String) {
    guard let found = Initializer.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The value that it needs beside the layer's shape: a standard deviation.
  package var setting: Float? {
    if case .normal(let deviation) = kind { deviation } else { nil }
  }

  /// The same with another setting; nil where it takes none.
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

  // Either the half of a uniform distribution's width or the standard deviation of a normal one.
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

  /// The weight of layer `layer`, of shape [outputs, inputs].
  ///
  /// Element i is limit (2 u_i - 1), rounded at each operation, with u_i the value at index i of
  /// the generator of (seed, initialization, layer); or the standard deviation times z_i, rounded to
  /// float, with z_i the normal value there.
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

  /// The bias of layer `layer`: 0, or drawn after the weights.
  func bias(outputs: Int, inputs: Int, seed: UInt64, layer: Int) -> [Float] {
    guard kind == .pytorch, case .uniform(let limit)? = spread(outputs: outputs, inputs: inputs)
    else { return Array(repeating: 0, count: outputs) }
    let generator = CounterBasedGenerator(seed: seed, purpose: .initialization, epoch: layer)
    return (0..<outputs).map { unit in
      limit * (2 * generator.uniform(at: UInt64(outputs * inputs + unit)) - 1)
    }
  }
}
