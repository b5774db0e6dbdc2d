// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// The optima of data that are hard for solvers (Tests/golden/make-difficult-optima.py): columns whose scales
/// differ by 10^6, collinear and constant ones, a mean far from 0, a rare class, two classes, 100 classes,
/// separable classes, more columns than rows.
@Suite struct DifficultOptimaTests {
  private struct Difference {
    /// The greatest difference of a weight, and of a weight times the standard deviation of its column.
    var weight = 0.0
    var scaledWeight = 0.0
    /// The greatest difference of a bias, as a share of the greatest bias or of 1.
    var bias = 0.0
  }

  /// Compares a model with an optimum: both sum to 0 over the classes, or are the difference of two.
  private func difference(
    of model: Classifier, from optimum: GoldenOptimum
  ) throws -> Difference {
    let layer = try #require(model.network.layers.last)
    let (weight, bias) = (try #require(layer.weight), try #require(layer.bias).map(Double.init))
    let isOfTwo = optimum.classes == 2
    var difference = Difference()
    for column in 0..<weight.columnCount {
      let values = optimum.features.map { Double($0[column]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      for unit in optimum.weight.indices {
        let own =
          isOfTwo
          ? Double(weight[1, column]) - Double(weight[0, column]) : Double(weight[unit, column])
        let distance = abs(own - optimum.weight[unit][column])
        difference.weight = max(difference.weight, distance)
        difference.scaledWeight = max(difference.scaledWeight, distance * variance.squareRoot())
      }
    }
    let mean = bias.reduce(0, +) / Double(bias.count)
    let biases = isOfTwo ? [bias[1] - bias[0]] : bias.map { $0 - mean }
    let greatest = optimum.bias.reduce(1) { max($0, abs($1)) }
    for (own, expected) in zip(biases, optimum.bias) {
      difference.bias = max(difference.bias, abs(own - expected) / greatest)
    }
    return difference
  }

  @Test func theOptimumIsReachedAndProvedOnAllOfThem() throws {
    let optima = try GoldenOptimum.load("difficult-optima")
    #expect(optima.count == 15)
    for optimum in optima {
      let model = try SoftmaxRegression(l2Penalty: optimum.l2).fitted(to: optimum.dataset())
      let record = try #require(model.trainingRecord)
      // So the user is not asked to scale, or to allow more iterations.
      #expect(record.isConverged == true && record.isSeparable == nil, "\(optimum.name)")
      let objective = try #require(record.objective)
      #expect(objective <= optimum.objective * (1 + 1e-9), "\(optimum.name): \(objective)")
      #expect(try #require(record.objectiveGap) <= 1e-5 * objective, "\(optimum.name)")
      let difference = try difference(of: model, from: optimum)
      #expect(difference.weight < 1e-5, "\(optimum.name)")
      #expect(difference.scaledWeight < 1e-5, "\(optimum.name)")
      #expect(difference.bias < 1e-5, "\(optimum.name)")
    }
  }
}
