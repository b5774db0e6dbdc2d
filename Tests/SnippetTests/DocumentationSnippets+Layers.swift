// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

// The examples of the layers' doc comments.
extension DocumentationSnippets {
  static func runningMean(_ network: inout Sequential, _ mean: [Float]) throws {
    try network.setValues(mean, of: "running_mean", inLayer: 2)
  }

  static func normalLayer() -> Dense {
    Dense(10, initializer: .normal(deviation: 0.01))
  }

  static func namedLayer() -> NamedLayer {
    Dense(128, activation: .relu).named("hidden")
  }

  static func parameterCount(of network: Sequential) {
    print(network["hidden"]?.parameterCount ?? 0)
  }

  static func frozenButTheLast(_ network: inout Sequential) {
    network.freeze(layers: 0..<network.layers.count - 1)
  }

  static func activations() throws -> Sequential {
    try Sequential(input: [784]) {
      Dense(128, activation: .relu)
      Dense(128, activation: .leakyReLU(slope: 0.2))
    }
  }

  static func activationLayer() -> ActivationLayer {
    ActivationLayer(.elu)
  }

  static func dropout() throws -> Sequential {
    try Sequential(input: [784]) {
      Dense(128, activation: .relu)
      Dropout(0.2)
    }
  }

  static func normalization() throws -> Sequential {
    try Sequential(input: [784]) {
      Flatten()
      Dense(128)
      BatchNormalization()
      ReLU()
    }
  }

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
}
