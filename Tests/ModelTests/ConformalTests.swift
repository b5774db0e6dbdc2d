// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct ConformalTests {
  // The rows in an order drawn from a seed, in two halves.
  private func halves(of evaluation: Evaluation, seed: Int) throws -> [Evaluation] {
    let order = CounterBasedGenerator(seed: UInt64(seed)).permutation(of: evaluation.rowCount)
    let half = evaluation.rowCount / 2
    return try [order[..<half], order[half...]].map { rows in
      try Evaluation(
        labels: rows.map { evaluation.labels[$0] },
        logits: evaluation.logits.selecting(rows: rows), classNames: evaluation.classNames)
    }
  }

  // Models that are right, too sure, not sure enough, and one of many classes.
  private func models() throws -> [Evaluation] {
    try [
      drawnRows(2_000, seed: 1), drawnRows(2_000, seed: 2, scale: 4),
      drawnRows(2_000, seed: 3, scale: 0.3), drawnRows(2_000, classes: 9, seed: 4, spread: 12),
    ]
  }

  @Test(arguments: ConformalPredictor.Kind.all)
  func setsHoldTheTrueClassAsOftenAsStated(kind: ConformalPredictor.Kind) throws {
    for (place, model) in try models().enumerated() {
      for coverage in [0.9, 0.6] {
        var sum = 0.0
        for seed in 0..<20 {
          let parts = try halves(of: model, seed: seed)
          let conformal = try ConformalPredictor.fitted(
            to: parts[0], coverage: coverage, kind: kind, seed: UInt64(seed))
          let share = conformal.coverage(of: parts[1])
          #expect(abs(share - coverage) < 0.06, "\(kind.name), model \(place), split \(seed)")
          sum += share
        }
        #expect(abs(sum / 20 - coverage) < 0.015, "\(kind.name), model \(place): \(sum / 20)")
      }
    }
  }

  @Test func classWiseSetsCoverEachClass() throws {
    // Class 1 is rarely found: one threshold leaves it out where it is the truth.
    let drawn = try drawnRows(4_000, seed: 5)
    var logits = drawn.logits
    for row in 0..<4_000 { logits[row, 1] -= 2 }
    let model = try Evaluation(labels: drawn.labels, logits: logits)
    func coverages(_ kind: ConformalPredictor.Kind) throws -> [Double] {
      var sums = [0.0, 0, 0]
      for seed in 0..<20 {
        let parts = try halves(of: model, seed: seed)
        let sets = try ConformalPredictor.fitted(to: parts[0], kind: kind).sets(for: parts[1])
        for label in 0..<3 {
          let rows = parts[1].labels.indices.filter { parts[1].labels[$0] == label }
          sums[label] += Double(rows.count { sets[$0].contains(label) }) / Double(rows.count)
        }
      }
      return sums.map { $0 / 20 }
    }
    #expect(try coverages(.classWise).allSatisfy { abs($0 - 0.9) < 0.03 })
    #expect(try coverages(.plain)[1] < 0.8)
  }

  @Test func thresholdsAreThoseOfTheRowsInOrder() throws {
    // Nine rows of known probabilities of their class: with a tenth to come, 0.8 (9 + 1) are 8 rows.
    let shares = [0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
    let rows = try Evaluation(
      labels: shares.map { _ in 0 },
      logits: Matrix(shares.map { [Float(logit($0)), 0] }))
    let conformal = try ConformalPredictor.fitted(to: rows, coverage: 0.8)
    #expect(abs(conformal.thresholds[0] + logarithm(0.4)) < 1e-6)
    #expect(
      conformal.sets(for: rows) == [[0], [0], [0], [0], [0], [0, 1], [0, 1], [1, 0], [1]])
    // Of the next row more is known of nothing.
    let all = try ConformalPredictor.fitted(to: rows, coverage: 0.95)
    #expect(all.thresholds == [.infinity] && all.sets(for: rows).allSatisfy { $0.count == 2 })
    let classWise = try ConformalPredictor.fitted(to: rows, coverage: 0.8, kind: .classWise)
    #expect(classWise.thresholds == [conformal.thresholds[0], .infinity])
  }

  private func logarithm(_ x: Double) -> Double { ElementaryFunctions.logarithm(x) }
  private func logit(_ p: Double) -> Double { logarithm(p) - logarithm(1 - p) }

  @Test func aRowOfWeight2CountsLikeTwo() throws {
    let rows = try drawnRows(60, seed: 1)
    let weighted = Evaluation(rows, sampleWeights: Array(repeating: 2, count: 60))
    let one = try ConformalPredictor.fitted(to: rows)
    #expect(try ConformalPredictor.fitted(to: weighted).thresholds == one.thresholds)
    let counted = Evaluation(rows, sampleWeights: (0..<60).map { $0 < 30 ? 1 : 0 })
    let half = try Evaluation(
      labels: Array(rows.labels.prefix(30)), logits: rows.logits.selecting(rows: 0..<30))
    #expect(
      try ConformalPredictor.fitted(to: counted).thresholds
        == ConformalPredictor.fitted(to: half).thresholds)
  }

  @Test func anAdaptiveSetIsTheSameInAnyBatch() throws {
    let rows = try drawnRows(200, seed: 3)
    let conformal = try ConformalPredictor.fitted(to: rows, kind: .adaptive, seed: 4)
    let sets = conformal.sets(for: rows)
    for row in [0, 17, 199] {
      let alone = try Evaluation(
        labels: [rows.labels[row]], logits: rows.logits.selecting(rows: row..<row + 1))
      #expect(conformal.sets(for: alone)[0] == sets[row])
      // The most probable classes, in their order.
      #expect(sets[row] == Array(rank(rows, row).prefix(sets[row].count)))
    }
    let other = try ConformalPredictor.fitted(to: rows, kind: .adaptive, seed: 5)
    #expect(other.sets(for: rows) != sets)
  }

  private func rank(_ rows: Evaluation, _ row: Int) -> [Int] {
    rows.classNames.indices.sorted { rows.logits[row, $0] > rows.logits[row, $1] }
  }

  @Test func aPredictedRowHasTheSetOfTheJudgedOne() throws {
    let rows = try drawnRows(50, seed: 8)
    let data = try LabeledDataset(
      features: .floats(rows.logits), labels: rows.labels, classNames: rows.classNames)
    let model = try MLPClassifier(hiddenUnits: [4], epochs: 2).fitted(to: data)
    for classifier in [model, try model.calibrated(by: Calibration(temperature: 3))] {
      let evaluation = try classifier.evaluation(on: data)
      let predictions = try classifier.predictions(for: data.features)
      for kind in ConformalPredictor.Kind.all {
        let conformal = try ConformalPredictor.fitted(to: evaluation, coverage: 0.7, kind: kind)
        #expect(predictions.map(conformal.set) == conformal.sets(for: evaluation))
      }
    }
  }

  @Test func whatIsNoCoverageIsATypedError() throws {
    let rows = try drawnRows(30, seed: 1)
    for coverage in [0, 1, -0.5, .nan] {
      let error = #expect(throws: SoftmaxError.self) {
        try ConformalPredictor.fitted(to: rows, coverage: coverage)
      }
      #expect(error?.code == .invalidArgument)
    }
    let sigmoids = try Evaluation(
      labels: rows.labels, logits: rows.logits, outputFunction: .sigmoid)
    #expect(throws: SoftmaxError.self) { try ConformalPredictor.fitted(to: sigmoids) }
    for (kind, thresholds) in [
      ("plain", [0.1, 0.2]), ("class-wise", [1]), ("plain", [.nan]), ("odd", [1]),
    ] {
      #expect(throws: SoftmaxError.self) {
        try ConformalPredictor(
          kind: kind, coverage: 0.9, rowCount: 4, thresholds: thresholds, seed: 0,
          outputFunction: .softmax, classCount: 3)
      }
    }
  }
}
