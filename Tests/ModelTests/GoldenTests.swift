// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

/// What PyTorch computed (Tests/golden/make-golden.py).
struct Golden: Decodable {
  struct Layer: Decodable {
    var weight: [[Double]]
    var bias: [Double]
  }

  struct Case: Decodable, CustomTestStringConvertible {
    var name: String
    var activation: String
    var features: [[Double]]
    var classes: Int
    var labels: [Int]?
    var distributions: [[Double]]?
    var before: [Layer]
    var after: [Layer]
    var gradient: [Layer]
    var logits: [[Double]]
    var loss: Double
    var losses: [Double]
    var optimizer: [String: JSONNumberOrString]
    var steps: Int
    var l2: Double

    var testDescription: String { name }
  }

  struct Functions: Decodable {
    var rows: [[String]]
    var softmax: [[Double]]
    var logSoftmax: [[String]]
    var logSumExp: [Double]
  }

  enum JSONNumberOrString: Decodable {
    case number(Double)
    case string(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .string(try container.decode(String.self))
      }
    }
  }

  var cases: [Case]
  var functions: Functions

  static func load() throws -> Golden {
    let url = try #require(
      Bundle.module.url(forResource: "pytorch", withExtension: "json", subdirectory: "Golden"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Golden.self, from: Data(contentsOf: url))
  }
}

@Suite struct GoldenTests {
  @Test func logitsLossAndGradientAreThoseOfPyTorch() throws {
    let golden = try Golden.load()
    #expect(golden.cases.count == 6)
    for golden in golden.cases {
      let network = try golden.network()
      let batch = try golden.batch()
      let logits = try network.logits(for: batch.features)
      for (row, expected) in golden.logits.enumerated() {
        for (column, value) in expected.enumerated() {
          #expect(abs(Double(logits[row, column]) - value) <= 2e-6 * max(1, abs(value)))
        }
      }
      let (loss, gradient) = try network.valueAndGradient(of: .crossEntropy, on: batch)
      #expect(abs(loss - golden.loss) <= 1e-6, "\(golden.name)")
      for (actual, expected) in zip(gradient.layers, golden.gradient) {
        let largest = expected.weight.joined().map(abs).max() ?? 0
        #expect(
          actual.weight.greatestDifference(from: expected.weight) <= 2e-6 * largest,
          "\(golden.name)")
        for (unit, value) in expected.bias.enumerated() {
          #expect(abs(Double(actual.bias[unit]) - value) <= 2e-6 * largest, "\(golden.name)")
        }
      }
    }
  }

  @Test func tenStepsOfEachOptimizerEndWherePyTorchsEnd() throws {
    for golden in try Golden.load().cases {
      var network = try golden.network()
      let batch = try golden.batch()
      let history = try network.fit(
        to: batch, optimizer: golden.rule(), epochs: golden.steps, batchSize: batch.count,
        l2Penalty: golden.l2, threads: 1)
      for (epoch, loss) in zip(history.epochs, golden.losses) {
        #expect(abs(epoch.loss - loss) <= 2e-6, "\(golden.name), step \(epoch.number)")
      }
      let states = network.layers.filter { $0.weight != nil }
      let largest = golden.after.flatMap { $0.weight.joined().map(abs) }.max() ?? 0
      for (state, expected) in zip(states, golden.after) {
        let weight = try #require(state.weight)
        #expect(
          weight.greatestDifference(from: expected.weight) <= 1e-6 * largest, "\(golden.name)")
        for (unit, value) in expected.bias.enumerated() {
          let actual = Double(try #require(state.bias)[unit])
          #expect(abs(actual - value) <= 1e-6 * largest, "\(golden.name)")
        }
      }
    }
  }

  @Test func functionsOfRowsAreThoseOfPyTorch() throws {
    let functions = try Golden.load().functions
    let rows = try Matrix(functions.rows.map { try $0.map { try #require(Float($0)) } })
    let softmax = rows.softmax()
    let logSoftmax = rows.logSoftmax()
    let logSumExp = rows.logSumExp()
    for row in 0..<rows.rowCount {
      // PyTorch had the numbers as doubles; a float that has no neighbour within 1 is as far off.
      let inputError = rows.row(row).filter(\.isFinite).map { $0.ulp }.max() ?? 0
      for column in 0..<rows.columnCount {
        #expect(abs(Double(softmax[row, column]) - functions.softmax[row][column]) <= 1e-6)
        let expected = try #require(Double(functions.logSoftmax[row][column]))
        let actual = Double(logSoftmax[row, column])
        #expect(
          actual == expected || abs(actual - expected) <= max(1e-6 * abs(expected), 1e-7),
          "row \(row), column \(column): \(actual), not \(expected)")
      }
      let expected = functions.logSumExp[row]
      #expect(
        abs(Double(logSumExp[row]) - expected) <= 1e-6 * max(1, abs(expected)) + Double(inputError))
    }
  }
}

extension Golden.Case {
  func network() throws -> Sequential {
    let function = try #require(Activation(named: activation))
    var network = try Sequential(input: [features[0].count]) {
      for layer in before.dropLast() { Dense(layer.bias.count, activation: function) }
      Dense(classes, activation: .softmax)
    }
    for (index, layer) in before.enumerated() {
      try network.setParameters(
        ofLayer: index, weight: Matrix(layer.weight.map { $0.map { Float($0) } }),
        bias: layer.bias.map { Float($0) })
    }
    return network
  }

  func batch() throws -> LabeledDataset {
    let matrix = try Matrix(features.map { $0.map { Float($0) } })
    let names = (0..<classes).map { "\($0)" }
    if let labels {
      return try LabeledDataset(features: .floats(matrix), labels: labels, classNames: names)
    }
    let rows = try #require(distributions).map { $0.map { Float($0) } }
    return try LabeledDataset(
      features: .floats(matrix), distributions: Matrix(rows), classNames: names)
  }

  func rule() throws -> Optimizer {
    func number(_ key: String) throws -> Double {
      guard case .number(let value)? = optimizer[key] else {
        throw SoftmaxError(.invalidData, "the golden file lacks \(key)")
      }
      return value
    }
    guard case .string("adam")? = optimizer["name"] else {
      return .sgd(learningRate: try number("learning_rate"), momentum: try number("momentum"))
    }
    return .adam(
      learningRate: try number("learning_rate"), beta1: try number("beta1"),
      beta2: try number("beta2"), epsilon: try number("epsilon"))
  }
}

extension Matrix {
  func greatestDifference(from rows: [[Double]]) -> Double {
    var greatest = 0.0
    for (row, values) in rows.enumerated() {
      for (column, value) in values.enumerated() {
        greatest = max(greatest, abs(Double(self[row, column]) - value))
      }
    }
    return greatest
  }
}
