// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How the weights of a layer begin; biases begin at 0.
public struct Initializer: Hashable, Sendable {
  /// The name, as the command line has it.
  public let name: String

  /// Uniform within ±sqrt(6 / (inputs + outputs)): Keras' and JAX' default.
  ///
  /// Source: Glorot and Bengio, "Understanding the difficulty of training deep
  /// feedforward neural networks", AISTATS 2010.
  public static let glorotUniform = Initializer(name: "glorot")
  /// Uniform within ±sqrt(6 / inputs): for ReLU.
  ///
  /// Source: He et al., "Delving deep into rectifiers", ICCV 2015.
  public static let heUniform = Initializer(name: "he")
  /// All zero: enough for a linear model, whose objective is convex.
  public static let zeros = Initializer(name: "zeros")

  /// All of them.
  public static let all = [glorotUniform, heUniform, zeros]

  private init(name: String) {
    self.name = name
  }

  /// The initializer of a name; nil where there is none.
  public init?(named name: String) {
    guard let found = Initializer.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The weight of layer `layer`, of shape [outputs, inputs].
  ///
  /// Element i is limit (2 u_i - 1), rounded at each operation, with u_i the number at index i of
  /// the generator of (seed, initialization, layer).
  func weight(outputs: Int, inputs: Int, seed: UInt64, layer: Int) -> Matrix {
    var weight = Matrix(rowCount: outputs, columnCount: inputs)
    let limit: Float
    switch self {
    case .glorotUniform: limit = Float((6 / Double(inputs + outputs)).squareRoot())
    case .heUniform: limit = Float((6 / Double(inputs)).squareRoot())
    default: return weight
    }
    let generator = CounterBasedGenerator(seed: seed, purpose: .initialization, epoch: layer)
    for row in 0..<outputs {
      for column in 0..<inputs {
        let uniform = generator.uniform(at: UInt64(row * inputs + column))
        weight[row, column] = limit * (2 * uniform - 1)
      }
    }
    return weight
  }
}
