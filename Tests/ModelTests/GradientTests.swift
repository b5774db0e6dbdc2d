// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@Suite struct GradientTests {
  @Test func theListsHoldWhatTheyPromise() {
    #expect(GradientCase.networks.count >= 50)
    #expect(GradientCase.losses.count >= 400)
    #expect(GradientCase.penalties.count == 6 * GradientCase.LossKind.allCases.count)
    for loss in GradientCase.LossKind.allCases {
      #expect(GradientCase.losses.contains { $0.loss == loss && !$0.hidden.isEmpty })
    }
  }

  @Test(arguments: GradientCase.networks + GradientCase.losses + GradientCase.penalties)
  func gradientsAgreeWithTheReferenceAndTheReferenceWithDifferences(_ test: GradientCase) throws {
    let network = try test.network()
    let batch = try test.batch()
    let reference = ReferenceNetwork(network)
    let loss = test.referenceLoss
    let samples = (0..<batch.count).map { batch.features.row($0).map(Double.init) }
    let rows = ReferenceLoss.Batch(batch)
    func value(_ network: ReferenceNetwork) -> Double {
      loss.value(samples.map(network.logits), rows) + test.penalty(of: network)
    }
    var expected = reference.backPropagated(
      samples, loss.gradient(samples.map(reference.logits), rows))
    for layer in expected.indices {
      for (unit, row) in reference.layers[layer].weight.enumerated() {
        for (column, weight) in row.enumerated() {
          let sign = weight > 0 ? 1.0 : weight < 0 ? -1 : 0
          expected[layer].weight[unit][column] += test.l1 * sign + test.l2 * weight
        }
      }
    }
    let norm = expected.squaredNorm.squareRoot()

    // The reference against five-point differences, for some parameters of each layer. The kinks of
    // ReLU and of some losses would spoil a difference across them, so those parameters'
    // neighbourhood is smooth here: the step is small against the distance of the outputs from them.
    for layer in reference.layers.indices {
      let units = reference.layers[layer].bias.count
      for (unit, column) in [(0, 0), (1 % units, 2), (units - 1, 1)] {
        let ofWeight = fivePointDerivative(
          at: reference.layers[layer].weight[unit][column], step: 1e-4
        ) {
          var moved = reference
          moved.layers[layer].weight[unit][column] = $0
          return value(moved)
        }
        let ofBias = fivePointDerivative(at: reference.layers[layer].bias[unit], step: 1e-4) {
          var moved = reference
          moved.layers[layer].bias[unit] = $0
          return value(moved)
        }
        let bound = 1e-7 * max(norm, 1e-3)
        #expect(abs(ofWeight - expected[layer].weight[unit][column]) <= bound)
        #expect(abs(ofBias - expected[layer].bias[unit]) <= bound)
      }
    }

    // The library against the reference.
    let (found, gradient) = try network.valueAndGradient(
      of: test.libraryLoss, on: batch, l1Penalty: test.l1, l2Penalty: test.l2)
    #expect(abs(found - value(reference)) <= 1e-6 * max(1, found))
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

extension GradientCase {
  /// l1 sum |w| + l2 / 2 sum w^2 over the weights; biases are left alone.
  fileprivate func penalty(of network: ReferenceNetwork) -> Double {
    network.layers.reduce(0) { sum, layer in
      sum + layer.weight.joined().reduce(0) { $0 + l1 * abs($1) + l2 / 2 * square($1) }
    }
  }
}

private func square(_ x: Double) -> Double { x * x }

extension ReferenceNetwork {
  /// The same network in double precision.
  init(_ network: Sequential) {
    var layers: [Layer] = []
    for (index, layer) in network.layers.enumerated() {
      guard let weight = layer.weight, let bias = layer.bias else { continue }
      let next = index + 1 < network.layers.count ? network.layers[index + 1] : nil
      let activation =
        (next?.configuration.kind as? ActivationLayer)?.activation.name
        ?? layer.configuration.kind.outputActivation?.name
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
