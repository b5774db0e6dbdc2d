// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

/// A hidden layer whose sums overflow, and an activation behind it that makes them finite again.
@Suite struct OverflowTests {
  // The first unit of the first layer is infinite for the first sample; 40 units are no multiple of
  // the 16 places of a vector.
  private func network() throws -> Sequential {
    var network = try Sequential(input: [4], seed: 1) {
      Dense(64, activation: .relu)
      Dense(40, activation: .tanh)
      Dense(10)
    }
    var weight = Matrix(rowCount: 64, columnCount: 4)
    weight[0, 0] = 1e10
    try network.setParameters(
      ofLayer: 0, weight: weight, bias: Array(repeating: 0, count: 64))
    return network
  }

  private let features = [[3e38, 0, 0, 0], [1, 2, 3, 4]] as [[Float]]

  @Test func aRowHasTheSameProbabilitiesAloneAndInABatch() throws {
    let predictor = try network().predictor(threads: 1)
    let together = try predictor.probabilities(for: .floats(Matrix(features)))
    for (index, row) in features.enumerated() {
      let alone = try predictor.probabilities(for: .floats(Matrix([row])))
      #expect(alone.elements.contains { !$0.isFinite } == false)
      #expect(Array(together.row(index)) == alone.elements)
    }
  }

  @Test func theLossIsThatOfTheLogits() throws {
    let network = try network()
    let names = (0..<10).map { "\($0)" }
    let dataset = try LabeledDataset(
      features: .floats(Matrix(features)), labels: [3, 4], classNames: names)
    let losses = try network.logits(for: dataset.features).crossEntropy(of: .labels([3, 4]))
    let step = try network.valueAndGradient(of: .crossEntropy, on: dataset, threads: 2)
    #expect(step.loss == (Double(losses[0]) + Double(losses[1])) / 2)
  }
}
