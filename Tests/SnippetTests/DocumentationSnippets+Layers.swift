// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

// The examples of the layers' doc comments.
extension DocumentationSnippets {
  @LayerBuilder static func activations() -> [any Layer] {
    Dense(128, activation: .relu)
    Dense(128, activation: .leakyReLU(slope: 0.2))
  }

  @LayerBuilder static func activationLayer() -> [any Layer] {
    ActivationLayer(.elu)
  }

  @LayerBuilder static func dropout() -> [any Layer] {
    Dense(128, activation: .relu)
    Dropout(0.2)
  }

  @LayerBuilder static func initializer() -> [any Layer] {
    Dense(10, initializer: .normal(standardDeviation: 0.01))
  }

  @LayerBuilder static func normalization() -> [any Layer] {
    Dense(128)
    BatchNormalization()
    ReLU()
  }

  @LayerBuilder static func namedLayer() -> [any Layer] {
    Dense(128, activation: .relu).named("hidden")
  }

  static func layerOfOnesOwn() -> any Layer {
    struct Doubling: RowLayer {
      func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
        for i in x.indices { y[i] = 2 * x[i] }
      }
      func backward(
        _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
        into dx: inout MutableSpan<Float>
      ) {
        for i in dx.indices { dx[i] = 2 * dy[i] }
      }
    }
    return Doubling()
  }

  static func activationOfOnesOwn() -> any Layer {
    struct Softsign: ElementLayer {
      func value(at x: Float) -> Float { x / (1 + abs(x)) }
      func slope(at x: Float, value y: Float) -> Float { (1 - abs(y)) * (1 - abs(y)) }
    }
    return Softsign()
  }

  static func tensorValues(_ network: inout Sequential, mean: [Float]) throws {
    try network.setValues(mean, of: "running_mean", inLayer: 2)
  }

  static func layerByName(_ network: Sequential) {
    print(network["hidden"]?.parameterCount ?? 0)
  }

  static func frozen(_ network: inout Sequential) {
    network.freeze(layers: 0..<network.layers.count - 1)  // all but the last
  }
}
