// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct MetricIntervalTests {
  private func uniform(_ count: Int, seed: Int) -> [Double] {
    CounterBasedGenerator(seed: 4, epoch: seed).bits(inFirst: count).prefix(count).map {
      Double($0 >> 11) * 0x1p-53
    }
  }

  // Rows of three classes whose labels are drawn from their probabilities, each logit times `scale`.
  private func drawn(
    _ count: Int, seed: Int, scale: Float = 1, weights: [Float]? = nil
  ) throws -> Evaluation {
    let numbers = uniform(4 * count, seed: seed)
    var logits = Matrix(rowCount: count, columnCount: 3)
    for index in logits.elements.indices { logits.elements[index] = Float(4 * numbers[index]) }
    let probabilities = logits.softmax()
    let labels = (0..<count).map { row -> Int in
      let drawn = Float(numbers[3 * count + row])
      let first = probabilities[row, 0]
      return drawn < first ? 0 : drawn < first + probabilities[row, 1] ? 1 : 2
    }
    logits.elements = logits.elements.map { $0 * scale }
    return try Evaluation(labels: labels, logits: logits, sampleWeights: weights)
  }

  @Test func manyScoresAreRankedAsFewAre() throws {
    // Scores of every size, that differ in the last digits, tie, or are zeros of both signs.
    let numbers = uniform(6000, seed: 9)
    var scores = numbers.map { ($0 - 0.5) * 1e9 }
    for index in 0..<3000 where index % 3 != 0 {
      let unit = Double(index / 10)
      scores[index] = index % 3 == 1 ? unit : -unit - numbers[index] * 1e-12
    }
    scores[4000...4003] = [0.0, -0.0, .infinity, -.infinity]
    scores.swapAt(1, 4500)
    let sorted = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    var rows: [Int] = []
    var ends: [Int] = []
    Ranking(scores).walk { row, endsGroup in
      rows.append(row)
      if endsGroup { ends.append(rows.count) }
    }
    #expect(rows == sorted)
    let places = sorted.indices.dropFirst().filter { scores[sorted[$0]] != scores[sorted[$0 - 1]] }
    #expect(ends == places + [6000])
  }

  @Test func wilsonsIntervalCoversTheTrueAccuracy() throws {
    for (share, count) in [(0.9, 200), (0.6, 60), (0.97, 400)] {
      let covered = (0..<1000).count { seed in
        let right = uniform(count, seed: seed).count { $0 < share }
        let interval = wilsonInterval(
          share: Double(right) / Double(count), trials: Double(count))
        return interval.contains(share)
      }
      #expect(930...970 ~= covered, "\(covered) of 1,000 for \(share) and \(count) rows")
    }
  }

  @Test func wilsonsIntervalKnowsOfWeights() throws {
    // Half of the rows have three times the weight of the others: 160 of 200 rows count.
    var covered = 0
    for seed in 0..<1000 {
      let numbers = uniform(200, seed: seed)
      let evaluation = try Evaluation(
        labels: Array(repeating: 0, count: 200),
        logits: Matrix(numbers.map { $0 < 0.8 ? [1, 0] : [0, 1] }),
        sampleWeights: (0..<200).map { $0 % 2 == 0 ? 3 : 1 })
      if evaluation.accuracyInterval.contains(0.8) { covered += 1 }
    }
    #expect(930...970 ~= covered, "\(covered) of 1,000")
  }

  @Test func theBootstrapCoversTheTrueValue() throws {
    let metrics = [try Metric.named("balanced_accuracy"), .logLoss]
    // What the metrics are of all rows that could be drawn.
    let many = try drawn(200_000, seed: 1_000_000)
    let truth = metrics.map { $0.value(of: many) ?? .nan }
    var covered = [0, 0]
    for seed in 0..<60 {
      let intervals = try drawn(100, seed: seed).intervals(of: metrics)
      for (place, interval) in intervals.enumerated()
      where try #require(interval).contains(truth[place]) {
        covered[place] += 1
      }
    }
    #expect(covered.allSatisfy { 52...60 ~= $0 }, "\(covered) of 60")
  }

  @Test func intervalsDependOnTheSeedAlone() throws {
    let evaluation = try drawn(80, seed: 3, weights: (0..<80).map { Float($0 % 4) })
    let one = evaluation.intervals(of: Metric.all, execution: try Execution(threads: 1))
    let three = try drawn(80, seed: 3, weights: (0..<80).map { Float($0 % 4) })
      .intervals(of: Metric.all, execution: try Execution(threads: 3))
    #expect(one == three)
    #expect(one != evaluation.intervals(of: Metric.all, seed: 1))
    for (metric, interval) in zip(Metric.all, one) {
      guard metric.isBootstrapped || metric.name == "accuracy" else {
        #expect(interval == nil)
        continue
      }
      let value = try #require(metric.value(of: evaluation))
      #expect(try #require(interval).contains(value), "\(metric.name)")
    }
  }

  @Test func aMetricThatResamplesOftenLackHasNoInterval() throws {
    // The only row of its class is in 63 of 100 resamples.
    let evaluation = try Evaluation(
      labels: [0, 1, 1, 1, 1], logits: Matrix([[2, 1], [1, 2], [0, 2], [1, 1], [2, 1]]))
    let intervals = evaluation.intervals(of: [.rocAUC, .logLoss])
    #expect(intervals[0] == nil && intervals[1] != nil)
  }

  @Test func resamplingCountsRowsAsOftenAsTheyAreDrawn() throws {
    // Weights of a resample are those of a data set with repeated rows.
    let evaluation = try drawn(30, seed: 5)
    let counts = (0..<30).map { Float($0 % 3) }
    let weighted = Evaluation(evaluation, sampleWeights: counts)
    let rows = (0..<30).flatMap { Array(repeating: $0, count: $0 % 3) }
    let repeated = try Evaluation(
      labels: rows.map { evaluation.labels[$0] },
      logits: Matrix(rows.map { Array(evaluation.logits.row($0)) }))
    let drawn = ["expected_calibration_error_by_chance", "calibration_p_value"]
    for metric in Metric.all where !drawn.contains(metric.name) {
      let (one, other) = (metric.value(of: weighted), metric.value(of: repeated))
      #expect((one == nil) == (other == nil))
      if let one, let other { #expect(abs(one - other) < 1e-13, "\(metric.name)") }
    }
  }

  @Test func aCalibratedModelIsRarelyCalledMiscalibrated() throws {
    let significances = try (0..<80).map { try drawn(200, seed: $0).calibrationTest.significance }
    #expect(significances.count { $0 <= 0.05 } <= 9)
    #expect(significances.count { $0 <= 0.5 } >= 28)
    let overconfident = try drawn(300, seed: 1, scale: 3)
    #expect(overconfident.calibrationTest.significance <= 0.01)
    #expect(
      overconfident.calibrationTest.expectedError < (overconfident.reliability().error / 2))
  }

  @Test func chanceAloneMakesTheErrorOfACalibratedModel() throws {
    let errors = try (0..<200).map { try drawn(200, seed: $0).reliability().error }
    let mean = errors.reduce(0, +) / 200
    let expected = try drawn(200, seed: 1).calibrationTest.expectedError
    #expect(abs(mean - expected) < 0.15 * mean)
  }
}
