// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

private struct TwoClasses: Decodable {
  let name: String
  let c: Double
  let labels: [Int]
  let weights: [Float]?
  let features: [[Float]]
  let objective: Double
  let weight: [Double]
  let bias: Double
}

@Suite struct SoftmaxRegressionTests {
  private func dataset(
    _ features: [[Float]], _ labels: [Int], classCount: Int, weights: [Float]? = nil
  ) throws -> LabeledDataset {
    let dataset = try LabeledDataset(
      features: .floats(Matrix(features)), labels: labels,
      classNames: (0..<classCount).map { "\($0)" })
    return if let weights { try dataset.weighted(by: weights) } else { dataset }
  }

  private func parameters(of model: Classifier) throws -> (weight: Matrix, bias: [Float]) {
    let layer = try #require(model.network.layers.last)
    return (try #require(layer.weight), try #require(layer.bias))
  }

  private func isNear(_ value: Double?, _ expected: Double, _ share: Double = 1e-9) -> Bool {
    abs((value ?? .nan) - expected) <= share * abs(expected)
  }

  /// Overlapping classes in two columns.
  private func overlapping(_ count: Int = 90) throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 6)
    func uniform(_ index: Int) -> Float { generator.uniform(at: UInt64(index)) }
    let labels = (0..<count).map { $0 % 3 }
    return try dataset(
      (0..<count).map { row in
        [uniform(2 * row) + 0.4 * Float(labels[row]), uniform(2 * row + 1) - 0.3 * Float(row % 3)]
      }, labels, classCount: 3)
  }

  // MARK: The optimum

  @Test func theOptimumIsThatOfScikitLearn() throws {
    for optimum in try GoldenOptimum.load() {
      let data = try dataset(optimum.features, optimum.labels, classCount: optimum.classes)
      let model = try SoftmaxRegression(l2Penalty: optimum.l2).fitted(to: data)
      let record = try #require(model.trainingRecord)
      #expect(isNear(record.objective, optimum.objective), "\(optimum.name)")
      let (weight, bias) = try parameters(of: model)
      let (value, _) = try SoftmaxRegression(l2Penalty: optimum.l2)
        .valueAndGradient(weight: weight, bias: bias, on: data)
      #expect(isNear(value, optimum.objective, 1e-6), "\(optimum.name)")
    }
  }

  @Test func theUsualPenaltyIsScikitLearnsCOfOne() throws {
    let optimum = try GoldenOptimum.load()[0]
    let data = try dataset(optimum.features, optimum.labels, classCount: 3)
    let usual = try SoftmaxRegression().fitted(to: data)
    #expect(usual == (try SoftmaxRegression(l2Penalty: optimum.l2).fitted(to: data)))
    #expect(usual.trainingRecord?.l2Penalty == 1.0 / 150)
  }

  @Test func twoClassesAreLogisticRegression() throws {
    for optimum in try GoldenOptima<TwoClasses>.load("logistic") {
      let data = try dataset(
        optimum.features, optimum.labels, classCount: 2, weights: optimum.weights)
      let penalty = SoftmaxRegression.l2Penalty(forC: optimum.c, on: data, loss: .crossEntropy)
      let estimator = SoftmaxRegression(l2Penalty: penalty)
      let model = try estimator.fitted(to: data)
      #expect(isNear(model.trainingRecord?.objective, optimum.objective), "\(optimum.name)")
      #expect(model.trainingRecord?.l2Penalty == penalty)
      if optimum.c == 1 { #expect(try model == SoftmaxRegression().fitted(to: data)) }
      let (weight, bias) = try parameters(of: model)
      for (column, expected) in optimum.weight.enumerated() {
        let difference = Double(weight[1, column] - weight[0, column])
        #expect(abs(difference - expected) < 5e-3 * max(1, abs(expected)), "\(optimum.name)")
      }
      #expect(isNear(Double(bias[1] - bias[0]), optimum.bias, 5e-3), "\(optimum.name)")
      let (value, gradient) = try estimator.valueAndGradient(weight: weight, bias: bias, on: data)
      #expect(isNear(value, optimum.objective, 1e-6), "\(optimum.name)")
      #expect(gradient.weight.elements.allSatisfy { abs($0) < 1e-4 }, "\(optimum.name)")
    }
  }

  // MARK: What does not change the answer

  @Test func weightsAndBiasesSumToZeroOverTheClasses() throws {
    let start = try MLPClassifier(hiddenUnits: [], epochs: 1, seed: 3).fitted(to: overlapping())
    for penalty in [nil, 0] as [Double?] {
      let model = try SoftmaxRegression(l2Penalty: penalty)
        .fitted(to: overlapping(), startingFrom: start)
      let (weight, bias) = try parameters(of: model)
      for column in 0..<2 {
        let column = (0..<3).map { weight[$0, column] }
        #expect(abs(column.reduce(0, +)) < 1e-6 * (column.map(abs).max() ?? 0))
      }
      #expect(abs(bias.reduce(0, +)) < 1e-6 * (bias.map(abs).max() ?? 0))
    }
  }

  @Test func anotherOrderOfTheClassesGivesTheSameAnswerInThatOrder() throws {
    let data = try overlapping()
    let turned = try dataset(
      (0..<data.count).map { Array(data.features.row($0)) }, data.labels.map { 2 - $0 },
      classCount: 3)
    let first = try SoftmaxRegression().fitted(to: data).probabilities(for: data.features)
    let second = try SoftmaxRegression().fitted(to: turned).probabilities(for: data.features)
    for row in 0..<data.count {
      for (p, q) in zip(first.row(row), second.row(row).reversed()) { #expect(abs(p - q) < 1e-4) }
    }
  }

  @Test func aWeightOfThreeIsASampleThreeTimes() throws {
    let data = try overlapping()
    let counts = data.labels.indices.map { 1 + 2 * ($0 % 2) }
    let repeated = data.selecting(
      rows: counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) })
    let weighted = try data.weighted(by: counts.map { Float($0) })
    let first = try SoftmaxRegression().fitted(to: repeated)
    let second = try SoftmaxRegression().fitted(to: weighted)
    #expect(first.trainingRecord?.l2Penalty == second.trainingRecord?.l2Penalty)
    #expect(
      isNear(second.trainingRecord?.objective, try #require(first.trainingRecord?.objective), 1e-6))
    let (p, q) = try (
      first.probabilities(for: data.features), second.probabilities(for: data.features)
    )
    #expect(zip(p.elements, q.elements).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func theStartDoesNotChangeTheOptimum() throws {
    let data = try overlapping()
    let model = try SoftmaxRegression().fitted(to: data)
    let elsewhere = try MLPClassifier(hiddenUnits: [], epochs: 3, seed: 9).fitted(to: data)
    let other = try SoftmaxRegression().fitted(to: data, startingFrom: elsewhere)
    #expect(
      isNear(other.trainingRecord?.objective, try #require(model.trainingRecord?.objective), 1e-6))
    let again = try SoftmaxRegression().fitted(to: data, startingFrom: model)
    #expect(try #require(again.trainingRecord?.epochs) <= 2, "it begins at the optimum")
  }

  // MARK: The certificate

  @Test func theRecordSaysHowTheSolveEnded() throws {
    let record = try #require(SoftmaxRegression().fitted(to: overlapping()).trainingRecord)
    #expect(record.optimizer == "Newton-CG")
    #expect(record.unit == .iteration)
    #expect(record.isConverged == true)
    #expect(try #require(record.gradientNorm) < 1e-5)
    #expect(0...1e-5 ~= (try #require(record.objectiveGap)))
    #expect(try #require(record.evaluations) > record.epochs)
    let short = try #require(
      SoftmaxRegression(iterations: 1).fitted(to: overlapping()).trainingRecord)
    #expect(short.epochs == 1 && short.isConverged == false)
    #expect(try #require(short.objective) > #require(record.objective))
  }

  @Test func aRecordWithoutACertificateIsReadAsBefore() throws {
    let model = try SoftmaxRegression().fitted(to: overlapping())
    let record = try #require(model.trainingRecord)
    let json = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(record)) as? [String: Any])
    #expect(
      try JSONDecoder().decode(TrainingRecord.self, from: JSONEncoder().encode(record)) == record)
    let old = json.filter {
      !["objective", "objectiveGap", "gradientNorm", "evaluations", "isConverged"].contains($0.key)
    }
    let read = try JSONDecoder().decode(
      TrainingRecord.self, from: JSONSerialization.data(withJSONObject: old))
    #expect(read.objective == nil && read.isConverged == nil && read.epochs == record.epochs)
  }

  @Test func manyParametersAreSolvedByLBFGS() throws {
    #expect(SolverChoice(parameterCount: 8192).solver is NewtonCG)
    let choice = SolverChoice(parameterCount: 8193)
    #expect(choice.solver is LBFGS && !choice.factorsHessian)
    #expect(choice.reason == "8,193 parameters, more than 8,192")
    let generator = CounterBasedGenerator(seed: 1)
    let data = try dataset(
      (0..<12).map { row in (0..<4100).map { generator.uniform(at: UInt64(4100 * row + $0)) } },
      (0..<12).map { $0 % 2 }, classCount: 2)
    let record = try #require(SoftmaxRegression(l2Penalty: 1).fitted(to: data).trainingRecord)
    #expect(record.optimizer == "L-BFGS" && record.isConverged == true)
  }

  // MARK: Watching and going on

  @Test func progressCallbacksAndValidationSeeTheIterations() throws {
    var numbers: [Int] = []
    var losses: [Double] = []
    let model = try SoftmaxRegression().fitted(
      to: overlapping(), validation: .fraction(0.3),
      callbacks: [
        .onEpochEnd { status in
          losses.append(try #require(status.history.epochs.last?.validation?.loss))
          return status.history.epochs.count == 3 ? .stop("enough") : .proceed
        }
      ], onProgress: { numbers.append($0.epoch) })
    #expect(numbers == [1, 2, 3])
    #expect(losses.count == 3)
    #expect(model.trainingRecord?.epochs == 3 && model.trainingRecord?.rowCount == 63)
  }

  @Test(arguments: [1, 2])
  func aSolveThatIsInterruptedEndsAsIfItNeverWas(threads: Int) throws {
    let data = try overlapping()
    let whole = try SoftmaxRegression().fitted(to: data, threads: 1)
    let witness = CheckpointWitness()
    _ = try SoftmaxRegression(iterations: 2).fitted(to: data, callbacks: [witness])
    let resumed = try SoftmaxRegression().fitted(
      to: data, callbacks: [CheckpointWitness()], resuming: witness.checkpoints.last,
      threads: threads)
    #expect(resumed == whole)
    let error = #expect(throws: SoftmaxError.self) {
      try SoftmaxRegression(l2Penalty: 1).fitted(to: data, resuming: witness.checkpoints.last)
    }
    #expect(error?.message.contains("L2 penalty") == true)
  }

  @Test func whatCannotBeSolvedIsAnError() throws {
    let data = try overlapping()
    for estimator in [SoftmaxRegression(l2Penalty: -1), SoftmaxRegression(iterations: -1)] {
      let error = #expect(throws: SoftmaxError.self) { try estimator.fitted(to: data) }
      #expect(error?.code == .invalidArgument)
    }
    let hidden = try MLPClassifier(hiddenUnits: [4], epochs: 1).fitted(to: data)
    #expect(throws: SoftmaxError.self) {
      try SoftmaxRegression().fitted(to: data, startingFrom: hidden)
    }
  }
}
