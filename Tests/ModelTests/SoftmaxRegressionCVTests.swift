// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct SoftmaxRegressionCVTests {
  /// Three classes that overlap, so that a penalty between the ends is the best.
  private func overlapping(_ count: Int = 60) throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 8)
    var matrix = Matrix(rowCount: count, columnCount: 6)
    for row in 0..<count {
      for column in 0..<6 {
        matrix[row, column] = generator.uniform(at: UInt64(6 * row + column))
      }
      matrix[row, 0] += 0.5 * Float(row % 3)
    }
    return try LabeledDataset(
      features: .floats(matrix), labels: (0..<count).map { $0 % 3 },
      classNames: ["left", "right", "top"])
  }

  private func path(_ model: Classifier) throws -> PenaltyPath {
    try #require(model.trainingRecord?.penaltyPath)
  }

  private let few = [0.01, 1, 100]

  // MARK: The choice

  @Test func theModelIsTheOptimumOfTheChosenPenalty() throws {
    let data = try overlapping()
    let model = try SoftmaxRegressionCV().fitted(to: data)
    let path = try path(model)
    let chosen = try #require(path.chosen)
    #expect(path.points.min { $0.logLoss < $1.logLoss } == chosen)
    #expect(chosen.l2Penalty == SoftmaxRegression.l2Penalty(forC: chosen.c, sampleCount: 60))
    #expect(model.trainingRecord?.l2Penalty == chosen.l2Penalty)
    let given = try SoftmaxRegression(l2Penalty: chosen.l2Penalty).fitted(to: data)
    #expect(model.network == given.network)
    #expect(model.trainingRecord?.objectiveGap == given.trainingRecord?.objectiveGap)
  }

  /// The log losses of folds that are solved to their optima, one by one.
  private func logLosses(
    c: Double, on data: LabeledDataset, preprocessing: [PreprocessingStep]
  ) throws -> [(loss: Double, count: Double)] {
    try data.folds(5).map(\.judged).map { held in
      let training = data.selecting(rows: (0..<data.count).filter { !held.contains($0) })
      let penalty = SoftmaxRegression.l2Penalty(forC: c, on: training, loss: .crossEntropy)
      let model = try SoftmaxRegression(l2Penalty: penalty, preprocessing: preprocessing)
        .fitted(to: training)
      let others = data.selecting(rows: held)
      return (try model.evaluation(on: others).logLoss, Double(held.count))
    }
  }

  @Test(arguments: [[], [PreprocessingStep.standardize]])
  func aPointIsTheMeanOverTheFoldsWithItsStandardError(steps: [PreprocessingStep]) throws {
    let data = try overlapping(62)
    let model = try SoftmaxRegressionCV(cs: few, preprocessing: steps).fitted(to: data)
    for point in try path(model).points {
      let folds = try logLosses(c: point.c, on: data, preprocessing: steps)
      let mean = folds.reduce(0) { $0 + $1.loss * $1.count } / 62
      let squares = folds.reduce(0) { $0 + $1.count * ($1.loss - mean) * ($1.loss - mean) }
      #expect(abs(point.logLoss - mean) < 1e-3 * mean, "C \(point.c)")
      #expect(abs(point.standardError - (squares / 62 / 4).squareRoot()) < 1e-2 * mean)
    }
  }

  @Test func twoClassesAreChosenAsLogisticRegression() throws {
    let three = try overlapping()
    let data = three.selecting(rows: (0..<60).filter { $0 % 3 < 2 })
    let two = try data.replacing(labels: data.labels, classNames: ["left", "right"])
    let model = try SoftmaxRegressionCV(cs: few).fitted(to: two)
    for point in try path(model).points {
      let folds = try logLosses(c: point.c, on: two, preprocessing: [])
      let mean = folds.reduce(0) { $0 + $1.loss * $1.count } / Double(two.count)
      #expect(abs(point.logLoss - mean) < 1e-3 * mean, "C \(point.c)")
    }
  }

  @Test func theOneStandardErrorRuleTakesAStrongerPenaltyThatIsAsGood() throws {
    func point(_ c: Double, _ loss: Double) -> PenaltyPath.Point {
      PenaltyPath.Point(
        c: c, l2Penalty: 1 / c, logLoss: loss, standardError: 0.2, accuracy: 0.5)
    }
    func chosen(_ rule: Bool, _ losses: [Double]) -> Double? {
      PenaltyPath(
        points: losses.enumerated().map { point(Double($0.offset + 1), $0.element) },
        penaltyCount: losses.count, foldCount: 5, usesOneStandardErrorRule: rule
      ).chosen?.c
    }
    #expect(chosen(false, [1, 0.7, 0.55, 0.5, 0.6]) == 4)
    #expect(chosen(true, [1, 0.7, 0.55, 0.5, 0.6]) == 2)
    #expect(chosen(false, [0.5, 0.5]) == 1)
    #expect(chosen(true, []) == nil)
    let data = try overlapping()
    let least = try path(SoftmaxRegressionCV().fitted(to: data))
    let rule = try path(SoftmaxRegressionCV(usesOneStandardErrorRule: true).fitted(to: data))
    #expect(rule.points == least.points)
    #expect(try #require(rule.chosen).c <= #require(least.chosen).c)
  }

  @Test func thePathEndsWhereTheLogLossOfEveryFoldHasRisenTwice() throws {
    // Noise alone: the weaker the penalty, the worse.
    let generator = CounterBasedGenerator(seed: 3)
    let data = try LabeledDataset(
      features: .floats(
        Matrix(
          (0..<60).map { row in (0..<20).map { generator.uniform(at: UInt64(20 * row + $0)) } }
        )), labels: (0..<60).map { Int(generator.bits(at: UInt64(5000 + $0)) % 2) },
      classNames: ["a", "b"])
    let cs = [1e-3, 1, 10, 100, 1000, 1e4]
    let path = try path(SoftmaxRegressionCV(cs: cs.reversed()).fitted(to: data))
    #expect(path.penaltyCount == 6)
    #expect(3..<6 ~= path.points.count)
    #expect(path.points.map(\.c) == Array(cs.prefix(path.points.count)))
    #expect(path.chosen?.c == 1e-3)
  }

  // MARK: What does not change the choice

  @Test func theBitsDoNotDependOnTheThreads() throws {
    let data = try overlapping()
    let expected = try SoftmaxRegressionCV(cs: few).fitted(to: data, threads: 1)
    for threads in [2, 3, 7] {
      #expect(
        try SoftmaxRegressionCV(cs: few).fitted(to: data, threads: threads) == expected,
        "\(threads) threads")
    }
  }

  @Test func theRecordWithItsPathIsReadBack() throws {
    let record = try #require(
      SoftmaxRegressionCV(cs: few).fitted(to: overlapping()).trainingRecord)
    let read = try JSONDecoder().decode(
      TrainingRecord.self, from: JSONEncoder().encode(record))
    #expect(read == record)
    #expect(read.penaltyPath?.points.count == 3)
  }

  @Test func aWeightOfZeroLeavesASampleOutOfFoldsAndJudgement() throws {
    let data = try overlapping(66)
    let kept = data.selecting(rows: 0..<60)
    let weighted = try data.weighted(by: (0..<66).map { $0 < 60 ? 1 : 0 })
    let few = try path(SoftmaxRegressionCV(cs: few).fitted(to: kept))
    let all = try path(SoftmaxRegressionCV(cs: self.few).fitted(to: weighted))
    #expect(few.points.map(\.l2Penalty) == all.points.map(\.l2Penalty))
    #expect(few.chosen?.c == all.chosen?.c)
  }

  // MARK: Watching and going on

  private final class Witness: PenaltyObserver {
    var calls: [String] = []
    var stops = false

    func searchBegins(_ classifier: Classifier, trainedOn dataset: LabeledDataset) {
      calls.append("\(dataset.count) rows")
    }
    func pathAdvances(_ path: PenaltyPath) throws {
      calls.append("\(path.points.count)")
      if stops { throw SoftmaxError(.invalidArgument, "enough") }
    }
    func penaltyIsChosen(from path: PenaltyPath) { calls.append("chosen") }
  }

  @Test(arguments: [1, 2]) func anObserverSeesEachPenalty(threads: Int) throws {
    let witness = Witness()
    let execution = try Execution(threads: threads)
    _ = try SoftmaxRegressionCV(cs: few).fitted(
      to: overlapping(), validation: .fraction(0.2), execution: execution, observer: witness)
    #expect(witness.calls == ["48 rows", "1", "2", "3", "chosen"])
    witness.stops = true
    let error = #expect(throws: SoftmaxError.self) {
      try SoftmaxRegressionCV(cs: few).fitted(
        to: overlapping(), execution: execution, observer: witness)
    }
    #expect(error?.message == "enough")
  }

  @Test func aTrainingThatGoesOnDoesNotChooseAgain() throws {
    let data = try overlapping()
    let execution = try Execution(threads: 1)
    let estimator = SoftmaxRegressionCV(cs: few)
    let whole = try estimator.fitted(to: data)
    let witness = CheckpointWitness()
    _ = try estimator.fitted(to: data, callbacks: [witness])
    let checkpoint = try #require(witness.checkpoints.first)
    let observer = Witness()
    let resumed = try estimator.fitted(
      to: data, callbacks: [CheckpointWitness()], resuming: checkpoint, execution: execution,
      observer: observer)
    #expect(observer.calls == ["chosen"])
    #expect(resumed == whole)
    for other in [
      SoftmaxRegressionCV(cs: [1]), .init(cs: few, foldCount: 3),
      .init(cs: few, usesOneStandardErrorRule: true),
    ] {
      let error = #expect(throws: SoftmaxError.self) {
        try other.fitted(
          to: data, callbacks: [CheckpointWitness()], resuming: checkpoint, execution: execution,
          observer: observer)
      }
      #expect(error?.message.contains("another training") == true)
    }
    #expect(observer.calls == ["chosen"], "the error comes before the cross-validation")
  }

  @Test func aStartIsThatOfTheLastSolve() throws {
    let data = try overlapping()
    let estimator = SoftmaxRegressionCV(cs: few, preprocessing: [.standardize])
    let first = try estimator.fitted(to: data)
    let second = try estimator.fitted(to: data, startingFrom: first)
    #expect(second.pipeline == first.pipeline)
    #expect(try path(second).chosen?.c == path(first).chosen?.c)
    #expect(try #require(second.trainingRecord?.epochs) <= 2)
  }

  @Test func eachClassAgainstTheRestHasItsOwnPenalty() throws {
    let model = try OneVsRest(SoftmaxRegressionCV(cs: few)).fitted(to: overlapping())
    #expect(model.models.allSatisfy { $0.trainingRecord?.penaltyPath?.points.count == 3 })
  }

  @Test func whatCannotBeChosenFromIsAnError() throws {
    let data = try overlapping()
    for estimator in [
      SoftmaxRegressionCV(cs: []), .init(cs: [0]), .init(cs: [-1, 1]), .init(cs: [.infinity]),
      .init(foldCount: 1), .init(foldCount: 61), .init(iterations: -1),
    ] {
      let error = #expect(throws: SoftmaxError.self) { try estimator.fitted(to: data) }
      #expect(error?.code == .invalidArgument)
    }
  }
}
