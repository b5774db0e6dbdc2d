// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@Suite struct GradientTests {
  /// A network, a batch and the same in double precision.
  struct Configuration: CustomTestStringConvertible, Sendable {
    let inputs: Int
    let hidden: [Int]
    let activation: String
    let classes: Int
    let rows: Int
    let isSoft: Bool

    var testDescription: String {
      "\(inputs)-\(hidden)-\(classes) \(activation), \(rows) rows, \(isSoft ? "soft" : "labels")"
    }
  }

  static let configurations: [Configuration] = {
    var result: [Configuration] = []
    // Both weight layouts for every layer, widths around a vector's, one class pair to many.
    let shapes: [(Int, [Int], Int)] = [
      (5, [], 2), (7, [], 3), (20, [], 10), (3, [], 12), (70, [], 3), (6, [4], 3), (5, [17], 3),
      (9, [16], 10), (4, [40], 2), (18, [33, 5], 3), (6, [5, 36], 10), (3, [35, 34], 4),
    ]
    for (inputs, hidden, classes) in shapes {
      for activation in hidden.isEmpty ? ["relu"] : ["relu", "tanh", "sigmoid"] {
        for isSoft in [false, true] {
          result.append(
            Configuration(
              inputs: inputs, hidden: hidden, activation: activation, classes: classes,
              rows: isSoft ? 9 : 6, isSoft: isSoft))
        }
      }
    }
    return result
  }()

  @Test(arguments: configurations)
  func gradientsAgreeWithTheReferenceAndTheReferenceWithDifferences(
    _ configuration: Configuration
  ) throws {
    let network = try configuration.network()
    let batch = try configuration.batch()
    let reference = ReferenceNetwork(network)
    let samples = (0..<batch.count).map { batch.features.row($0).map(Double.init) }
    let targets = batch.referenceTargets
    let expected = reference.gradient(samples, targets)

    // The reference against five-point differences, for some parameters of each layer. The kink of
    // ReLU would spoil a difference across it, so those parameters' neighbourhood is smooth here:
    // the step is small against the distance of the outputs from 0.
    let norm = expected.squaredNorm.squareRoot()
    for layer in reference.layers.indices {
      for (unit, column) in [(0, 0), (1, 2), (reference.layers[layer].bias.count - 1, 1)] {
        let difference = fivePointDerivative(
          at: reference.layers[layer].weight[unit][column], step: 1e-4
        ) {
          var moved = reference
          moved.layers[layer].weight[unit][column] = $0
          return moved.loss(samples, targets)
        }
        #expect(abs(difference - expected[layer].weight[unit][column]) <= 1e-7 * max(norm, 1e-3))
      }
    }

    // The library against the reference.
    let (loss, gradient) = try network.valueAndGradient(of: .crossEntropy, on: batch)
    #expect(abs(loss - reference.loss(samples, targets)) <= 1e-6 * max(1, loss))
    var squaredError = 0.0
    for (actual, expected) in zip(gradient.layers, expected) {
      for unit in expected.bias.indices {
        squaredError += square(Double(actual.bias[unit]) - expected.bias[unit])
        for column in expected.weight[unit].indices {
          squaredError += square(
            Double(actual.weight[unit, column]) - expected.weight[unit][column])
        }
      }
    }
    #expect(squaredError.squareRoot() <= 1e-5 * norm)
  }
}

private func square(_ x: Double) -> Double { x * x }

extension GradientTests.Configuration {
  func network() throws -> Sequential {
    let function = try #require(Activation(named: activation))
    var network = try Sequential(input: [inputs], seed: 7) {
      for width in hidden { Dense(width, activation: function) }
      Dense(classes)
    }
    // Biases other than 0, so that an error in their gradient's path shows.
    let generator = CounterBasedGenerator(seed: 3)
    for (index, layer) in network.layers.enumerated() {
      let weight = try #require(layer.weight)
      let bias = (0..<weight.rowCount).map { generator.uniform(at: UInt64($0)) - 0.4 }
      try network.setParameters(ofLayer: index, weight: weight, bias: bias)
    }
    return network
  }

  func batch() throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 11)
    var features = Matrix(rowCount: rows, columnCount: inputs)
    for row in 0..<rows {
      for column in 0..<inputs {
        features[row, column] = 2 * generator.uniform(at: UInt64(row * inputs + column)) - 1
      }
    }
    let names = (0..<classes).map { "class \($0)" }
    guard isSoft else {
      return try LabeledDataset(
        features: .floats(features), labels: (0..<rows).map { $0 * 5 % classes },
        classNames: names)
    }
    var scores = Matrix(rowCount: rows, columnCount: classes)
    for row in 0..<rows {
      for column in 0..<classes {
        scores[row, column] = 3 * generator.uniform(at: UInt64(10_000 + row * classes + column))
      }
    }
    return try LabeledDataset(
      features: .floats(features), distributions: scores.softmax(), classNames: names)
  }
}

extension ReferenceNetwork {
  /// The same network in double precision.
  init(_ network: Sequential) {
    var layers: [Layer] = []
    for (index, layer) in network.layers.enumerated() {
      guard let weight = layer.weight, let bias = layer.bias else { continue }
      var activation: String?
      if case .dense(_, let function, _) = layer.configuration.kind { activation = function?.name }
      if index + 1 < network.layers.count,
        case .activation(let function) = network.layers[index + 1].configuration.kind
      {
        activation = function.name
      }
      layers.append(
        Layer(
          weight: (0..<weight.rowCount).map { weight.row($0).map(Double.init) },
          bias: bias.map(Double.init), activation: activation == "softmax" ? nil : activation))
    }
    self.init(layers: layers)
  }
}

extension [ReferenceNetwork.Layer] {
  var squaredNorm: Double {
    reduce(0) { sum, layer in
      sum + layer.bias.reduce(0) { $0 + $1 * $1 }
        + layer.weight.joined().reduce(0) { $0 + $1 * $1 }
    }
  }
}

extension LabeledDataset {
  /// The targets as distributions in double precision.
  var referenceTargets: [[Double]] {
    switch targets {
    case .labels(let labels):
      labels.map { label in (0..<classCount).map { $0 == label ? 1 : 0 } }
    case .distributions(let matrix):
      (0..<matrix.rowCount).map { matrix.row($0).map(Double.init) }
    }
  }
}
