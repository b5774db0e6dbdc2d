// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// `SoftmaxRegression` with an L1 penalty.
@Suite struct SparseRegressionTests {
  private func parameters(of model: Classifier) throws -> (weight: Matrix, bias: [Float]) {
    let layer = try #require(model.network.layers.last)
    return (try #require(layer.weight), try #require(layer.bias))
  }

  private func objective(of model: Classifier) throws -> Double {
    try #require(model.trainingRecord?.objective)
  }

  private func digits() throws -> LabeledDataset {
    try #require(try GoldenOptimum.load("sparse-optima").first { $0.name == "digits" }).dataset()
  }

  // A penalty at which the answer is unique, and some weights are 0.
  private let estimator = SoftmaxRegression(l1Penalty: 0.01, l2Penalty: 0.01)

  @Test func weightsAndZerosAreThoseOfScikitLearn() throws {
    for optimum in try GoldenOptimum.load("sparse-optima") {
      let model = try SoftmaxRegression(l1Penalty: optimum.l1Penalty, l2Penalty: optimum.l2)
        .fitted(to: optimum.dataset())
      #expect(try abs(objective(of: model) - optimum.objective) <= 1e-8 * optimum.objective)
      let (weight, bias) = try parameters(of: model)
      let isDifference = optimum.classes == 2
      for (unit, row) in optimum.weight.enumerated() {
        for (column, expected) in row.enumerated() {
          let w = isDifference ? weight[1, column] - weight[0, column] : weight[unit, column]
          #expect(abs(Double(w) - expected) < 1e-3 * max(1, abs(expected)), "\(optimum.name)")
          // Near 0 the peer may not have reached the zero, or left it.
          if abs(expected) > 1e-4 { #expect(w != 0, "\(optimum.name)") }
          if expected == 0 { #expect(abs(w) < 1e-4, "\(optimum.name)") }
        }
      }
      for (unit, expected) in optimum.bias.enumerated() {
        let b = isDifference ? bias[1] - bias[0] : bias[unit]
        #expect(abs(Double(b) - expected) < 1e-2 * max(1, abs(expected)), "\(optimum.name)")
      }
    }
  }

  @Test func twoClassesHaveOppositeWeightsAndTheSameZeros() throws {
    let optimum = try #require(try GoldenOptimum.load("sparse-optima").first { $0.classes == 2 })
    let model = try SoftmaxRegression(l1Penalty: optimum.l1Penalty).fitted(to: optimum.dataset())
    let (weight, _) = try parameters(of: model)
    for column in 0..<weight.columnCount { #expect(weight[0, column] == -weight[1, column]) }
    #expect(weight.row(0).contains(0) && weight.row(0).contains { $0 != 0 })
    let record = try #require(model.trainingRecord)
    #expect(record.l1Penalty == optimum.l1Penalty && record.l2Penalty == 0)
    #expect(record.optimizer == "proximal Newton" && record.isConverged == true)
  }

  @Test func withAnL1PenaltyTheUsualL2PenaltyIsNone() throws {
    let data = try triangle(count: 90)
    let usual = try SoftmaxRegression(l1Penalty: 0.02).fitted(to: data)
    #expect(try usual == SoftmaxRegression(l1Penalty: 0.02, l2Penalty: 0).fitted(to: data))
  }

  @Test func theValueAtTheModelIsTheObjective() throws {
    for optimum in try GoldenOptimum.load("sparse-optima") {
      let estimator = SoftmaxRegression(l1Penalty: optimum.l1Penalty, l2Penalty: optimum.l2)
      let data = try optimum.dataset()
      let model = try estimator.fitted(to: data)
      let (weight, bias) = try parameters(of: model)
      let value = try estimator.valueAndGradient(weight: weight, bias: bias, on: data).value
      #expect(abs(value - optimum.objective) < 1e-6, "\(optimum.name)")
    }
  }

  // MARK: What does not change the answer

  @Test func anotherOrderOfClassesAndFeaturesGivesTheSameAnswerInThatOrder() throws {
    let data = try digits()
    let columns = (0..<64).map { $0 * 27 % 64 }
    let turned = try LabeledDataset(
      features: .floats(
        Matrix((0..<data.count).map { row in columns.map { data.features.row(row)[$0] } })),
      labels: data.labels.map { 9 - $0 }, classNames: data.classNames)
    let first = try estimator.fitted(to: data)
    let second = try estimator.fitted(to: turned)
    #expect(try abs(objective(of: first) - objective(of: second)) < 1e-8)
    let (weight, _) = try parameters(of: first)
    let (other, _) = try parameters(of: second)
    for unit in 0..<10 {
      for (place, column) in columns.enumerated() {
        #expect(abs(weight[unit, column] - other[9 - unit, place]) < 1e-4)
      }
    }
  }

  @Test func aWeightOfThreeIsASampleThreeTimes() throws {
    let data = try triangle(count: 90)
    let counts = data.labels.indices.map { 1 + 2 * ($0 % 2) }
    let repeated = data.selecting(
      rows: counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) })
    let first = try estimator.fitted(to: repeated)
    let second = try estimator.fitted(to: data.weighted(by: counts.map { Float($0) }))
    #expect(try abs(objective(of: first) - objective(of: second)) < 1e-8)
    let (weight, _) = try parameters(of: first)
    let (other, _) = try parameters(of: second)
    for (w, v) in zip(weight.elements, other.elements) {
      #expect(abs(w - v) < 1e-4 && (w == 0) == (v == 0))
    }
  }

  @Test func aClassOfWeightZeroLeavesTheAnswerOfTheOthers() throws {
    let data = try triangle(count: 120)
    let others = data.selecting(rows: data.labels.indices.filter { data.labels[$0] != 2 })
    let pair = try LabeledDataset(
      features: others.features, labels: others.labels, classNames: ["left", "right"])
    let expected = try SoftmaxRegression(l1Penalty: 0.02).fitted(to: pair)
    let model = try SoftmaxRegression(
      loss: .crossEntropy(classWeights: [1, 1, 0]), l1Penalty: 0.02
    ).fitted(to: data)
    #expect(try abs(objective(of: model) - objective(of: expected)) < 1e-6)
    let (p, q) = try (
      model.probabilities(for: pair.features), expected.probabilities(for: pair.features)
    )
    for row in 0..<pair.count {
      #expect(abs(p[row, 0] - q[row, 0]) < 1e-3 && p[row, 2] < 1e-4)
    }
  }

  // MARK: Columns

  private func replacing(
    _ data: LabeledDataset, _ columns: ([Float]) -> [Float]
  ) throws -> LabeledDataset {
    try LabeledDataset(
      features: .floats(Matrix((0..<data.count).map { columns(Array(data.features.row($0))) })),
      labels: data.labels, classNames: data.classNames)
  }

  @Test func constantAndRepeatedColumnsDoNotChangeTheOptimum() throws {
    let data = try triangle(count: 120)
    let estimator = SoftmaxRegression(l1Penalty: 0.01)
    let expected = try estimator.fitted(to: data)
    for (name, wide) in [
      ("constant", try replacing(data) { $0 + [7] }), ("zero", try replacing(data) { $0 + [0] }),
      ("repeated", try replacing(data) { $0 + [$0[0]] }),
    ] {
      let model = try estimator.fitted(to: wide)
      #expect(model.trainingRecord?.isConverged == true, "\(name)")
      #expect(try abs(objective(of: model) - objective(of: expected)) < 1e-8, "\(name)")
      let (weight, _) = try parameters(of: model)
      if name != "repeated" { #expect((0..<3).allSatisfy { weight[$0, 5] == 0 }, "\(name)") }
    }
  }

  // A column of tiny values needs a weight that the penalty forbids, one of great values a tiny weight.
  @Test func columnsOfAnyScaleAreSolved() throws {
    let data = try triangle(count: 300)
    for (scale, shift) in [(1e-6, 0), (1e6, 0), (1e7, 1.7e9), (1, 1000)] as [(Float, Float)] {
      let scaled = try replacing(data) { [$0[0] * scale + shift] + $0[1...] }
      let record = try #require(
        SoftmaxRegression(l1Penalty: 0.01).fitted(to: scaled).trainingRecord)
      #expect(record.isConverged == true, "\(scale) \(shift)")
    }
  }

  // MARK: Going on

  @Test func aStartElsewhereEndsAtTheSameOptimum() throws {
    for classCount in [2, 3] {
      let base = try triangle(count: 120)
      let data = try LabeledDataset(
        features: base.features, labels: base.labels.map { $0 % classCount },
        classNames: (0..<classCount).map { "\($0)" })
      let model = try estimator.fitted(to: data)
      let elsewhere = try MLPClassifier(hiddenUnits: [], epochs: 3, seed: 9).fitted(to: data)
      let other = try estimator.fitted(to: data, startingFrom: elsewhere)
      #expect(try abs(objective(of: other) - objective(of: model)) < 1e-8)
      let again = try estimator.fitted(to: data, startingFrom: model)
      #expect(try #require(again.trainingRecord?.epochs) <= 2, "it begins at the optimum")
    }
  }

  @Test func anotherPenaltyDoesNotGoOn() throws {
    let data = try triangle(count: 90)
    let witness = CheckpointWitness()
    _ = try SoftmaxRegression(l1Penalty: 0.02, iterations: 2)
      .fitted(to: data, callbacks: [witness])
    let error = #expect(throws: SoftmaxError.self) {
      try SoftmaxRegression(l1Penalty: 0.01).fitted(
        to: data, callbacks: [CheckpointWitness()], resuming: witness.checkpoints.last)
    }
    #expect(error?.message.contains("L1 penalty") == true)
  }

  @Test func aNegativePenaltyIsAnError() throws {
    let error = #expect(throws: SoftmaxError.self) {
      try SoftmaxRegression(l1Penalty: -1).fitted(to: triangle(count: 30))
    }
    #expect(error?.code == .invalidArgument)
  }
}
