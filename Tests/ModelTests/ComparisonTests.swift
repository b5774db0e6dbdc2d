// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct ComparisonTests {
  private func uniform(_ count: Int, seed: Int) -> [Double] {
    CounterBasedGenerator(seed: 21, epoch: seed).bits(inFirst: count).prefix(count).map {
      Double($0 >> 11) * 0x1p-53
    }
  }

  // An evaluation of rows of class 0 of two, which is right where `right` says so.
  private func evaluation(_ right: [Bool], weights: [Float]? = nil) throws -> Evaluation {
    try Evaluation(
      labels: right.map { _ in 0 }, predictions: right.map { $0 ? 0 : 1 },
      classNames: ["a", "b"], sampleWeights: weights)
  }

  // Two classifiers that are right with given chances, on rows of which some are easy for both.
  private func pair(
    _ count: Int, _ first: Double, _ second: Double, easy: Double, seed: Int
  ) throws -> PairedOutcomes {
    let numbers = uniform(3 * count, seed: seed)
    func rightness(_ chance: Double, _ place: Int) -> [Bool] {
      (0..<count).map { numbers[$0] < easy || numbers[place * count + $0] < chance }
    }
    return try Comparison(of: [evaluation(rightness(first, 1)), evaluation(rightness(second, 2))])
      .outcomes(of: 0, and: 1)
  }

  @Test func mcNemarsTestSeldomRejectsEqualModels() throws {
    for (count, chance, easy) in [(200, 0.5, 0.8), (1000, 0.7, 0.5), (60, 0.5, 0.0)] {
      let rejected = try (0..<1000).count {
        try pair(count, chance, chance, easy: easy, seed: $0).mcNemarPValue <= 0.05
      }
      #expect(rejected <= 60, "\(rejected) of 1,000 with \(count) rows")
      // A test that never rejects tells nothing.
      #expect(rejected >= 5)
    }
    let rejected = try (0..<200).count {
      try pair(1000, 0.7, 0.9, easy: 0.5, seed: $0).mcNemarPValue <= 0.05
    }
    #expect(rejected == 200)
  }

  @Test func theIntervalCoversTheTrueDifference() throws {
    for (count, first, second, easy) in [
      (200, 0.6, 0.5, 0.5), (1000, 0.7, 0.7, 0.8), (60, 0.9, 0.5, 0.2),
    ] {
      let covered = try (0..<1000).count {
        try pair(count, first, second, easy: easy, seed: $0).accuracyDifferenceInterval
          .contains((second - first) * (1 - easy))
      }
      #expect(930...970 ~= covered, "\(covered) of 1,000 with \(count) rows")
    }
  }

  // Rows of three classes with the probabilities of two models, of which the second knows less if `noise` is greater.
  private func models(_ count: Int, noise: Double, seed: Int) throws -> [Evaluation] {
    let numbers = uniform(8 * count, seed: seed)
    var labels: [Int] = []
    var (first, second) = (
      Matrix(rowCount: count, columnCount: 3), Matrix(rowCount: count, columnCount: 3)
    )
    for row in 0..<count {
      let own = numbers[8 * row..<8 * row + 8].map { $0 }
      labels.append(Int(3 * own[0]))
      for index in 0..<3 {
        let truth = index == labels[row] ? 1.5 : 0
        first[row, index] = Float(truth + 2 * own[1 + index])
        second[row, index] = Float(truth + 2 * own[4 + index] * noise)
      }
    }
    return try [first, second].map { try Evaluation(labels: labels, logits: $0) }
  }

  @Test func thePairedBootstrapCoversTheTrueDifference() throws {
    let many = try Comparison(of: models(200_000, noise: 1.5, seed: 1_000_000)).evaluations
    let truth = many[1].logLoss - many[0].logLoss
    var covered = 0
    for seed in 0..<60 {
      let comparison = try Comparison(of: models(100, noise: 1.5, seed: seed))
      let difference = try #require(
        comparison.differences(of: [.logLoss], from: 0, to: 1)[0])
      if try #require(difference.interval).contains(truth) { covered += 1 }
    }
    #expect(52...60 ~= covered, "\(covered) of 60")
  }

  @Test func differencesOfTheSameRowsVaryLessThanTheLosses() throws {
    let model = try models(200, noise: 1, seed: 3)[0]
    var logits = model.logits
    for index in logits.elements.indices { logits.elements[index] *= 1.02 }
    let other = try Evaluation(labels: model.labels, logits: logits)
    let comparison = try Comparison(of: [model, other])
    let difference = try #require(comparison.differences(of: [.logLoss], from: 0, to: 1)[0])
    let paired = try #require(difference.interval)
    let alone = try #require(model.intervals(of: [.logLoss])[0])
    #expect(
      20 * (paired.upperBound - paired.lowerBound) < alone.upperBound - alone.lowerBound)
    #expect(difference.isBeyondChance == !paired.contains(0))
  }

  @Test func differencesDependOnTheSeedAlone() throws {
    let comparison = try Comparison(of: models(80, noise: 1.2, seed: 4))
    func intervals(_ threads: Int) throws -> [ClosedRange<Double>?] {
      let resamples = comparison.resamples(
        of: Metric.all, execution: try Execution(threads: threads))
      return Metric.all.map { resamples.interval(of: $0, in: 1, minus: 0) }
    }
    #expect(try intervals(1) == intervals(3))
    let metrics = Metric.all.filter { !$0.isAccuracy }
    let differences = comparison.differences(of: metrics, from: 0, to: 1)
    #expect(differences.map { $0?.interval } == Array(try intervals(2).dropFirst()))
    #expect(differences != comparison.differences(of: metrics, from: 0, to: 1, seed: 1))
    let reversed = comparison.differences(of: [.logLoss], from: 1, to: 0)[0]
    let difference = try #require(comparison.differences(of: [.logLoss], from: 0, to: 1)[0])
    #expect(reversed?.value == -difference.value)
    // The ends are exchanged.
    let (one, other) = (try #require(reversed?.interval), try #require(difference.interval))
    #expect(abs(one.lowerBound + other.upperBound) < 1e-12)
    #expect(abs(one.upperBound + other.lowerBound) < 1e-12)
  }

  @Test func equalModelsDoNotDiffer() throws {
    let model = try models(50, noise: 1, seed: 5)[0]
    let comparison = try Comparison(of: [model, model])
    #expect(comparison.rowsOfDisagreement.isEmpty)
    #expect(comparison.outcomes(of: 0, and: 1).mcNemarPValue == 1)
    let differences = comparison.differences(of: [.accuracy, .logLoss], from: 0, to: 1)
    #expect(differences.map { $0?.value } == [0, 0])
    #expect(differences.allSatisfy { $0?.isBeyondChance == false })
    #expect(differences[1]?.interval == 0...0)
    let z = 1.959963984540054
    let interval = try #require(differences[0]?.interval)
    #expect(abs(interval.upperBound - z * z / (50 + z * z)) < 1e-12)
    #expect(abs(interval.lowerBound + z * z / (50 + z * z)) < 1e-12)
  }

  @Test func classesAreMatchedByName() throws {
    let first = try Evaluation(
      labels: [0, 1, 2, 0], predictions: [0, 1, 0, 1], classNames: ["a", "b", "c"])
    let second = try Evaluation(
      labels: [3, 2, 0, 3], predictions: [3, 1, 3, 2], classNames: ["c", "d", "b", "a"])
    let comparison = try Comparison(of: [first, second], names: ["x", "y"])
    #expect(comparison.rowsOfDisagreement(of: 0, and: 1) == [1])
    #expect(comparison.outcomes(of: 0, and: 1).onlyFirstRight == 1)
    let other = try Evaluation(
      labels: [0, 1, 1, 0], predictions: [0, 1, 0, 1], classNames: ["a", "b"])
    let error = #expect(throws: SoftmaxError.self) {
      try Comparison(of: [first, other], names: ["x", "y"])
    }
    #expect(error?.location == .row(2, column: nil))
    #expect(error?.message == #"the true class is "b" for "y", "c" for "x""#)
  }

  @Test func otherRowsAreAnError() throws {
    let three = try evaluation([true, true, false])
    func code(_ evaluations: [Evaluation], _ names: [String]? = nil) -> SoftmaxError.Code? {
      do throws(SoftmaxError) {
        _ = try Comparison(of: evaluations, names: names)
        return nil
      } catch { return error.code }
    }
    #expect(code([three]) == .invalidArgument)
    #expect(code([three, three], ["x"]) == .shapeMismatch)
    #expect(code([three, try evaluation([true, true])]) == .shapeMismatch)
    let weighted = try evaluation([true, true, false], weights: [1, 2, 1])
    #expect(code([three, weighted]) == .invalidArgument)
    #expect(code([three, try evaluation([true, true, false], weights: [1, 1, 1])]) == nil)
    #expect(throws: SoftmaxError.self) {
      try PairedOutcomes(bothRight: 0, onlyFirstRight: 0, onlySecondRight: 0, bothWrong: 0)
    }
    #expect(throws: SoftmaxError.self) {
      try PairedOutcomes(bothRight: 5, onlyFirstRight: -1, onlySecondRight: 0, bothWrong: 0)
    }
  }

  @Test func rowsCountByTheirWeights() throws {
    let first = try evaluation([true, false, true, false], weights: [2, 3, 0, 5])
    let second = try evaluation([false, true, false, false], weights: [2, 3, 0, 5])
    let outcomes = try Comparison(of: [first, second]).outcomes(of: 0, and: 1)
    // The row of weight 0 does not count, the others once in the test.
    #expect(outcomes.rowCount == 3)
    #expect(outcomes.onlyFirstRight == 1 && outcomes.onlySecondRight == 1)
    #expect(abs(outcomes.accuracyDifference - 0.1) < 1e-15)
    // The interval is that of as many rows as the weights are worth.
    let alike = try PairedOutcomes(
      bothRight: 0, onlyFirstRight: 200, onlySecondRight: 300, bothWrong: 500)
    let many = try Comparison(
      of: [first, second].map { evaluation in
        try self.evaluation(
          (0..<4000).map { evaluation.predictions[$0 % 4] == 0 },
          weights: (0..<4000).map { [2, 3, 0, 5][$0 % 4] })
      }
    ).outcomes(of: 0, and: 1)
    #expect(many.accuracyDifference == alike.accuracyDifference)
    // (10 x 1000)^2 / (38 x 1000) rows.
    let ratio =
      (many.accuracyDifferenceInterval.upperBound - 0.1)
      / (alike.accuracyDifferenceInterval.upperBound - 0.1)
    #expect(abs(ratio - (1000 / (1e8 / 38_000)).squareRoot()) < 0.01)
  }

  @Test func theBestComesFirst() throws {
    let models = try models(200, noise: 3, seed: 6) + models(200, noise: 1, seed: 6)
    let rules = try Evaluation(
      labels: models[0].labels, predictions: models[0].labels, classNames: models[0].classNames)
    let comparison = try Comparison(of: [models[1], models[0], models[3], rules])
    // What has no log loss comes last, though it is right everywhere.
    #expect(comparison.ranking(by: .logLoss).last == 3)
    let losses = comparison.ranking(by: .logLoss).dropLast().map {
      comparison.evaluations[$0].logLoss
    }
    #expect(losses == losses.sorted())
    #expect(comparison.ranking(by: .accuracy).first == 3)
    #expect(!comparison.hasProbabilities)
    #expect(comparison.differences(of: [.logLoss], from: 0, to: 3) == [nil])
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    let rows = pairs.map { Set(comparison.rowsOfDisagreement(of: $0, and: $1)) }
    #expect(comparison.rowsOfDisagreement == rows.reduce(Set<Int>()) { $0.union($1) }.sorted())
    #expect(Set(rows.map(\.count)).count > 1)
  }

  @Test func predictedClassesAloneHaveTheMetricsThatNeedNoMore() throws {
    let rules = try Evaluation(
      labels: [0, 1, 1, 2], predictions: [0, 1, 0, 2], classNames: ["a", "b", "c"])
    #expect(rules.accuracy == 0.75 && rules.logLoss.isNaN && rules.rocAUC == [nil, nil, nil])
    #expect(rules.description == "accuracy 0.7500 [0.3006, 0.9544], 4 samples")
    let named = Metric.all.filter { $0.value(of: rules) != nil }.map(\.name)
    #expect(
      Set(named) == [
        "accuracy", "macro_f1", "weighted_f1", "balanced_accuracy", "cohen_kappa",
        "cohen_kappa_linear", "cohen_kappa_quadratic", "matthews_correlation",
      ])
    #expect(
      Metric.logLoss.undefinedReason(of: rules) == "only the predicted classes are known")
    #expect(rules.intervals(of: [.logLoss, .macroF1]).map { $0 == nil } == [true, false])
  }

  @Test func probabilitiesAreChecked() throws {
    func error(_ rows: [[Float]], labels: [Int] = [0, 1]) -> SoftmaxError? {
      do throws(SoftmaxError) {
        _ = try Evaluation(labels: labels, probabilities: Matrix(rows))
        return nil
      } catch { return error }
    }
    #expect(error([[0.9, 0.1], [0.34, 0.67]]) == nil)
    #expect(error([[0.9, 0.1], [0.6, 0.3]])?.location == .row(1, column: nil))
    #expect(error([[0.9, 0.1], [1.2, -0.2]])?.location == .row(1, column: 0))
    #expect(error([[0.9, .nan], [1, 0]])?.location == .row(0, column: 1))
    #expect(error([[0.9, 0.1]])?.code == .shapeMismatch)
    #expect(error([[0.9, 0.1], [1, 0]], labels: [0, 2])?.code == .labelOutOfRange)
    #expect(error([], labels: [])?.code != nil)
  }

  @Test func aTrueClassOfProbabilityZeroHasAnInfiniteLoss() throws {
    let certain = try Evaluation(
      labels: [0, 1, 1], probabilities: Matrix([[1, 0], [0, 1], [0.25, 0.75]]))
    #expect(abs(certain.logLoss + 0.75.logarithm / 3) < 1e-7)
    let wrong = try Evaluation(
      labels: [0, 1, 1], probabilities: Matrix([[1, 0], [1, 0], [0.25, 0.75]]))
    #expect(wrong.logLoss == .infinity && wrong.probabilities.row(1) == [1, 0])
    #expect(wrong.rocAUC == [0.75, 0.75])
    let comparison = try Comparison(of: [certain, wrong])
    let difference = try #require(comparison.differences(of: [.logLoss], from: 0, to: 1)[0])
    #expect(difference.value == .infinity && difference.interval == nil)
    #expect(
      try Comparison(of: [wrong, wrong]).differences(of: [.logLoss], from: 0, to: 1) == [nil])
    #expect(comparison.ranking(by: .logLoss) == [0, 1])
    #expect(wrong.intervals(of: [.logLoss])[0]?.upperBound == .infinity)
  }

  @Test func aModelMayPredictAnotherClassThanTheMostProbable() throws {
    let evaluation = try Evaluation(
      labels: [0, 1], probabilities: Matrix([[0.6, 0.4], [0.7, 0.3]]), predictions: [0, 1])
    #expect(evaluation.accuracy == 1)
    #expect(abs(evaluation.logLoss + (0.6.logarithm + 0.3.logarithm) / 2) < 1e-7)
  }
}

extension Double {
  fileprivate var logarithm: Double { ElementaryFunctions.logarithm(self) }
}
