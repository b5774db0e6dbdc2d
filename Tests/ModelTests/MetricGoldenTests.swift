// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// What scikit-learn and torchmetrics say of weighted predictions (Tests/golden/make-metrics.py).
struct MetricGolden: Decodable {
  struct Curve: Decodable {
    var `class`: Int
    var falsePositiveRates: [Double]
    var recalls: [Double]
    var precisions: [Double]
  }

  var name: String
  var labels: [Int]
  var logits: [Float]
  var weights: [Float]?
  var values: [String: Double?]
  var peers: [String: Double?]
  var perClass: [[Double]]
  var normalized: [[Double]]
  var topK: [Double]
  var areas: [Double?]
  var precisions: [Double?]
  var curve: Curve?

  static func cases() throws -> [MetricGolden] {
    let url = try #require(
      Bundle.module.url(forResource: "metrics", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode([MetricGolden].self, from: Data(contentsOf: url))
  }

  func evaluation() throws -> Evaluation {
    try Evaluation(
      labels: labels,
      logits: Matrix(
        rowCount: labels.count, columnCount: logits.count / labels.count, elements: logits),
      sampleWeights: weights)
  }
}

@Suite struct MetricGoldenTests {
  private func agree(_ ours: Double?, _ theirs: Double?) -> Bool {
    guard let ours, let theirs else { return (ours == nil) == (theirs == nil) }
    return abs(ours - theirs) <= 1e-12 * max(1, abs(theirs))
  }

  private func agree(_ ours: [Double?], _ theirs: [Double?]) -> Bool {
    ours.count == theirs.count && zip(ours, theirs).allSatisfy { agree($0, $1) }
  }

  @Test func everyMetricHasItsCases() throws {
    let cases = try MetricGolden.cases()
    #expect(cases.count == 80)
    let drawn: Set = ["expected_calibration_error_by_chance", "calibration_p_value"]
    let names = Set(Metric.all.map(\.name))
    #expect(names.count == Metric.all.count)
    for golden in cases {
      #expect(Set(golden.values.keys) == names.subtracting(drawn))
    }
  }

  @Test func everyMetricIsDocumented() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/metrics.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    for metric in Metric.all { #expect(text.contains("`\(metric.name)`"), "\(metric.name)") }
  }

  @Test func valuesAreThoseOfThePeers() throws {
    for golden in try MetricGolden.cases() {
      let evaluation = try golden.evaluation()
      for metric in Metric.all {
        guard let theirs = golden.values[metric.name] else { continue }
        let ours = metric.value(of: evaluation)
        #expect(
          agree(ours, theirs),
          "\(golden.name), \(metric.name): \(ours ?? .nan), not \(theirs ?? .nan)")
        if ours == nil, !metric.name.hasPrefix("top_") {
          #expect(
            metric.undefinedReason(of: evaluation) != nil, "\(golden.name), \(metric.name)")
        }
      }
    }
  }

  @Test func classesAndCurvesAreThoseOfScikitLearn() throws {
    for golden in try MetricGolden.cases() {
      let evaluation = try golden.evaluation()
      let matrix = evaluation.confusionMatrix
      #expect(
        agree(
          matrix.perClass.flatMap { [$0.precision, $0.recall, $0.f1] },
          matrix.classNames.indices.flatMap { index in golden.perClass.map { $0[index] } }),
        "\(golden.name)")
      for (mode, theirs) in zip(
        [ConfusionMatrix.Normalization.labels, .predictions, .all], golden.normalized)
      {
        var ours = [Double](repeating: 0, count: theirs.count)
        for (cell, share) in zip(matrix.cells, matrix.shares(by: mode)) {
          ours[cell.label * matrix.classCount + cell.prediction] = share
        }
        #expect(agree(ours, theirs), "\(golden.name)")
      }
      #expect(
        agree(golden.topK.indices.map { evaluation.topKAccuracy($0 + 2) }, golden.topK),
        "\(golden.name)")
      #expect(agree(evaluation.rocAUC, golden.areas), "\(golden.name)")
      #expect(agree(evaluation.averagePrecisions, golden.precisions), "\(golden.name)")
      #expect(
        evaluation.classNames.indices.map { evaluation.curve(ofClass: $0) == nil }
          == golden.areas.map { $0 == nil })
      #expect((golden.curve == nil) == golden.areas.allSatisfy { $0 == nil })
      if let theirs = golden.curve {
        let curve = try #require(evaluation.curve(ofClass: theirs.class))
        #expect(agree(curve.points.map(\.falsePositiveRate), theirs.falsePositiveRates))
        #expect(agree(curve.points.map(\.recall), theirs.recalls))
        #expect(agree(curve.points.map(\.precision), theirs.precisions))
        #expect(curve.points.map(\.threshold) == curve.points.map(\.threshold).sorted(by: >))
        #expect(agree(curve.areaUnderROC, golden.areas[theirs.class]))
      }
    }
  }

  // Where a peer's value is wrong by its own definition.

  @Test func scikitLearnClipsLogLosses() throws {
    let clipped = try MetricGolden.cases().filter { golden in
      let theirs = try #require(golden.peers["log_loss"] ?? nil)
      let evaluation = try golden.evaluation()
      guard !agree(evaluation.logLoss, theirs) else { return false }
      // -ln p of the machine's epsilon is the most that a row can have.
      #expect(evaluation.losses.contains { $0 > 36.04 })
      return evaluation.logLoss > theirs
    }
    #expect(clipped.count >= 8)
  }

  @Test func torchmetricsGivesProbabilitiesOfOneABinOfTheirOwn() throws {
    let cases = try MetricGolden.cases().filter {
      guard let ours = $0.values["expected_calibration_error"] ?? nil,
        let theirs = $0.peers["expected_calibration_error"] ?? nil
      else { return false }
      return abs(ours - theirs) > 1e-9
    }
    #expect(!cases.isEmpty)
    for golden in cases {
      let evaluation = try golden.evaluation()
      #expect(
        evaluation.labels.indices.contains {
          evaluation.scores.probability(row: $0, class: evaluation.predictions[$0]) == 1
        })
    }
  }

  @Test func scikitLearnCallsACorrelationWithAConstantZero() throws {
    let cases = try MetricGolden.cases().filter { $0.values["matthews_correlation"] == .some(nil) }
    #expect(cases.count >= 6)
    #expect(cases.allSatisfy { $0.peers["matthews_correlation"] == 0 })
  }

  @Test func scikitLearnAveragesOverClassesOfRowsOfWeightZero() throws {
    let cases = try MetricGolden.cases().filter { golden in
      guard let ours = golden.values["macro_f1"] ?? nil,
        let theirs = golden.peers["macro_f1"] ?? nil
      else { return false }
      return abs(ours - theirs) > 1e-12
    }
    #expect(!cases.isEmpty && cases.allSatisfy { $0.weights?.contains(0) == true })
  }
}
