// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct AbstentionTests {
  // Rows with these probabilities of class 1, all of which are predicted as it, right where the label is 1.
  private func rows(
    _ shares: [Float], labels: [Int], weights: [Float]? = nil
  ) throws -> Evaluation {
    try Evaluation(
      labels: labels,
      logits: Matrix(
        shares.map { share in
          [0, Float(ElementaryFunctions.logarithm(Double(share) / Double(1 - share)))]
        }), sampleWeights: weights)
  }

  @Test func pointsFollowTheSurestRowsFirst() throws {
    let curve = CoverageRiskCurve(
      try rows([0.6, 0.99, 0.8, 0.7, 0.8], labels: [0, 1, 1, 1, 0]))
    #expect(curve.points.map(\.coverage) == [0.2, 0.6, 0.8, 1])
    let accuracies = curve.points.map(\.accuracy)
    #expect(zip(accuracies, [1, 2.0 / 3, 0.75, 0.6]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(curve.points, [0.99, 0.8, 0.7, 0.6]).allSatisfy { abs($0.threshold - $1) < 1e-6 })
    for (point, count) in zip(curve.points, [1, 3, 4, 5]) {
      let expected = wilsonInterval(share: point.accuracy, trials: Double(count))
      #expect(abs(point.accuracyInterval.lowerBound - expected.lowerBound) < 1e-12)
      #expect(abs(point.accuracyInterval.upperBound - expected.upperBound) < 1e-12)
      #expect(point.risk == 1 - point.accuracy)
    }
    #expect(curve.point(ofAccuracy: 0.7)?.coverage == 0.8)
    #expect(curve.point(ofAccuracy: 0.7, isCertain: true) == nil)
    #expect(curve.point(ofCoverage: 0.5)?.coverage == 0.6)
    #expect(curve.point(ofCoverage: 1)?.accuracy == 0.6 && curve.point(ofCoverage: 1.1) == nil)
  }

  @Test func weightsCountAsManyRows() throws {
    let weighted = CoverageRiskCurve(
      try rows([0.9, 0.8, 0.7], labels: [1, 0, 1], weights: [2, 0, 1]))
    let repeated = CoverageRiskCurve(try rows([0.9, 0.9, 0.7], labels: [1, 1, 1]))
    #expect(weighted.points.map(\.coverage) == repeated.points.map(\.coverage))
    #expect(weighted.points.map(\.accuracy) == repeated.points.map(\.accuracy))
  }

  @Test func theThresholdHoldsForOtherRows() throws {
    let curve = CoverageRiskCurve(try drawnRows(4_000, seed: 1))
    let point = try #require(curve.point(ofAccuracy: 0.9))
    #expect(point.coverage > 0.2 && point.coverage < 0.95)
    let kept = try (2..<12).map { seed in
      try #require(
        CoverageRiskCurve(drawnRows(4_000, seed: seed)).points.last {
          $0.threshold >= point.threshold
        })
    }
    #expect(kept.allSatisfy { abs($0.coverage - point.coverage) < 0.04 })
    #expect(kept.reduce(0) { $0 + $1.accuracy } > 10 * 0.885)
    #expect(curve.points.last?.coverage == 1)
  }

  @Test func theDecisionIsTheOneOfTheLeastExpectedCost() throws {
    let costs = try CostMatrix(
      [[0, 1, 0.3], [20, 0, 0.3]], decisions: ["discharge", "treat", "examine"])
    #expect(costs.decision(for: [0.99, 0.01]).index == 0)
    #expect(costs.decision(for: [0.9, 0.1]).index == 2)
    #expect(costs.decision(for: [0.1, 0.9]).index == 1)
    #expect(abs(costs.decision(for: [0.9, 0.1]).cost - 0.3) < 1e-6)
    // Of equal costs the first.
    let same = try CostMatrix([[1, 1], [1, 1]], decisions: ["a", "b"])
    #expect(same.decision(for: [0.2, 0.8]).index == 0)
    // Gains are costs below 0, and 0 - 1 costs decide for the most probable class.
    let usual = try CostMatrix([[0, 1, 1], [1, 0, 1], [1, 1, 0]], decisions: ["x", "y", "z"])
    let model = try drawnRows(500, seed: 3)
    #expect(abs(usual.meanCost(of: model) - (1 - model.accuracy)) < 1e-12)
    let gains = try CostMatrix(
      [[-1, 0, 0], [0, -1, 0], [0, 0, -1]], decisions: ["x", "y", "z"])
    #expect(abs(gains.meanCost(of: model) + model.accuracy) < 1e-12)
  }

  @Test func decisionsByTheirCostsCostLessThanTheMostProbableClasses() throws {
    let costs = try CostMatrix([[0, 1, 1], [8, 0, 1], [8, 1, 0]], decisions: ["a", "b", "c"])
    let model = try drawnRows(2_000, seed: 4)
    let usual = zip(model.labels, model.predictions).reduce(0) { $0 + costs.costs[$1.0][$1.1] }
    #expect(costs.meanCost(of: model) < 0.8 * usual / 2_000)
  }

  @Test func whatIsNoMatrixOfCostsIsATypedError() throws {
    let broken: [([[Double]], [String])] = [
      ([[0, 1], [1]], ["a", "b"]), ([[0, 1], [1, 0]], ["a"]), ([[], []], []),
      ([[0, 1], [1, .nan]], ["a", "b"]), ([[0, 1], [1, 0]], ["a", "a"]),
      ([[0, .infinity], [1, 0]], ["a", "b"]),
    ]
    for (costs, decisions) in broken {
      #expect(throws: SoftmaxError.self) { try CostMatrix(costs, decisions: decisions) }
    }
  }
}
