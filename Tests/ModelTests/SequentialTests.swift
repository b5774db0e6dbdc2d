// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

@Suite struct SequentialTests {
  @Test func theArticlesNetworkHasItsNumbersOfParameters() throws {
    let network = try Sequential(input: [28, 28]) {
      Flatten()
      Dense(128, activation: .relu)
      Dense(10, activation: .softmax)
    }
    #expect(network.layers.map(\.parameterCount) == [0, 100_480, 1_290])
    #expect(network.parameterCount == 101_770)
    #expect(network.layers[1].weight?.rowCount == 128, "a weight is [outputs, inputs]")
    #expect(network.layers[1].weight?.columnCount == 784)
    #expect(network.outputCount == 10)
  }

  @Test func initialWeightsDependOnSeedAndLayerAlone() throws {
    func weights(_ seed: UInt64, _ units: Int) throws -> [Matrix?] {
      try Sequential(input: [6], seed: seed) {
        Dense(units)
        Dense(3)
      }.layers.map(\.weight)
    }
    #expect(try weights(1, 4) == weights(1, 4))
    #expect(try weights(1, 4) != weights(2, 4))
    let small = try #require(try weights(1, 4)[0])
    let large = try #require(try weights(1, 5)[0])
    // Glorot's limit is another, the draws are the same.
    let ratio = small[0, 0] / large[0, 0]
    #expect(abs(ratio * ratio - 11.0 / 10) < 1e-5)
  }

  @Test func initialWeightsFillGlorotsRange() throws {
    let network = try Sequential(input: [300], seed: 5) { Dense(100) }
    let elements = try #require(network.layers[0].weight).elements
    let limit = Float((6.0 / 400).squareRoot())
    #expect(elements.allSatisfy { abs($0) <= limit })
    #expect((elements.max() ?? 0) > 0.999 * limit && (elements.min() ?? 0) < -0.999 * limit)
    let mean = elements.reduce(0, +) / Float(elements.count)
    #expect(abs(mean) < 4 * limit / Float(3.0 * Double(elements.count)).squareRoot())
    #expect(network.layers[0].bias?.allSatisfy { $0 == 0 } == true)
  }

  @Test func softmaxStandsLastAndOnce() {
    let twice = #expect(throws: SoftmaxError.self) {
      try Sequential(input: [4]) {
        Dense(3, activation: .softmax)
        Softmax()
      }
    }
    #expect(twice?.message.contains("second softmax") == true)
    let inside = #expect(throws: SoftmaxError.self) {
      try Sequential(input: [4]) {
        Dense(3, activation: .softmax)
        Dense(2)
      }
    }
    #expect(inside?.message.contains("layers follow it") == true)
  }

  @Test func networksThatMakeNoSenseAreErrors() {
    #expect(throws: SoftmaxError.self) { try Sequential(input: []) { Dense(2) } }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [0]) { Dense(2) } }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [-1]) { Dense(2) } }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [Int.max, 2]) { Dense(2) } }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [4]) { Dense(0) } }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [4]) { Dense(-3) } }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [4]) { Dense(Int.max) } }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [4]) { Flatten() } }
    let unflattened = #expect(throws: SoftmaxError.self) {
      try Sequential(input: [2, 2]) { Dense(3) }
    }
    #expect(unflattened?.remedy == "put Flatten() before it")
  }

  @Test func parametersOfAnotherShapeAreRefused() throws {
    var network = try Sequential(input: [4]) { Dense(3) }
    #expect(throws: SoftmaxError.self) {
      try network.setParameters(
        ofLayer: 0, weight: Matrix(rowCount: 4, columnCount: 3), bias: [0, 0, 0])
    }
    #expect(throws: SoftmaxError.self) {
      try network.setParameters(
        ofLayer: 0, weight: Matrix(rowCount: 3, columnCount: 4), bias: [0, .nan, 0])
    }
    #expect(throws: SoftmaxError.self) {
      try network.setParameters(
        ofLayer: 1, weight: Matrix(rowCount: 3, columnCount: 4), bias: [0, 0, 0])
    }
  }
}
