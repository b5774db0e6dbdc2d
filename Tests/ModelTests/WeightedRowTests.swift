// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// A row of weight k is a row k times.
@Suite struct WeightedRowTests {
  private static let counts = [3, 1, 0, 2]

  /// Rows of three classes, with a constant column.
  private func rows(_ count: Int = 90) throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 11)
    var features = Matrix(rowCount: count, columnCount: 3)
    var labels: [Int] = []
    for row in 0..<count {
      let (x, y) = (
        generator.uniform(at: UInt64(2 * row)), generator.uniform(at: UInt64(2 * row + 1))
      )
      (features[row, 0], features[row, 1], features[row, 2]) = (100 * x, y, 7)
      labels.append(Int(3 * (0.7 * x + 0.3 * y)))
    }
    return try LabeledDataset(
      features: .floats(features), labels: labels, classNames: ["a", "b", "c"])
  }

  private func weighted(_ data: LabeledDataset) throws -> LabeledDataset {
    try data.weighted(by: data.labels.indices.map { Float(Self.counts[$0 % 4]) })
  }

  private func repeated(_ data: LabeledDataset) -> LabeledDataset {
    data.selecting(
      rows: data.labels.indices.flatMap { Array(repeating: $0, count: Self.counts[$0 % 4]) })
  }

  @Test func aConvexModelOfWeightsIsThatOfRepeatedRows() throws {
    let data = try rows()
    for steps in [[], [PreprocessingStep.standardize]] {
      let estimator = SoftmaxRegression(l2Penalty: 0.01, preprocessing: steps)
      let first = try estimator.fitted(to: weighted(data))
      let second = try estimator.fitted(to: repeated(data))
      let (a, b) = try (
        first.probabilities(for: data.features), second.probabilities(for: data.features)
      )
      for (left, right) in zip(a.elements, b.elements) { #expect(abs(left - right) < 1e-5) }
    }
  }

  @Test func standardizationCountsRowsByTheirWeights() throws {
    let data = try rows()
    let kinds = try [weighted(data), repeated(data)].map { rows in
      try #require(
        Pipeline([.standardize], fittedTo: rows).steps.last?.kind as? Standardization)
    }
    for (left, right) in [
      (kinds[0].mean, kinds[1].mean), (kinds[0].standardDeviation, kinds[1].standardDeviation),
    ] {
      for (a, b) in zip(left, right) { #expect(abs(a - b) <= 1e-12 * abs(b)) }
    }
    #expect(kinds[0].mean[2] == 7 && kinds[0].standardDeviation[2] == 1)
    let ones = try data.weighted(by: Array(repeating: 1, count: data.count))
    #expect(
      try Pipeline([.standardize], fittedTo: ones) == Pipeline([.standardize], fittedTo: data))
    let none = try data.weighted(by: Array(repeating: 0, count: data.count))
    #expect(throws: SoftmaxError.self) { try Pipeline([.standardize], fittedTo: none) }
  }

  @Test func aRowOfWeightZeroDoesNotRoundTheMeanOfTheOthers() throws {
    let values: [Float] = [1e9, 0.1, 0.1, 0.1]
    let data = try LabeledDataset(
      features: .floats(Matrix(rowCount: 4, columnCount: 1, elements: values)),
      labels: [0, 1, 0, 1],
      classNames: ["a", "b"]
    ).weighted(by: [0, 1, 1, 1])
    let pipeline = try Pipeline([.standardize], fittedTo: data)
    let step = try #require(pipeline.steps.last?.kind as? Standardization)
    #expect(step.mean == [Double(Float(0.1))])
  }

  @Test func everyMetricCountsRowsByTheirWeights() throws {
    let data = try rows()
    let model = try SoftmaxRegression(l2Penalty: 0.3).fitted(to: data)
    let first = try model.evaluation(on: weighted(data))
    let second = try model.evaluation(on: repeated(data))
    func expect(_ a: Double?, _ b: Double?) {
      #expect(abs((a ?? .nan) - (b ?? .nan)) < 1e-12)
    }
    expect(first.accuracy, second.accuracy)
    expect(first.logLoss, second.logLoss)
    expect(first.macroF1, second.macroF1)
    expect(first.topKAccuracy(2), second.topKAccuracy(2))
    expect(first.rocAUCMacro, second.rocAUCMacro)
    expect(
      first.confusionMatrix.weightedAverage.f1, second.confusionMatrix.weightedAverage.f1)
    expect(first.confusionMatrix.accuracy, second.accuracy)
    for (a, b) in zip(first.confusionMatrix.perClass, second.confusionMatrix.perClass) {
      expect(a.precision, b.precision)
      expect(a.recall, b.recall)
      expect(a.f1, b.f1)
    }
    expect(try model.score(on: weighted(data)), second.accuracy)
    // Weights tell how rows count, not that there were more of them.
    #expect(first.rowCount == 90)
    #expect(first.accuracyInterval.upperBound > second.accuracyInterval.upperBound)
    // Ones are no weights.
    let ones = try model.evaluation(on: data.weighted(by: Array(repeating: 1, count: 90)))
    let plain = try model.evaluation(on: data)
    #expect(ones.accuracy == plain.accuracy && ones.rocAUC == plain.rocAUC)
    expect(ones.logLoss, plain.logLoss)
    #expect(abs(ones.accuracyInterval.lowerBound - plain.accuracyInterval.lowerBound) < 1e-12)
    #expect(throws: SoftmaxError.self) {
      try model.evaluation(on: data.weighted(by: Array(repeating: 0, count: 90)))
    }
  }
}
