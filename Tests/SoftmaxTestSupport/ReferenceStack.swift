// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Layers in double precision and plain loops, over a whole batch at once: the formulas as a textbook
/// has them.
///
/// It knows nothing of losses: `gradient` starts from the gradient to the outputs.
public struct ReferenceStack: Sendable {
  /// A layer with its parameters.
  public enum Layer: Sendable {
    /// y = x W^T + b, W [outputs][inputs].
    case dense(weight: [[Double]], bias: [Double])
    /// A function of each number, by its name and its setting.
    case activation(String, setting: Double)
    /// Normalization over the batch, by its own mean and variance.
    case batchNormalization(gamma: [Double], beta: [Double], epsilon: Double)
    /// Normalization along each sample.
    case layerNormalization(gamma: [Double], beta: [Double], epsilon: Double)
    /// Each number times the factor of its column.
    case scaling([Double])
    /// Each number moved towards a function's value, by the share of its column.
    case mixture(String, setting: Double, shares: [Double])
    /// Each number times that of a mask.
    case mask([[Double]])

    /// The parameters, each tensor in a row.
    public var parameters: [[Double]] {
      get {
        switch self {
        case .dense(let weight, let bias): [weight.flatMap(\.self), bias]
        case .batchNormalization(let gamma, let beta, _): [gamma, beta]
        case .layerNormalization(let gamma, let beta, _): [gamma, beta]
        case .scaling(let factors): [factors]
        case .mixture(_, _, let shares): [shares]
        case .activation, .mask: []
        }
      }
      set {
        switch self {
        case .dense(let weight, _):
          let width = weight[0].count
          self = .dense(
            weight: weight.indices.map { Array(newValue[0][$0 * width..<($0 + 1) * width]) },
            bias: newValue[1])
        case .batchNormalization(_, _, let epsilon):
          self = .batchNormalization(gamma: newValue[0], beta: newValue[1], epsilon: epsilon)
        case .layerNormalization(_, _, let epsilon):
          self = .layerNormalization(gamma: newValue[0], beta: newValue[1], epsilon: epsilon)
        case .scaling: self = .scaling(newValue[0])
        case .mixture(let name, let setting, _):
          self = .mixture(name, setting: setting, shares: newValue[0])
        case .activation, .mask: break
        }
      }
    }
  }

  /// The layers, first to last.
  public var layers: [Layer]

  /// Creates a stack.
  public init(layers: [Layer]) {
    self.layers = layers
  }

  /// The outputs of the last layer for each sample.
  public func outputs(_ samples: [[Double]]) -> [[Double]] {
    layers.reduce(samples) { Self.forward($1, $0) }
  }

  /// The gradient to each layer's parameters, and to the samples, from that to the outputs.
  public func gradient(
    _ samples: [[Double]], toOutputs last: [[Double]]
  ) -> (parameters: [[[Double]]], inputs: [[Double]]) {
    var inputs = [samples]
    for layer in layers { inputs.append(Self.forward(layer, inputs[inputs.count - 1])) }
    var result: [[[Double]]] = []
    var dy = last
    for (index, layer) in layers.enumerated().reversed() {
      let (parameters, dx) = Self.backward(layer, inputs[index], dy)
      result.insert(parameters, at: 0)
      dy = dx
    }
    return (result, dy)
  }

  private static func forward(_ layer: Layer, _ x: [[Double]]) -> [[Double]] {
    switch layer {
    case .dense(let weight, let bias):
      x.map { row in zip(weight, bias).map { w, b in b + dot(w, row) } }
    case .activation(let name, let setting):
      x.map { $0.map { value(name, setting, $0) } }
    case .scaling(let factors):
      x.map { zip($0, factors).map(*) }
    case .mixture(let name, let setting, let shares):
      x.map { zip($0, shares).map { $0 + $1 * (value(name, setting, $0) - $0) } }
    case .mask(let mask):
      zip(x, mask).map { zip($0, $1).map(*) }
    case .batchNormalization(let gamma, let beta, let epsilon):
      transposed(
        transposed(x).enumerated().map { j, column in
          normal(column, epsilon).values.map { $0 * gamma[j] + beta[j] }
        })
    case .layerNormalization(let gamma, let beta, let epsilon):
      x.map { row in
        normal(row, epsilon).values.enumerated().map { $1 * gamma[$0] + beta[$0] }
      }
    }
  }

  private static func backward(
    _ layer: Layer, _ x: [[Double]], _ dy: [[Double]]
  ) -> (parameters: [[Double]], dx: [[Double]]) {
    switch layer {
    case .dense(let weight, _):
      let columns = transposed(dy)
      let inputs = transposed(x)
      return (
        [columns.flatMap { d in inputs.map { dot(d, $0) } }, columns.map { $0.reduce(0, +) }],
        dy.map { row in
          weight[0].indices.map { k in weight.indices.reduce(0) { $0 + row[$1] * weight[$1][k] } }
        }
      )
    case .activation(let name, let setting):
      return ([], zip(x, dy).map { zip($0, $1).map { slope(name, setting, $0) * $1 } })
    case .scaling(let factors):
      return (
        [zip(transposed(x), transposed(dy)).map { dot($0, $1) }],
        dy.map { zip($0, factors).map(*) }
      )
    case .mixture(let name, let setting, let shares):
      return (
        [
          zip(transposed(x), transposed(dy)).map { column, gradients in
            dot(column.map { value(name, setting, $0) - $0 }, gradients)
          }
        ],
        zip(x, dy).map { row, gradients in
          row.indices.map { j in
            gradients[j] * (1 + shares[j] * (slope(name, setting, row[j]) - 1))
          }
        }
      )
    case .mask(let mask):
      return ([], zip(dy, mask).map { zip($0, $1).map(*) })
    case .batchNormalization(let gamma, _, let epsilon):
      let (columns, gradients) = (transposed(x), transposed(dy))
      let normals = columns.map { normal($0, epsilon) }
      return (
        [zip(normals, gradients).map { dot($0.values, $1) }, gradients.map { $0.reduce(0, +) }],
        transposed(
          normals.indices.map { j in
            normalGradient(normals[j], gradients[j].map { $0 * gamma[j] })
          })
      )
    case .layerNormalization(let gamma, _, let epsilon):
      let normals = x.map { normal($0, epsilon) }
      return (
        [
          gamma.indices.map { j in
            zip(normals, dy).reduce(0) { $0 + $1.0.values[j] * $1.1[j] }
          },
          transposed(dy).map { $0.reduce(0, +) },
        ],
        zip(normals, dy).map { normalGradient($0, zip($1, gamma).map(*)) }
      )
    }
  }

  // MARK: Formulas

  private static func normal(
    _ x: [Double], _ epsilon: Double
  ) -> (values: [Double], inverse: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let inverse = 1 / (variance + epsilon).squareRoot()
    return (x.map { ($0 - mean) * inverse }, inverse)
  }

  private static func normalGradient(
    _ normal: (values: [Double], inverse: Double), _ dy: [Double]
  ) -> [Double] {
    let count = Double(dy.count)
    let (a, b) = (dy.reduce(0, +) / count, dot(dy, normal.values) / count)
    return zip(dy, normal.values).map { normal.inverse * ($0 - a - $1 * b) }
  }

  private static let seluScale = 1.0507009873554804934193349852946
  private static let seluLimit = seluScale * 1.6732632423543772848170429916717

  /// A function's value.
  public static func value(_ name: String, _ setting: Double, _ x: Double) -> Double {
    switch name {
    case "relu": max(x, 0)
    case "tanh": tanh(x)
    case "sigmoid": 1 / (1 + exp(-x))
    case "gelu": x / 2 * erfc(-x / 2.0.squareRoot())
    case "silu": x / (1 + exp(-x))
    case "selu": x > 0 ? seluScale * x : seluLimit * expm1(x)
    case "leaky-relu": x > 0 ? x : setting * x
    case "elu": x > 0 ? x : setting * expm1(x)
    default: x
    }
  }

  /// A function's slope.
  public static func slope(_ name: String, _ setting: Double, _ x: Double) -> Double {
    switch name {
    case "relu": return x > 0 ? 1 : 0
    case "tanh": return 1 - tanh(x) * tanh(x)
    case "sigmoid":
      let s = 1 / (1 + exp(-x))
      return s * (1 - s)
    case "gelu":
      return erfc(-x / 2.0.squareRoot()) / 2 + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case "silu":
      let s = 1 / (1 + exp(-x))
      return s * (1 + x * (1 - s))
    case "selu": return x > 0 ? seluScale : seluLimit * exp(x)
    case "leaky-relu": return x > 0 ? 1 : setting
    case "elu": return x > 0 ? 1 : setting * exp(x)
    default: return 1
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func transposed(_ rows: [[Double]]) -> [[Double]] {
    rows[0].indices.map { column in rows.map { $0[column] } }
  }
}
