// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

/// What scikit-learn says of predictions (Tests/golden/make-evaluation-golden.py).
struct EvaluationGolden: Decodable, CustomTestStringConvertible {
  struct Normalized: Decodable {
    var `true`: [[Double]]
    var pred: [[Double]]
    var all: [[Double]]
  }

  struct Averages: Decodable {
    var macro: [Double]
    var weighted: [Double]
  }

  var name: String
  var classNames: [String]
  var labels: [Int]
  var logits: [[Double]]
  var predictions: [Int]
  var confusion: [[Int]]
  var normalized: Normalized
  var precision: [Double]
  var recall: [Double]
  var f1: [Double]
  var support: [Int]
  var averages: Averages
  var areas: [Double?]
  var macroArea: Double?
  var topK: [Double]
  var logLoss: Double

  var testDescription: String { name }

  static let cases: [EvaluationGolden] = {
    let url = Bundle.module.url(
      forResource: "scikit-learn", withExtension: "json", subdirectory: "Golden")
    let data = url.flatMap { try? Data(contentsOf: $0) } ?? Data()
    return (try? JSONDecoder().decode([EvaluationGolden].self, from: data)) ?? []
  }()

  func evaluation() throws -> Evaluation {
    try Evaluation(
      labels: labels, logits: Matrix(logits.map { $0.map(Float.init) }), classNames: classNames)
  }
}

@Suite struct EvaluationMetricsTests {
  private func agree(_ ours: [Double], _ theirs: [Double], within bound: Double = 1e-12) -> Bool {
    ours.count == theirs.count && zip(ours, theirs).allSatisfy { abs($0 - $1) <= bound }
  }

  @Test func thereAreGoldenCases() {
    #expect(EvaluationGolden.cases.count == 11)
  }

  @Test(arguments: EvaluationGolden.cases)
  func countsAreThoseOfScikitLearn(golden: EvaluationGolden) throws {
    let evaluation = try golden.evaluation()
    let matrix = evaluation.confusionMatrix
    #expect(evaluation.predictions == golden.predictions)
    let classes = matrix.classNames.indices
    for label in classes {
      #expect(
        classes.map { matrix[label: label, prediction: $0] } == golden.confusion[label])
    }
    #expect(
      matrix
        == (try ConfusionMatrix(
          labels: golden.labels, predictions: golden.predictions, classNames: golden.classNames)))
    let modes: [(ConfusionMatrix.Normalization, [[Double]])] = [
      (.labels, golden.normalized.true), (.predictions, golden.normalized.pred),
      (.all, golden.normalized.all),
    ]
    for (mode, rows) in modes {
      let theirs = matrix.cells.map { rows[$0.label][$0.prediction] }
      #expect(agree(matrix.shares(by: mode), theirs))
      #expect(rows.joined().count { $0 != 0 } == matrix.cells.count)
    }
  }

  @Test(arguments: EvaluationGolden.cases)
  func metricsAreThoseOfScikitLearn(golden: EvaluationGolden) throws {
    let matrix = try golden.evaluation().confusionMatrix
    #expect(agree(matrix.perClass.map(\.precision), golden.precision))
    #expect(agree(matrix.perClass.map(\.recall), golden.recall))
    #expect(agree(matrix.perClass.map(\.f1), golden.f1))
    #expect(matrix.perClass.map(\.support) == golden.support)
    for (ours, theirs) in [
      (matrix.macroAverage, golden.averages.macro),
      (matrix.weightedAverage, golden.averages.weighted),
    ] {
      #expect(agree([ours.precision, ours.recall, ours.f1], theirs))
      #expect(ours.support == golden.labels.count)
    }
  }

  @Test(arguments: EvaluationGolden.cases)
  func rankingsAreThoseOfScikitLearn(golden: EvaluationGolden) throws {
    let evaluation = try golden.evaluation()
    for (ours, theirs) in zip(evaluation.rocAUC, golden.areas) {
      #expect((ours == nil) == (theirs == nil))
      if let ours, let theirs { #expect(abs(ours - theirs) <= 1e-9) }
    }
    #expect((evaluation.rocAUCMacro == nil) == (golden.macroArea == nil))
    #expect((evaluation.rocAUCUndefinedReason != nil) == (golden.macroArea == nil))
    if let ours = evaluation.rocAUCMacro, let theirs = golden.macroArea {
      #expect(abs(ours - theirs) <= 1e-9)
    }
    #expect(agree(golden.topK.indices.map { evaluation.topKAccuracy($0 + 1) }, golden.topK))
    #expect(evaluation.topKAccuracy(golden.classNames.count) == 1)
    #expect(abs(evaluation.logLoss - golden.logLoss) <= 1e-6 * max(1, golden.logLoss))
  }

  @Test func equalProbabilitiesAreRankedByTheirIndex() throws {
    let evaluation = try Evaluation(
      labels: [0, 1, 2], logits: Matrix([[0, 0, 0], [0, 0, 0], [0, 0, 0]]))
    #expect(evaluation.predictions == [0, 0, 0])
    #expect((1...4).map { evaluation.topKAccuracy($0) } == [1.0 / 3, 2.0 / 3, 1, 1])
    // Nothing is known, so every pair is a tie.
    #expect(evaluation.rocAUC == [0.5, 0.5, 0.5])
  }

  @Test func ranksAreNotLostWhereProbabilitiesSaturate() throws {
    // The probabilities are 1, 0, 0, 0 but the third class is the second most probable.
    let evaluation = try Evaluation(labels: [2], logits: Matrix([[0, -200, -150, -300]]))
    #expect(evaluation.topKAccuracy(1) == 0 && evaluation.topKAccuracy(2) == 1)
    // Each class is the surer the higher its row, although its probability is 1 or 0 in all of them.
    let sure = try Evaluation(
      labels: [0, 1, 0, 1], logits: Matrix([[300, 0], [250, 0], [200, 0], [150, 0]]))
    #expect(sure.rocAUC == [0.75, 0.75])
    let rare = try Evaluation(
      labels: [1, 1, 0], logits: Matrix([[900, 100, 0], [800, 100, 0], [900, 0, 0]]))
    #expect(rare.rocAUC[1] == 1)
  }

  @Test func equalLogitsAreRankedByTheirIndexWhereverTheyStand() throws {
    func ranks(_ logits: [Float]) throws -> [Int] {
      try logits.indices.map { label in
        let evaluation = try Evaluation(labels: [label], logits: Matrix([logits]))
        return try #require((1...logits.count).first { evaluation.topKAccuracy($0) == 1 })
      }
    }
    #expect(try ranks([2, 2, 1, 2]) == [1, 2, 4, 3])
    #expect(try ranks([1, 3, 3, 1]) == [3, 1, 2, 4])
    #expect(try ranks([0, -0.0, 0]) == [1, 2, 3])
  }

  @Test func samplesTieWhereTheirLogitsAreTheSameInOtherPlaces() throws {
    // p of the first class is the same in both rows; its sum is taken in another order.
    let evaluation = try Evaluation(
      labels: [0, 1, 2, 3],
      logits: Matrix([
        [2, 0.1, 0.7, -1.3], [2, -1.3, 0.1, 0.7], [2, 0.7, -1.3, 0.1], [1, 0.7, 0.1, -1.3],
      ]))
    #expect(evaluation.rocAUC[0] == 2.0 / 3)
  }

  @Test func aSingleLogitOfZeroIsTheFirstClass() throws {
    let evaluation = try Evaluation(
      labels: [0, 1, 1, 0],
      logits: Matrix([[0], [-0.0], [.leastNonzeroMagnitude], [-.leastNonzeroMagnitude]]),
      outputFunction: .sigmoid)
    #expect(evaluation.classNames == ["0", "1"])
    #expect(evaluation.predictions == [0, 0, 1, 0])
    #expect(evaluation.topKAccuracy(1) == 0.75 && evaluation.topKAccuracy(2) == 1)
    // Pairs of a 1 and a 0: tied, won, won, won.
    #expect(evaluation.rocAUC == [0.875, 0.875])
    #expect(evaluation.probabilities.elements.allSatisfy { $0 == 0.5 })
  }

  @Test func aSigmoidOfEachClassIsRankedByItsLogit() throws {
    let evaluation = try Evaluation(
      labels: [0, 1, 2], logits: Matrix([[90, 95, 80], [50, 95, 40], [40, 60, 95]]),
      outputFunction: .sigmoid)
    #expect(evaluation.topKAccuracy(1) == 2.0 / 3 && evaluation.topKAccuracy(2) == 1)
    #expect(evaluation.rocAUC == [1, 0.75, 1])
  }

  @Test func aMatrixOfManyClassesKeepsThePairsThatOccur() throws {
    let names = (0..<65_536).map { "\($0)" }
    let matrix = try ConfusionMatrix(
      labels: [65_535, 3, 3, 3], predictions: [65_535, 7, 7, 3], classNames: names)
    #expect(
      matrix.cells.map { [$0.label, $0.prediction, $0.count] } == [
        [3, 3, 1], [3, 7, 2], [65_535, 65_535, 1],
      ])
    #expect(matrix[label: 3, prediction: 7] == 2 && matrix[label: 7, prediction: 3] == 0)
    #expect(matrix.correctCount == 2 && matrix.rowCount == 4)
    #expect(matrix.macroAverage.support == 4)
  }

  @Test func everyMetricHasItsNameAndOrder() throws {
    #expect(
      Metric.usual.map(\.name) == [
        "accuracy", "log_loss", "log_loss_skill", "macro_f1", "weighted_f1", "roc_auc_macro",
        "top_3_accuracy", "expected_calibration_error",
      ])
    let evaluation = try Evaluation(labels: [0, 0], logits: Matrix([[1, 0], [0, 1]]))
    #expect(
      Metric.usual.map { $0.value(of: evaluation) != nil }
        == [true, true, false, true, true, false, false, true])
    #expect(Metric.usual.compactMap { $0.undefinedReason(of: evaluation) }.count == 2)
  }

  @Test func whatIsUndefinedSaysWhy() throws {
    let evaluation = try Evaluation(
      labels: [0, 0], logits: Matrix([[1, 0], [0, 1]]), classNames: ["cat", "d\u{1b}og"])
    #expect(evaluation.rocAUC == [nil, nil])
    #expect(evaluation.rocAUCMacro == nil)
    #expect(
      evaluation.rocAUCUndefinedReason == #"the data hold no sample of "d\u{1B}og""#)
    #expect(evaluation.confusionMatrix.neverPredictedClasses.isEmpty)
    let certain = try Evaluation(labels: [0, 1, 1], logits: Matrix([[9, 0], [9, 0], [9, 0]]))
    #expect(certain.confusionMatrix.neverPredictedClasses == [1])
    #expect(certain.confusionMatrix.perClass[1].precision == 0)
  }

  @Test func equalityDoesNotDependOnWhatWasReadBefore() throws {
    let logits = try Matrix([[2, 1], [0, 1], [1, 0]])
    let read = try Evaluation(labels: [0, 1, 1], logits: logits)
    #expect(read.rocAUC == [0.75, 0.75])
    let unread = try Evaluation(labels: [0, 1, 1], logits: logits)
    #expect(read == unread && read.hashValue == unread.hashValue)
    #expect(read.rocAUC == [0.75, 0.75])
  }

  @Test func theMostConfusedPairsComeFirst() throws {
    let matrix = try ConfusionMatrix(
      labels: [0, 0, 0, 1, 1, 2, 2], predictions: [0, 1, 1, 2, 1, 0, 1])
    #expect(matrix.classNames == ["0", "1", "2"])
    #expect(
      matrix.mostConfused().map { [$0.label, $0.prediction, $0.count] }
        == [[0, 1, 2], [1, 2, 1], [2, 0, 1], [2, 1, 1]])
    #expect(matrix.mostConfused(1).count == 1)
    #expect(matrix.mostConfused(0).isEmpty)
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let logits = try Matrix([[1, 0], [0, 1]])
    func code(_ body: () throws -> Void) -> SoftmaxError.Code? {
      #expect(throws: SoftmaxError.self) { try body() }?.code
    }
    #expect(code { _ = try ConfusionMatrix(labels: [0], predictions: []) } == .shapeMismatch)
    #expect(
      code { _ = try ConfusionMatrix(labels: [2], predictions: [0], classNames: ["a", "b"]) }
        == .labelOutOfRange)
    #expect(code { _ = try ConfusionMatrix(labels: [0], predictions: [-1]) } == .labelOutOfRange)
    #expect(code { _ = try ConfusionMatrix(labels: [.max], predictions: [0]) } == .labelOutOfRange)
    #expect(code { _ = try ConfusionMatrix(labels: [-2], predictions: [-2]) } == .labelOutOfRange)
    #expect(
      code { _ = try ConfusionMatrix(labels: [.min], predictions: [.min]) } == .labelOutOfRange)
    #expect(
      code { _ = try ConfusionMatrix(labels: [], predictions: [], classNames: ["a", "a"]) }
        == .invalidArgument)
    #expect(code { _ = try Evaluation(labels: [], logits: logits) } == .invalidArgument)
    #expect(code { _ = try Evaluation(labels: [0], logits: logits) } == .shapeMismatch)
    #expect(code { _ = try Evaluation(labels: [0, 2], logits: logits) } == .labelOutOfRange)
    #expect(
      code { _ = try Evaluation(labels: [0, 1], logits: Matrix([[1, 0], [.nan, 1]])) }
        == .nonFiniteValue)
  }

  @Test func aMatrixOfNothingHasNoNaN() throws {
    let matrix = try ConfusionMatrix(labels: [], predictions: [], classNames: ["a", "b"])
    #expect(matrix.accuracy == 0 && matrix.macroAverage.f1 == 0 && matrix.weightedAverage.f1 == 0)
    #expect(matrix.shares(by: .all).isEmpty && matrix[label: 1, prediction: 0] == 0)
  }
}
