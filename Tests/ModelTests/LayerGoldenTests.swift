// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

/// What PyTorch and Keras computed (Tests/golden/make-layers-golden.py).
private struct LayerGolden: Decodable {
  struct Function: Decodable {
    var y: [Double]
    var slope: [Double]
  }

  struct LayerNormalization: Decodable {
    var x: [[Float]]
    var gamma: [Float]
    var beta: [Float]
    var epsilon: Double
    var y: [[Double]]
  }

  struct BatchNormalization: Decodable {
    var batches: [[[Float]]]
    var gamma: [Float]
    var beta: [Float]
    var runningMean: [Double]
    var runningVariance: [Double]
    var inference: [[Double]]
  }

  struct Dropout: Decodable {
    var rate: Double
    var values: [Double]
  }

  var points: [Float]
  var activations: [String: Function]
  var layerNormalization: LayerNormalization
  var batchNormalization: BatchNormalization
  var dropout: Dropout

  static func load() throws -> LayerGolden {
    let url = try #require(
      Bundle.module.url(forResource: "layers", withExtension: "json", subdirectory: "Golden"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(LayerGolden.self, from: Data(contentsOf: url))
  }
}

/// The layers before a dense layer that hands its inputs on, so that the logits are what they give.
private func identity(behind layers: [any Layer], count: Int) throws -> Sequential {
  var network = try Sequential(input: [count]) {
    layers
    Dense(count)
  }
  var weight = Matrix(rowCount: count, columnCount: count)
  for unit in 0..<count { weight[unit, unit] = 1 }
  try network.setParameters(
    ofLayer: network.layers.count - 1, weight: weight, bias: Array(repeating: 0, count: count))
  return network
}

@Suite struct LayerGoldenTests {
  @Test func activationsAreThoseOfPyTorch() throws {
    let golden = try LayerGolden.load()
    #expect(golden.activations.count == Activation.all.count - 1)
    for (name, expected) in golden.activations {
      let function = try #require(Activation(named: name))
      let network = try identity(behind: [ActivationLayer(function)], count: 2)
      let x = try Matrix(golden.points.map { [$0, 0] })
      let y = try network.logits(for: .floats(x))
      for (row, value) in expected.y.enumerated() {
        #expect(
          abs(Double(y[row, 0]) - value) <= 1e-6 * max(abs(value), 1e-3),
          "\(name) of \(golden.points[row])")
      }
    }
  }

  @Test func layerNormalizationIsThatOfPyTorch() throws {
    let golden = try LayerGolden.load().layerNormalization
    var network = try identity(
      behind: [LayerNormalization(epsilon: golden.epsilon)], count: golden.gamma.count)
    try network.setValues(golden.gamma, of: "weight", inLayer: 0)
    try network.setValues(golden.beta, of: "bias", inLayer: 0)
    let y = try network.logits(for: .floats(Matrix(golden.x)))
    #expect(y.greatestDifference(from: golden.y) <= 2e-6)
  }

  @Test func batchNormalizationKeepsTheMeanAndVarianceOfKeras() throws {
    let golden = try LayerGolden.load().batchNormalization
    let count = golden.gamma.count
    var network = try identity(behind: [BatchNormalization()], count: count)
    try network.setValues(golden.gamma, of: "weight", inLayer: 0)
    try network.setValues(golden.beta, of: "bias", inLayer: 0)
    // A learning rate too small to move a weight: the running numbers move all the same.
    let rows = try Matrix(golden.batches.flatMap(\.self))
    let dataset = try LabeledDataset(
      features: .floats(rows), labels: (0..<rows.rowCount).map { $0 % count },
      classNames: (0..<count).map { "\($0)" })
    let size = golden.batches[0].count
    let trainer = try Trainer(
      network, on: dataset, optimizer: .sgd(learningRate: 1e-30), batchSize: size, threads: 1)
    for batch in golden.batches.indices {
      try trainer.step(on: Array(batch * size..<(batch + 1) * size))
    }
    let trained = try trainer.network
    let tensors = Dictionary(
      uniqueKeysWithValues: trained.layers[0].tensors.map { ($0.name, $0.values) })
    for (name, expected) in [
      ("running_mean", golden.runningMean), ("running_variance", golden.runningVariance),
    ] {
      for (actual, value) in zip(try #require(tensors[name]), expected) {
        #expect(abs(Double(actual) - value) <= 1e-6 * max(1, abs(value)), "\(name)")
      }
    }
    #expect(tensors["weight"] == golden.gamma)
    let first = try Matrix(golden.batches[0])
    let inference = try trained.logits(for: .floats(first))
    #expect(inference.greatestDifference(from: golden.inference) <= 1e-5)
  }

  @Test func dropoutLeavesWhatPyTorchLeaves() throws {
    let golden = try LayerGolden.load().dropout
    // The gradient of a bias-free sum to the inputs' weights shows what each input became.
    let count = 200
    var network = try Sequential(input: [count], seed: 3) {
      Dropout(golden.rate)
      Dense(2)
    }
    try network.setParameters(
      ofLayer: 1, weight: Matrix(rowCount: 2, columnCount: count), bias: [0, 0])
    let batch = try LabeledDataset(
      features: .floats(Matrix(rowCount: 1, columnCount: count, repeating: 1)), labels: [0],
      classNames: ["a", "b"])
    let gradient = try network.valueAndGradient(of: .crossEntropy, on: batch).gradient.layers[0]
    // The loss' gradient to the second logit is 1/2.
    let values = Set(gradient.weight.row(1).map { 2 * $0 }).sorted()
    try #require(values.count == golden.values.count)
    for (actual, expected) in zip(values, golden.values) {
      #expect(abs(Double(actual) - expected) <= 1e-6)
    }
    let dropped = gradient.weight.row(1).count { $0 == 0 }
    #expect(abs(Double(dropped) - 60) < 4 * (200 * 0.3 * 0.7).squareRoot())
  }
}
