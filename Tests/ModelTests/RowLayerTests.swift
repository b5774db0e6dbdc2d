// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

/// max(x, 0), as a user would write it.
private struct OwnReLU: RowLayer {
  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
    for i in x.indices { y[i] = x[i] > 0 ? x[i] : 0 }
  }

  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices { dx[i] = y[i] > 0 ? dy[i] : 0 }
  }
}

/// The same, element by element.
private struct OwnElementReLU: ElementLayer {
  func value(at x: Float) -> Float { max(x, 0) }
  func slope(at x: Float, value y: Float) -> Float { x > 0 ? 1 : 0 }
}

/// More outputs than inputs.
private struct Wider: ElementLayer {
  func outputCount(inputCount: Int) -> Int { inputCount + 1 }
  func value(at x: Float) -> Float { x }
  func slope(at x: Float, value y: Float) -> Float { 1 }
}

/// A slope for each input.
private struct Slopes: ElementLayer {
  func initialTensors(inputCount: Int, using generator: CounterBasedGenerator) -> [LayerTensor] {
    [LayerTensor(name: "slope", shape: [1], values: [2])]
  }
  func value(at x: Float) -> Float { 2 * x }
  func slope(at x: Float, value y: Float) -> Float { 2 }
}

/// y = a x^2 + b x, with an a and a b for each input.
private struct Parabola: RowLayer {
  var start: Float = 0.5

  func initialTensors(
    inputCount: Int, using generator: CounterBasedGenerator
  ) -> [LayerTensor] {
    [
      LayerTensor(
        name: "a", shape: [inputCount, 1],
        values: (0..<inputCount).map { generator.uniform(at: UInt64($0)) - 0.5 }),
      LayerTensor(
        name: "b", shape: [inputCount], values: Array(repeating: start, count: inputCount)),
    ]
  }

  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
    for i in x.indices { y[i] = (parameters[i] * x[i] + parameters[x.count + i]) * x[i] }
  }

  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices {
      dx[i] = dy[i] * (2 * parameters[i] * x[i] + parameters[x.count + i])
    }
  }

  func addGradient(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    to gradient: inout MutableSpan<Float>
  ) {
    for i in x.indices {
      gradient[i] += dy[i] * x[i] * x[i]
      gradient[x.count + i] += dy[i] * x[i]
    }
  }
}

/// Sums of neighbours: fewer outputs than inputs.
struct Pairs: RowLayer {
  func outputCount(inputCount: Int) -> Int { inputCount / 2 }

  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
    for i in y.indices { y[i] = x[2 * i] + x[2 * i + 1] }
  }

  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices { dx[i] = i / 2 < dy.count ? dy[i / 2] : 0 }
  }
}

private func dataset(rows: Int = 70, inputs: Int = 6) throws -> LabeledDataset {
  let generator = CounterBasedGenerator(seed: 21)
  let elements = (0..<rows * inputs).map { 2 * generator.uniform(at: UInt64($0)) - 1 }
  return try LabeledDataset(
    features: .floats(Matrix(rowCount: rows, columnCount: inputs, elements: elements)),
    labels: (0..<rows).map { $0 % 3 }, classNames: ["a", "b", "c"])
}

@Suite struct RowLayerTests {
  @Test func aReLUOfOnesOwnTrainsToTheSameBits() throws {
    let data = try dataset()
    func trained(_ function: any Layer) throws -> [LayerTensor] {
      var network = try Sequential(input: [6], seed: 3) {
        Dense(40)
        function
        Dense(20)
        function
        Dense(3)
      }
      try network.fit(to: data, epochs: 3, batchSize: 16, l2Penalty: 0.01)
      return network.layers.flatMap(\.tensors)
    }
    #expect(try trained(OwnReLU()) == trained(ReLU()))
    #expect(try trained(OwnElementReLU()) == trained(ReLU()))
  }

  @Test func trainingIsTheSameOnAnyThreads() throws {
    let data = try dataset()
    func trained(_ threads: Int) throws -> Sequential {
      var network = try Sequential(input: [6], seed: 3) {
        Parabola()
        Dense(40)
        Parabola(start: 1)
        Pairs()
        Dense(3)
      }
      let before = network
      try network.fit(to: data, epochs: 2, batchSize: 33, threads: threads)
      #expect(network.layers[2].tensors != before.layers[2].tensors)
      return network
    }
    let one = try trained(1)
    for threads in [2, 3, 5] { #expect(try trained(threads) == one) }
    #expect(try one.predictor().logits(for: data.features).rowCount == data.count)
  }

  @Test func gradientsOfItsParametersAreThoseOfDifferences() throws {
    let data = try dataset(rows: 9)
    let network = try Sequential(input: [6], seed: 3) {
      Parabola()
      Dense(5, activation: .tanh)
      Pairs()
      Parabola()
      Dense(3)
    }
    let gradient = try network.valueAndGradient(of: .crossEntropy, on: data).gradient
    let norm = gradient.layers.flatMap { $0.tensors.flatMap(\.values) }
      .reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    for layer in gradient.layers {
      for tensor in layer.tensors {
        let place = tensor.values.count / 2
        let old = network.layers[layer.layer].tensors.first { $0.name == tensor.name }
        let start = try #require(old?.values[place])
        // In float: a large step, and no more than its rounding allows.
        let difference = try fivePointDerivative(at: Double(start), step: 0.03) { value in
          var moved = network
          var values = old?.values ?? []
          values[place] = Float(value)
          try moved.setValues(values, of: tensor.name, inLayer: layer.layer)
          return try moved.valueAndGradient(of: .crossEntropy, on: data).loss
        }
        #expect(
          abs(difference - Double(tensor.values[place])) <= 2e-5 * max(1, norm),
          "layer \(layer.layer), \(tensor.name)")
      }
    }
  }

  @Test func anElementLayerHasAsManyOutputsAndTrainsNothing() throws {
    for layer: any Layer in [Wider(), Slopes()] {
      let error = #expect(throws: SoftmaxError.self) {
        try Sequential(input: [6]) {
          layer
          Dense(3)
        }
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("is an ElementLayer") == true)
      #expect(error?.remedy == "make it a RowLayer")
    }
  }

  @Test func itIsComparedByItsValue() throws {
    func network(_ layer: any Layer) throws -> Sequential {
      try Sequential(input: [6], seed: 3) {
        layer
        Dense(3)
      }
    }
    #expect(try network(Parabola()) == network(Parabola()))
    #expect(try network(Parabola()) != network(Parabola(start: 1)))
    #expect(try network(OwnReLU()) != network(ReLU()))
  }

  @Test func itIsNamedAfterItsType() throws {
    let network = try Sequential(input: [6]) {
      Parabola()
      Pairs().named("sums")
      Dense(3)
    }
    #expect(network.layers.map(\.name) == ["parabola", "sums", "dense"])
    #expect(network.layers.map(\.configuration.typeName) == ["Parabola", "Pairs", "Dense"])
    #expect(network.layers.map(\.outputShape) == [[6], [3], [3]])
    #expect(network.parameterCount == 12 + 12)
  }

  @Test func itCanBeFrozen() throws {
    var network = try Sequential(input: [6]) {
      Parabola()
      Dense(3)
    }
    try network.freeze("parabola")
    let before = network
    try network.fit(to: try dataset())
    #expect(network.layers[0] == before.layers[0])
    #expect(network.layers[1] != before.layers[1])
  }
}
