// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

/// Samples of three classes that a small network can tell apart.
private func dataset(rows: Int = 90, inputs: Int = 6) throws -> LabeledDataset {
  let generator = CounterBasedGenerator(seed: 21)
  var features = Matrix(rowCount: rows, columnCount: inputs)
  for row in 0..<rows {
    for column in 0..<inputs {
      features[row, column] =
        generator.uniform(at: UInt64(row * inputs + column)) + (row % 3 == column % 3 ? 0.5 : 0)
    }
  }
  return try LabeledDataset(
    features: .floats(features), labels: (0..<rows).map { $0 % 3 }, classNames: ["a", "b", "c"])
}

@Suite struct LayerTests {
  // MARK: Dropout

  @Test func dropoutLeavesPredictionAlone() throws {
    let plain = try Sequential(input: [6], seed: 4) { Dense(3) }
    let dropping = try Sequential(input: [6], seed: 4) {
      Dense(3)
      Dropout(0.5)
    }
    let features = try dataset().features
    #expect(try plain.logits(for: features) == dropping.logits(for: features))
  }

  @Test func trainingWithDropoutAndBatchNormalizationIsTheSameOnAnyThreads() throws {
    let data = try dataset()
    func trained(_ threads: Int) throws -> Sequential {
      var network = try Sequential(input: [6], seed: 4) {
        Dense(20)
        BatchNormalization()
        ReLU()
        Dropout(0.3)
        Dense(3)
      }
      try network.fit(to: data, epochs: 3, batchSize: 20, threads: threads)
      return network
    }
    let one = try trained(1)
    for threads in [2, 3, 5] { #expect(try trained(threads) == one) }
  }

  @Test func everyStepAndEverySeedDropsOthers() throws {
    // Without a step's number in the draw, the second epoch would repeat the first.
    let data = try dataset(rows: 3)
    func losses(seed: UInt64) throws -> [Double] {
      var network = try Sequential(input: [6], seed: 4) { Dense(3) }
      let weight = try #require(network.layers[0].weight)
      network = try Sequential(input: [6], seed: seed) {
        Dropout(0.5)
        Dense(3)
      }
      try network.setParameters(ofLayer: 1, weight: weight, bias: [0, 0, 0])
      let trainer = try Trainer(network, on: data, optimizer: .sgd(learningRate: 1e-30))
      return try (0..<5).map { _ in try trainer.step(on: [0, 1, 2]).loss }
    }
    let first = try losses(seed: 1)
    #expect(Set(first).count == 5)
    #expect(try losses(seed: 1) == first)
    #expect(try Set(losses(seed: 2)).isDisjoint(with: first))
  }

  // MARK: Names, freezing

  @Test func layersAreFoundByTheirNames() throws {
    let network = try Sequential(input: [6]) {
      Dense(4, activation: .relu).named("hidden")
      Dense(5)
      Dense(3).named("dense")
    }
    #expect(network.layers.map(\.name) == ["hidden", "dense_1", "dense"])
    #expect(network["hidden"]?.outputShape == [4])
    #expect(network["nothing"] == nil)
    let error = #expect(throws: SoftmaxError.self) { try network.index(ofLayer: "nothing") }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("hidden") == true)
    #expect(throws: SoftmaxError.self) {
      try Sequential(input: [6]) {
        Dense(4).named("twice")
        Dense(3).named("twice")
      }
    }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [6]) { Dense(3).named("") } }
  }

  @Test(arguments: [["hidden"], ["hidden", "normal"], ["normal", "dense"], ["dense"]])
  func frozenLayersKeepTheirBits(names: [String]) throws {
    var network = try Sequential(input: [6], seed: 4) {
      Dense(20).named("hidden")
      BatchNormalization().named("normal")
      ReLU()
      Dense(3)
    }
    for name in names { try network.freeze(name) }
    let before = network
    try network.fit(to: try dataset(), epochs: 2, batchSize: 20, l2Penalty: 0.1)
    for (old, new) in zip(before.layers, network.layers) where !old.tensors.isEmpty {
      #expect((old == new) == names.contains(old.name), "\(old.name)")
    }
    let frozen = names.reduce(0) { $0 + (network[$1]?.parameterCount ?? 0) }
    let running = names.contains("normal") ? 0 : 40
    #expect(network.trainedParameterCount == network.parameterCount - frozen - running)
    try network.unfreeze(names[0])
    #expect(network[names[0]]?.isFrozen == false)
  }

  // MARK: Settings

  @Test func settingsThatMakeNoSenseAreErrors() {
    func expectError(_ layer: any Layer) {
      let error = #expect(throws: SoftmaxError.self) {
        try Sequential(input: [4]) {
          layer
          Dense(2)
        }
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("layer 0") == true)
    }
    for rate in [-0.1, 1, 2, .nan, .infinity] { expectError(Dropout(rate)) }
    for number in [0, -1, .nan, .infinity, 1e-60] {
      expectError(LayerNormalization(epsilon: number))
      expectError(BatchNormalization(epsilon: number))
    }
    for momentum in [-0.1, 1, .nan] { expectError(BatchNormalization(momentum: momentum)) }
    for number: Float in [-0.1, .nan, .infinity] {
      expectError(LeakyReLU(slope: number))
      expectError(ELU(alpha: number))
      expectError(Dense(3, activation: .elu(alpha: number)))
      expectError(Dense(3, initializer: .normal(standardDeviation: number)))
    }
  }

  @Test func normalizationsTakeRows() {
    for layer in [BatchNormalization() as any Layer, LayerNormalization()] {
      let error = #expect(throws: SoftmaxError.self) {
        try Sequential(input: [2, 2]) {
          layer
          Flatten()
          Dense(2)
        }
      }
      #expect(error?.remedy == "put Flatten() before it")
    }
    #expect(throws: SoftmaxError.self) { try Sequential(input: [4]) { BatchNormalization() } }
  }

  // MARK: Initialisers

  @Test(arguments: [Initializer.glorotNormal, .heNormal, .normal, .normal(standardDeviation: 0.5)])
  func normalWeightsHaveTheirDeviation(_ initializer: Initializer) throws {
    let network = try Sequential(input: [300], seed: 5) { Dense(200, initializer: initializer) }
    let weights = try #require(network.layers[0].weight).elements.map(Double.init)
    let deviation: Double =
      switch initializer.name {
      case "glorot-normal": (2.0 / 500).squareRoot()
      case "he-normal": (2.0 / 300).squareRoot()
      default: Double(initializer.setting ?? 0)
      }
    let count = Double(weights.count)
    let mean = weights.reduce(0, +) / count
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    // Four standard errors of the mean and of the deviation.
    #expect(abs(mean) < 4 * deviation / count.squareRoot())
    #expect(abs(variance.squareRoot() - deviation) < 4 * deviation / (2 * count).squareRoot())
    #expect(network.layers[0].bias?.allSatisfy { $0 == 0 } == true)
  }

  @Test(arguments: [(Initializer.glorotUniform, 6.0 / 500), (.heUniform, 6.0 / 300)])
  func uniformWeightsFillTheirRange(initializer: Initializer, square: Double) throws {
    let network = try Sequential(input: [300], seed: 5) { Dense(200, initializer: initializer) }
    let weights = try #require(network.layers[0].weight).elements
    let limit = Float(square.squareRoot())
    #expect(weights.allSatisfy { abs($0) <= limit })
    #expect((weights.max() ?? 0) > 0.99 * limit && (weights.min() ?? 0) < -0.99 * limit)
  }

  @Test func pytorchsWeightsAndBiasesFillTheirRange() throws {
    let network = try Sequential(input: [100], seed: 5) { Dense(500, initializer: .pytorch) }
    let weights = try #require(network.layers[0].weight).elements
    let bias = try #require(network.layers[0].bias)
    for values in [weights, bias] {
      #expect(values.allSatisfy { abs($0) <= 0.1 })
      #expect((values.max() ?? 0) > 0.099 && (values.min() ?? 0) < -0.099)
    }
    #expect(Set(bias).isDisjoint(with: weights.prefix(500)))
  }

  @Test func everyInitializerIsFoundByItsName() {
    for initializer in Initializer.all {
      #expect(Initializer(named: initializer.name) == initializer)
    }
    for activation in Activation.all { #expect(Activation(named: activation.name) == activation) }
  }
}
