// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A network in double precision and plain loops: the formulas as a textbook has them.
///
/// Written to be seen to be right, to check the library against.
public struct ReferenceNetwork {
  /// A fully connected layer and the function behind it.
  public struct Layer {
    /// The weight, [outputs][inputs].
    public var weight: [[Double]]
    /// The bias, one for each output.
    public var bias: [Double]
    /// The function's name; nil for none.
    public var activation: String?

    /// Creates a layer.
    public init(weight: [[Double]], bias: [Double], activation: String?) {
      self.weight = weight
      self.bias = bias
      self.activation = activation
    }
  }

  /// The layers, first to last.
  public var layers: [Layer]

  /// Creates a network.
  public init(layers: [Layer]) {
    self.layers = layers
  }

  /// The outputs of every layer before and after its activation, for one sample.
  private func forward(_ x: [Double]) -> [(input: [Double], output: [Double])] {
    var passes: [(input: [Double], output: [Double])] = []
    var value = x
    for layer in layers {
      let input = value
      value = zip(layer.weight, layer.bias).map { row, bias in
        zip(row, input).reduce(bias) { $0 + $1.0 * $1.1 }
      }
      value = value.map { Self.apply(layer.activation, $0) }
      passes.append((input, value))
    }
    return passes
  }

  /// The outputs of the last layer for one sample.
  public func logits(_ x: [Double]) -> [Double] { forward(x).last?.output ?? x }

  private static func apply(_ activation: String?, _ z: Double) -> Double {
    switch activation {
    case "relu": max(z, 0)
    case "tanh": tanh(z)
    case "sigmoid": 1 / (1 + exp(-z))
    default: z
    }
  }

  // From the function's value.
  private static func slope(_ activation: String?, _ y: Double) -> Double {
    switch activation {
    case "relu": y > 0 ? 1 : 0
    case "tanh": 1 - y * y
    case "sigmoid": y * (1 - y)
    default: 1
    }
  }

  /// The mean cross-entropy of samples and target distributions.
  public func loss(_ samples: [[Double]], _ targets: [[Double]]) -> Double {
    var sum = 0.0
    for (x, t) in zip(samples, targets) {
      let z = logits(x)
      let m = z.max() ?? 0
      let logSum = m + log(z.reduce(0) { $0 + exp($1 - m) })
      sum += zip(t, z).reduce(0) { $0 + $1.0 * (logSum - $1.1) }
    }
    return sum / Double(samples.count)
  }

  /// The gradient of the mean cross-entropy, layer by layer, by back-propagation.
  public func gradient(_ samples: [[Double]], _ targets: [[Double]]) -> [Layer] {
    backPropagated(
      samples,
      zip(samples, targets).map { x, t in
        let z = logits(x)
        let m = z.max() ?? 0
        let sum = z.reduce(0) { $0 + exp($1 - m) }
        return zip(z, t).map { (exp($0 - m) / sum - $1) / Double(samples.count) }
      })
  }

  /// The gradient, layer by layer, of a loss whose gradient to each sample's outputs is given.
  public func backPropagated(_ samples: [[Double]], _ outputGradients: [[Double]]) -> [Layer] {
    var result = layers.map {
      Layer(
        weight: $0.weight.map { $0.map { _ in 0 } }, bias: $0.bias.map { _ in 0 }, activation: nil)
    }
    for (x, outputGradient) in zip(samples, outputGradients) {
      let passes = forward(x)
      var delta = outputGradient
      for index in layers.indices.reversed() {
        let (input, output) = passes[index]
        delta = zip(delta, output).map { $0 * Self.slope(layers[index].activation, $1) }
        for unit in delta.indices {
          result[index].bias[unit] += delta[unit]
          for k in input.indices { result[index].weight[unit][k] += delta[unit] * input[k] }
        }
        delta = input.indices.map { k in
          delta.indices.reduce(0) { $0 + delta[$1] * layers[index].weight[$1][k] }
        }
      }
    }
    return result
  }
}

/// The derivative of f at x by the five-point stencil, of error O(h^4).
public func fivePointDerivative(
  at x: Double, step h: Double, _ f: (Double) throws -> Double
) rethrows -> Double {
  (try f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h)
}
