// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// The optimum of each class against the rest (Tests/golden/make-one-vs-rest.py).
private struct BinaryOptima: Decodable {
  let name: String
  let objectives: [Double]
  let weight: [[Double]]
  let bias: [Double]
  /// Those of every 29th row.
  let probabilities: [[Double]]
}

/// `SoftmaxRegression` with the loss of one class against the rest.
@Suite struct OneVsRestTests {
  private let estimator = SoftmaxRegression(loss: .oneVsRest(), l2Penalty: 0.01)

  private func parameters(of model: Classifier) throws -> (weight: Matrix, bias: [Float]) {
    let layer = try #require(model.network.layers.last)
    return (try #require(layer.weight), try #require(layer.bias))
  }

  private func objective(of model: Classifier) throws -> Double {
    try #require(model.trainingRecord?.objective)
  }

  // MARK: The loss and the probabilities

  @Test func theLossIsTheSumOfTheBinaryCrossEntropies() throws {
    let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
    let sum = try Loss.oneVsRest().value(of: .labels([0, 1]), logits: logits)
    let mean = try Loss.binaryCrossEntropy().value(of: .labels([0, 1]), logits: logits)
    #expect(abs(sum.loss - 3 * mean.loss) < 1e-6)
    for (s, m) in zip(sum.gradient.elements, mean.gradient.elements) {
      #expect(abs(s - 3 * m) < 1e-6)
    }
  }

  @Test func probabilitiesAreTheSharesOfTheSigmoids() throws {
    let logits = try Matrix([[3, 1, -3], [-200, -200, -200], [-90, -95, -100], [60, 50, -1]])
    let probabilities = OutputFunction.oneVsRest.probabilities(of: logits)
    let losses = try Evaluation(
      labels: [1, 1, 2, 1], logits: logits, outputFunction: .oneVsRest
    ).losses
    let sigmoids: [Double] = [3.0, 1, -3].map { 1 / (1 + exp(-$0)) }
    let total = sigmoids.reduce(0, +)
    for (p, s) in zip(probabilities.row(0), sigmoids) {
      #expect(abs(Double(p) - s / total) < 1e-6)
    }
    #expect(abs(losses[0] + log(sigmoids[1] / total)) < 1e-6)
    // All of them round to 0.
    let third: Float = 1 / 3
    #expect(probabilities.row(1).allSatisfy { $0 == third })
    // The logarithm is that of the exact probability.
    let others: Double = exp(-5.0) + exp(-10.0)
    let exact: Double = 10 + log(1 + others)
    #expect(abs(losses[2] - exact) < 1e-5)
    // Two sigmoids round to 1, and the logits still tell the class.
    #expect(OutputFunction.oneVsRest.classes(of: logits)[3] == 0)
  }

  @Test func anEvaluationRanksByTheProbabilities() throws {
    // By its logit the first sample would come first; by its probability it is second.
    let logits = try Matrix([[2, 3], [1, -4], [-1, 0], [-2, 4]])
    let evaluation = try Evaluation(
      labels: [1, 0, 1, 1], logits: logits, outputFunction: .oneVsRest)
    #expect(evaluation.rocAUC[0] == 1)
    let byLogits = try Evaluation(labels: [1, 0, 1, 1], logits: logits, outputFunction: .sigmoid)
    #expect(try #require(byLogits.rocAUC[0]) < 1)
  }

  @Test func aPerceptronLearnsByItInBatches() throws {
    let model = try MLPClassifier(
      hiddenUnits: [6], loss: .oneVsRest(), optimizer: .adam(learningRate: 0.05), epochs: 20
    ).fitted(to: clouds(30))
    #expect(model.outputFunction == .oneVsRest && model.network.outputCount == 3)
    #expect(try model.score(on: clouds(20, seed: 4)) > 0.95)
  }

  @Test func rowsAloneAndTogetherHaveTheSameBits() throws {
    let data = try clouds(30)
    let model = try estimator.fitted(to: data)
    let together = try model.probabilities(for: data.features)
    let predictions = try model.predictions(for: data.features)
    #expect(predictions.flatMap(\.probabilities) == together.elements)
    var session = try model.predictor().session()
    var alone = [Float](repeating: 0, count: 3)
    for row in 0..<data.count {
      try session.probabilities(for: Array(data.features.row(row)), into: &alone)
      #expect(alone == Array(together.row(row)))
      #expect(abs(alone.reduce(0, +) - 1) < 1e-6)
    }
  }

  // MARK: The optimum

  @Test func theOptimumIsThatOfScikitLearnForEachClass() throws {
    let data = try GoldenOptimum.load()
    for (golden, optimum) in zip(data, try GoldenOptima<BinaryOptima>.load("one-vs-rest")) {
      #expect(golden.name == optimum.name)
      let rows = try golden.dataset()
      let model = try SoftmaxRegression(loss: .oneVsRest(), l2Penalty: golden.l2).fitted(to: rows)
      let expected = optimum.objectives.reduce(0, +)
      #expect(try abs(objective(of: model) - expected) <= 1e-9 * expected, "\(optimum.name)")
      #expect(model.trainingRecord?.isConverged == true, "\(optimum.name)")
      #expect(model.trainingRecord?.l2Penalty == golden.l2)
      #expect(try #require(model.trainingRecord?.objectiveGap) < 1e-6 * expected)
      let (weight, bias) = try parameters(of: model)
      for unit in 0..<golden.classes {
        for (w, v) in zip(weight.row(unit), optimum.weight[unit]) {
          #expect(abs(Double(w) - v) < 1e-3 * max(1, abs(v)), "\(optimum.name)")
        }
        let b = optimum.bias[unit]
        #expect(abs(Double(bias[unit]) - b) < 1e-2 * max(1, abs(b)), "\(optimum.name)")
      }
      let probabilities = try model.probabilities(for: rows.features)
      for (place, p) in optimum.probabilities.enumerated() {
        for (q, p) in zip(probabilities.row(29 * place), p) { #expect(abs(Double(q) - p) < 1e-4) }
      }
    }
  }

  @Test func itIsTheAnswerOfSeparateModels() throws {
    let data = try triangle(count: 120)
    let joint = try estimator.fitted(to: data)
    let separate = try OneVsRest(SoftmaxRegression(l2Penalty: 0.01)).fitted(to: data)
    let sum = try separate.models.reduce(0) { try $0 + objective(of: $1) }
    #expect(try abs(objective(of: joint) - sum) < 1e-8)
    let (p, q) = try (
      joint.probabilities(for: data.features), separate.probabilities(for: data.features)
    )
    for (a, b) in zip(p.elements, q.elements) { #expect(abs(a - b) < 1e-4) }
    let (one, other) = try (joint.evaluation(on: data), separate.evaluation(on: data))
    #expect(abs(one.logLoss - other.logLoss) < 1e-4 && one.predictions == other.predictions)
  }

  @Test func twoClassesAreTheSameModelTwice() throws {
    let three = try triangle(count: 90)
    let data = try LabeledDataset(
      features: three.features, labels: three.labels.map { $0 == 0 ? 0 : 1 },
      classNames: ["left", "other"])
    let model = try estimator.fitted(to: data)
    let logistic = try SoftmaxRegression(l2Penalty: 0.01).fitted(to: data)
    #expect(try abs(objective(of: model) - 2 * objective(of: logistic)) < 1e-8)
    let (p, q) = try (
      model.probabilities(for: data.features), logistic.probabilities(for: data.features)
    )
    for (a, b) in zip(p.elements, q.elements) { #expect(abs(a - b) < 1e-4) }
  }

  @Test(arguments: [SparseCase(), SparseCase(columns: 60, classes: 40)])
  func sparseRowsGiveTheAnswerOfFullOnes(_ test: SparseCase) throws {
    let (sparse, full) = try test.datasets()
    let (first, second) = try (estimator.fitted(to: sparse), estimator.fitted(to: full))
    #expect(try abs(objective(of: first) - objective(of: second)) < 1e-9 * objective(of: first))
    #expect(first.trainingRecord?.isConverged == true)
    #expect(try #require(first.trainingRecord?.objectiveGap) < 1e-6)
  }

  @Test func manyParametersAreSolvedByLBFGS() throws {
    let (_, full) = try SparseCase(rows: 100, columns: 700, classes: 12).datasets()
    let model = try estimator.fitted(to: full)
    #expect(model.trainingRecord?.optimizer == "L-BFGS")
    #expect(model.trainingRecord?.isConverged == true)
    let separate = try OneVsRest(SoftmaxRegression(l2Penalty: 0.01)).fitted(to: full)
    let sum = try separate.models.reduce(0) { try $0 + objective(of: $1) }
    #expect(try abs(objective(of: model) - sum) < 1e-7)
  }

  @Test func theGapIsNoLessThanTheDistanceToTheOptimum() throws {
    for data in [try triangle(count: 120), try SparseCase().datasets().sparse] {
      let best = try objective(of: estimator.fitted(to: data))
      var bounds = 0
      for iterations in 1...4 {
        var early = estimator
        early.iterations = iterations
        let record = try #require(early.fitted(to: data).trainingRecord)
        guard let gap = record.objectiveGap else { continue }
        #expect(gap >= (try #require(record.objective)) - best - 1e-12)
        bounds += 1
      }
      #expect(bounds > 1)
    }
  }

  // MARK: What does not change the answer

  @Test func aWeightOfThreeIsASampleThreeTimes() throws {
    let data = try triangle(count: 90)
    let counts = data.labels.map { $0 == 1 ? 3 : 1 }
    let repeated = data.selecting(
      rows: counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) })
    let expected = try objective(of: estimator.fitted(to: repeated))
    let weighted = try data.weighted(by: counts.map { Float($0) })
    #expect(try abs(objective(of: estimator.fitted(to: weighted)) - expected) < 1e-8)
    var ofClasses = estimator
    ofClasses.loss = .oneVsRest(classWeights: [1, 3, 1])
    #expect(try abs(objective(of: ofClasses.fitted(to: data)) - expected) < 1e-8)
  }

  @Test func oneHotTargetsAreTheLabels() throws {
    let data = try triangle(count: 60)
    var targets = Matrix(rowCount: 60, columnCount: 3)
    for (row, label) in data.labels.enumerated() { targets[row, label] = 1 }
    let soft = try LabeledDataset(
      features: data.features, distributions: targets, classNames: data.classNames)
    let (first, second) = try (estimator.fitted(to: data), estimator.fitted(to: soft))
    #expect(try objective(of: first) == objective(of: second))
  }

  @Test func theBitsDependNeitherOnThreadsNorOnInstructions() throws {
    for data in [try clouds(400), try SparseCase(rows: 600).datasets().sparse] {
      let expected = try estimator.fitted(
        to: data, execution: Execution(threads: 1, instructionSet: .scalar))
      for set in InstructionSet.allCases where set.isSupported {
        for threads in [1, 2, 3] {
          let model = try estimator.fitted(
            to: data, execution: Execution(threads: threads, instructionSet: set))
          #expect(model == expected, "\(set), \(threads) threads")
        }
      }
    }
  }

  @Test func aSolveThatIsInterruptedEndsAsIfItNeverWas() throws {
    for data in [try clouds(60), try SparseCase().datasets().sparse] {
      let whole = try estimator.fitted(to: data)
      let witness = CheckpointWitness()
      var first = estimator
      first.iterations = 2
      _ = try first.fitted(to: data, callbacks: [witness])
      let checkpoint = try #require(witness.checkpoints.last)
      #expect(checkpoint.outputFunction == .oneVsRest)
      let resumed = try estimator.fitted(
        to: data, callbacks: [CheckpointWitness()], resuming: checkpoint, threads: 2)
      #expect(resumed == whole)
    }
  }

  // MARK: What is not there

  @Test func separableClassesWithoutAPenaltyAreFound() throws {
    var free = estimator
    free.l2Penalty = 0
    let record = try #require(free.fitted(to: clouds(20)).trainingRecord)
    #expect(record.isSeparable == true && record.isConverged == false)
  }

  @Test func whatCannotBeSolvedIsAnError() throws {
    let data = try triangle(count: 30)
    for estimator in [
      SoftmaxRegression(loss: .oneVsRest(), l1Penalty: 0.1), .init(loss: .squared),
      .init(loss: .binaryCrossEntropy()),
    ] {
      let error = #expect(throws: SoftmaxError.self) { try estimator.fitted(to: data) }
      #expect(error?.code == .unsupported)
    }
    let error = #expect(throws: SoftmaxError.self) {
      try SoftmaxRegressionCV().fitted(to: data, loss: .oneVsRest(), execution: Execution())
    }
    #expect(error?.code == .unsupported)
    #expect(throws: SoftmaxError.self) {
      try Sequential(input: [5]) { Dense(3, activation: .softmax) }.valueAndGradient(
        of: .oneVsRest(), on: data)
    }
  }
}
