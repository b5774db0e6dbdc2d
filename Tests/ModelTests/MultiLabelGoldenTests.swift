// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// What scikit-learn says of multi-label samples (Tests/golden/make-multi-label.py).
private struct MultiLabelGolden: Decodable {
  var classes: Int
  var truth: [Float]
  var logits: [Float]
  var weights: [Float]
  var logLoss: Double
  var accuracy: Double
  var exact: Double
  var averages: [String: [Double]]
  var jaccard: Double
  var rankingPrecision: Double
  var rankingLoss: Double
  var coverage: Double
  var areas: [Double?]
  var precisions: [Double?]
}

@Suite struct MultiLabelGoldenTests {
  @Test func metricsAreThoseOfScikitLearn() throws {
    let url = try #require(
      Bundle.module.url(
        forResource: "multi-label", withExtension: "json", subdirectory: "Golden"))
    let cases = try JSONDecoder().decode([MultiLabelGolden].self, from: Data(contentsOf: url))
    #expect(cases.count == 64)
    for (index, golden) in cases.enumerated() {
      let rows = golden.weights.count
      func matrix(_ elements: [Float]) throws -> Matrix {
        try Matrix(rowCount: rows, columnCount: golden.classes, elements: elements)
      }
      let ours = try MultiLabelEvaluation(
        indicators: matrix(golden.truth), logits: matrix(golden.logits),
        sampleWeights: golden.weights)
      var pairs: [(Double?, Double?)] = [
        (ours.logLoss, golden.logLoss), (ours.accuracy, golden.accuracy),
        (ours.exactAccuracy, golden.exact), (ours.jaccardIndex, golden.jaccard),
        (ours.rankingAveragePrecision, golden.rankingPrecision),
        (ours.rankingLoss, golden.rankingLoss), (ours.coverageError, golden.coverage),
      ]
      for (name, average) in [
        ("micro", ours.microAverage), ("macro", ours.macroAverage),
        ("weighted", ours.weightedAverage), ("samples", ours.sampleAverage),
      ] {
        let theirs = try #require(golden.averages[name])
        pairs += zip([average.precision, average.recall, average.f1], theirs).map { ($0, $1) }
      }
      pairs += zip(ours.rocAUC, golden.areas).map { ($0, $1) }
      pairs += zip(ours.averagePrecisions, golden.precisions).map { ($0, $1) }
      for (place, (ours, theirs)) in pairs.enumerated() {
        #expect((ours == nil) == (theirs == nil))
        guard let ours, let theirs else { continue }
        #expect(
          abs(ours - theirs) <= 1e-12 * max(1, abs(theirs)), "case \(index), \(place)")
      }
    }
  }
}
