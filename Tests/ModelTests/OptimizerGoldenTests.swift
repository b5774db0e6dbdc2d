// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// Where PyTorch's and Keras' optimizers go along given gradients (Tests/golden/make-optimizers.py).
struct GoldenOptimizers: Decodable {
  struct Parameters: Decodable {
    var weight: [[Double]]
    var bias: [Double]
  }

  struct Case: Decodable {
    var name: String
    /// After each of the gradients.
    var after: [Parameters]
    /// The learning rate of each step.
    var rates: [Double]
  }

  var start: Parameters
  var gradients: [Parameters]
  var cases: [Case]

  static func load() throws -> GoldenOptimizers {
    let url = try #require(
      Bundle.module.url(forResource: "optimizers", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(GoldenOptimizers.self, from: Data(contentsOf: url))
  }
}

extension GoldenOptimizers.Parameters {
  var matrix: Matrix {
    get throws { try Matrix(weight.map { $0.map { Float($0) } }) }
  }

  var largest: Double { (weight.joined() + bias).map(abs).max() ?? 0 }
}

@Suite struct OptimizerGoldenTests {
  private static let sgd = Optimizer.sgd(learningRate: 0.1, momentum: 0.9)
  private static let adam = Optimizer.adam(learningRate: 0.01, epsilon: 1e-8)

  /// The optimizer that the library has for each case.
  private static let optimizers: [String: Optimizer] = [
    "torch sgd": .sgd(learningRate: 0.1),
    "torch sgd momentum": sgd,
    "torch sgd nesterov": .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true),
    "torch sgd nesterov decay": .sgd(
      learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.05),
    "torch sgd decay": .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 0.05),
    "torch adagrad": .adagrad(learningRate: 0.01, initialAccumulator: 0, epsilon: 1e-10),
    "torch adagrad decay": .adagrad(
      learningRate: 0.1, initialAccumulator: 0.1, epsilon: 1e-10, weightDecay: 0.05),
    "torch rmsprop": .rmsprop(learningRate: 0.01, rho: 0.99, epsilon: 1e-8),
    "torch rmsprop momentum": .rmsprop(
      learningRate: 0.01, rho: 0.99, momentum: 0.9, epsilon: 1e-8, weightDecay: 0.05),
    "torch rmsprop centered": .rmsprop(
      learningRate: 0.01, rho: 0.9, epsilon: 1e-8, isCentered: true),
    "torch rmsprop centered momentum": .rmsprop(
      learningRate: 0.01, rho: 0.99, momentum: 0.9, epsilon: 1e-8, isCentered: true),
    "torch adam": adam,
    "torch adam decay": .adam(learningRate: 0.01, epsilon: 1e-8, weightDecay: 0.05),
    "torch amsgrad": .adam(learningRate: 0.01, beta2: 0.5, epsilon: 1e-8, isAMSGrad: true),
    "torch adamw": .adamW(learningRate: 0.01, epsilon: 1e-8, weightDecay: 0.1),
    "torch adamw amsgrad": .adamW(
      learningRate: 0.01, beta2: 0.5, epsilon: 1e-8, weightDecay: 0.1, isAMSGrad: true),
    "torch step": sgd.scheduled(.step(factor: 0.5, every: .steps(3))),
    "torch step of epochs": sgd.scheduled(.step(factor: 0.5, every: .epochs(2))),
    "torch exponential": sgd.scheduled(.exponential(factor: 0.9, per: .steps(1))),
    "torch cosine": sgd.scheduled(.cosine(over: .steps(10))),
    "torch cosine with warm-up": sgd.scheduled(
      .cosine(over: .steps(9), warmup: .steps(3), floor: 0.1)),
    "torch one cycle": sgd.scheduled(.oneCycle(over: .steps(10))),
    "torch one cycle of adamw": .adamW(learningRate: 0.05, epsilon: 1e-8, weightDecay: 0.1)
      .scheduled(
        .oneCycle(over: .epochs(6), warmupFraction: 0.5, initialDivisor: 10, finalDivisor: 100)),
    "torch clip norm": sgd.clipped(norm: 2.5),
    "torch clip norm of adam": adam.clipped(norm: 2.5),
    "torch clip value": sgd.clipped(value: 0.5),
    "torch accumulation": sgd.accumulating(3),
    "torch accumulation of adam, clipped and scheduled":
      adam.scheduled(.step(factor: 0.5, every: .steps(1))).clipped(norm: 1.5).accumulating(2),
    "keras sgd nesterov": .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true),
    "keras adagrad": .adagrad(epsilonPlacement: .keras),
    "keras rmsprop": .rmsprop(epsilonPlacement: .keras),
    "keras rmsprop momentum": .rmsprop(momentum: 0.9, epsilonPlacement: .keras),
    "keras rmsprop centered": .rmsprop(isCentered: true, epsilonPlacement: .keras),
    "keras adam": .adam(learningRate: 0.01, epsilon: 1e-3, epsilonPlacement: .keras),
    "keras amsgrad": .adam(
      learningRate: 0.01, beta2: 0.5, epsilon: 1e-3, isAMSGrad: true, epsilonPlacement: .keras),
    "keras adamw": .adamW(learningRate: 0.01, epsilonPlacement: .keras),
    "keras exponential decay": .sgd(learningRate: 0.1).scheduled(
      .exponential(factor: 0.5, per: .epochs(2))),
    "keras cosine decay": .adam(learningRate: 0.05, epsilonPlacement: .keras).scheduled(
      .cosine(over: .steps(8), floor: 0.1)),
    "keras clip norm": sgd.clipped(norm: 2.5),
  ]

  /// The number of gradients of an epoch, where it is not two.
  private static let epochs = ["torch accumulation": 5]

  private static func state(
    of name: String, for network: Sequential
  ) throws -> OptimizerState {
    let optimizer = try #require(optimizers[name], "no optimizer for \(name)")
    return try OptimizerState(
      optimizer, for: network, gradientsPerEpoch: epochs[name] ?? 2)
  }

  private static func network(at start: GoldenOptimizers.Parameters) throws -> Sequential {
    var network = try Sequential(input: [4]) { Dense(3) }
    try network.setParameters(
      ofLayer: 0, weight: start.matrix, bias: start.bias.map { Float($0) })
    return network
  }

  @Test func tenStepsOfEachOptimizerAreThoseOfItsPeer() throws {
    let golden = try GoldenOptimizers.load()
    #expect(Set(golden.cases.map(\.name)) == Set(Self.optimizers.keys))
    for test in golden.cases {
      var network = try Self.network(at: golden.start)
      var state = try Self.state(of: test.name, for: network)
      #expect(test.after.count == 10)
      for (gradient, expected) in zip(golden.gradients, test.after) {
        try state.update(
          &network,
          along: Gradient(layers: [
            .init(layer: 0, weight: gradient.matrix, bias: gradient.bias.map { Float($0) })
          ]))
        let weight = try #require(network.layers[0].weight)
        let bias = try #require(network.layers[0].bias)
        #expect(
          weight.greatestDifference(from: expected.weight) <= 1e-6 * expected.largest,
          "\(test.name), gradient \(state.gradientCount)")
        for (actual, value) in zip(bias, expected.bias) {
          #expect(
            abs(Double(actual) - value) <= 1e-6 * expected.largest,
            "\(test.name), gradient \(state.gradientCount)")
        }
      }
    }
  }

  @Test func theLearningRatesAreThoseOfThePeers() throws {
    for test in try GoldenOptimizers.load().cases {
      let optimizer = try #require(Self.optimizers[test.name])
      var clock = OptimizerClock(optimizer, batchesPerEpoch: Self.epochs[test.name] ?? 2)
      for (step, expected) in test.rates.enumerated() {
        #expect(abs(clock.learningRate - expected) <= 1e-15, "\(test.name), step \(step)")
        while clock.stepCount == step { _ = clock.next() }
      }
    }
  }
}
