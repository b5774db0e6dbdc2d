// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

/// What statsmodels, scipy and scikit-learn say of pairs of classifiers (Tests/golden/make-comparison.py).
struct ComparisonGolden: Decodable {
  struct Outcome: Decodable {
    var counts: [Int]
    var pValue: Double
    var interval: [Double]
  }

  struct Models: Decodable {
    var name: String
    var labels: [Int]
    var weights: [Float]?
    var probabilities: [[Float]]
    var values: [[String: Double?]]
    var logLossDifference: [Double]?

    func evaluations() throws -> [Evaluation] {
      try probabilities.map { elements in
        try Evaluation(
          labels: labels,
          probabilities: Matrix(
            rowCount: labels.count, columnCount: elements.count / labels.count, elements: elements),
          sampleWeights: weights)
      }
    }
  }

  var outcomes: [Outcome]
  var models: [Models]

  static func read() throws -> ComparisonGolden {
    let url = try #require(
      Bundle.module.url(forResource: "comparison", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(ComparisonGolden.self, from: Data(contentsOf: url))
  }
}

@Suite struct ComparisonGoldenTests {
  @Test func pValuesAndIntervalsAreThoseOfThePeers() throws {
    let cases = try ComparisonGolden.read().outcomes
    #expect(cases.count == 20)
    for golden in cases {
      let outcomes = try PairedOutcomes(
        bothRight: golden.counts[0], onlyFirstRight: golden.counts[1],
        onlySecondRight: golden.counts[2], bothWrong: golden.counts[3])
      let p = outcomes.mcNemarPValue
      #expect(abs(p - golden.pValue) <= 1e-10 * golden.pValue, "\(golden.counts): \(p)")
      let interval = outcomes.accuracyDifferenceInterval
      #expect(abs(interval.lowerBound - golden.interval[0]) < 1e-9, "\(golden.counts)")
      #expect(abs(interval.upperBound - golden.interval[1]) < 1e-9, "\(golden.counts)")
      #expect(interval.contains(outcomes.accuracyDifference))
    }
  }

  @Test func metricsOfProbabilitiesAreThoseOfScikitLearn() throws {
    for golden in try ComparisonGolden.read().models {
      for (evaluation, values) in zip(try golden.evaluations(), golden.values) {
        #expect(values.count == 4)
        for (name, theirs) in values {
          let ours = try #require(try Metric.named(name).value(of: evaluation))
          // The logarithms of the probabilities are floats.
          guard let theirs else {
            #expect(ours == .infinity, "\(golden.name), \(name)")
            continue
          }
          #expect(abs(ours - theirs) < 1e-7, "\(golden.name), \(name): \(ours), not \(theirs)")
        }
      }
    }
  }

  @Test func differencesOfLogLossesHaveScipysInterval() throws {
    var count = 0
    for golden in try ComparisonGolden.read().models {
      let comparison = try Comparison(of: golden.evaluations())
      let difference = try #require(
        comparison.differences(of: [.named("log_loss")], from: 0, to: 1)[0])
      guard let theirs = golden.logLossDifference else {
        #expect(difference.value == .infinity && difference.interval == nil)
        continue
      }
      let interval = try #require(difference.interval)
      // Of 999 and of 40,000 resamples.
      let tolerance = 0.06 * (theirs[1] - theirs[0])
      #expect(abs(interval.lowerBound - theirs[0]) < tolerance, "\(golden.name): \(interval)")
      #expect(abs(interval.upperBound - theirs[1]) < tolerance, "\(golden.name): \(interval)")
      count += 1
    }
    #expect(count == 2)
  }
}
