// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct LabeledDatasetTests {
  let features = Features.floats(Matrix(rowCount: 3, columnCount: 4))

  @Test func aLabelOutOfRangeIsAnErrorThatNamesTheRow() {
    for label in [-1, 2, Int.max, Int.min] {
      let error = #expect(throws: SoftmaxError.self) {
        try LabeledDataset(features: features, labels: [0, label, 1], classNames: ["a", "b"])
      }
      #expect(error?.code == .labelOutOfRange)
      #expect(error?.location == .row(1, column: nil))
    }
  }

  @Test func partsThatDoNotFitAreErrors() {
    #expect(throws: SoftmaxError.self) {
      try LabeledDataset(features: features, labels: [0, 1], classNames: ["a", "b"])
    }
    #expect(throws: SoftmaxError.self) {
      try LabeledDataset(features: features, labels: [0, 0, 0], classNames: ["a"])
    }
    #expect(throws: SoftmaxError.self) {
      try LabeledDataset(features: features, labels: [0, 0, 0], classNames: ["a", "a"])
    }
    for shape in [[2, 3], [], [0, 4], [-2, -2], [Int.max, 2]] {
      #expect(throws: SoftmaxError.self) {
        try LabeledDataset(
          features: features, labels: [0, 0, 0], classNames: ["a", "b"], featureShape: shape)
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aFeatureThatIsNoNumberIsAnErrorThatNamesRowAndColumn(value: Float) {
    var matrix = Matrix(rowCount: 3, columnCount: 4)
    matrix[1, 2] = value
    let error = #expect(throws: SoftmaxError.self) {
      try LabeledDataset(features: .floats(matrix), labels: [0, 1, 0], classNames: ["a", "b"])
    }
    #expect(error?.code == .nonFiniteValue)
    #expect(error?.location == .row(1, column: 2))
  }

  @Test func softTargetsHaveTheirMostProbableClassAsLabel() throws {
    let targets = try Matrix([[0.2, 0.8], [0.5, 0.5], [1, 0]])
    let dataset = try LabeledDataset(
      features: features, distributions: targets, classNames: ["a", "b"])
    #expect(dataset.labels == [1, 0, 0])
    #expect(dataset.selecting(rows: [2, 0]).labels == [0, 1])
    #expect(try dataset.selecting(rows: [2]).targets == .distributions(Matrix([[1, 0]])))
  }

  @Test(arguments: [[0.5, 0.6], [-0.1, 1.1], [Float.nan, 1], [0, 0]])
  func targetsThatAreNoDistributionAreErrors(row: [Float]) {
    let error = #expect(throws: SoftmaxError.self) {
      try LabeledDataset(
        features: features, distributions: Matrix([[1, 0], row, [0, 1]]), classNames: ["a", "b"])
    }
    guard case .row(1, _)? = error?.location else {
      Issue.record("the error names \(String(describing: error?.location))")
      return
    }
  }

  @Test func selectingKeepsOrderNamesAndShape() throws {
    let bytes = try ByteMatrix(rowCount: 3, columnCount: 2, bytes: [1, 2, 3, 4, 5, 6], scale: 0.5)
    let dataset = try LabeledDataset(
      features: .bytes(bytes), labels: [0, 1, 0], classNames: ["a", "b"], featureShape: [1, 2])
    let part = dataset.selecting(rows: [2, 1])
    #expect(part.features.row(0) == [2.5, 3] && part.features.row(1) == [1.5, 2])
    #expect(part.labels == [0, 1])
    #expect(part.classNames == ["a", "b"] && part.featureShape == [1, 2])
  }

  @Test func sampleWeightsFollowTheirSamples() throws {
    let dataset = try LabeledDataset(
      features: features, labels: [0, 1, 0], classNames: ["a", "b"], sampleWeights: [1, 0.5, 3])
    #expect(dataset.selecting(rows: [2, 1]).sampleWeights == [3, 0.5])
    #expect(try dataset.replacing(features: features).sampleWeights == [1, 0.5, 3])
    #expect(try dataset.weighted(by: nil).sampleWeights == nil)
    #expect(try dataset.weighted(by: nil).selecting(rows: [0]).sampleWeights == nil)
  }

  @Test(arguments: [-1, Float.nan, .infinity])
  func aSampleWeightThatIsNoneIsAnErrorThatNamesTheRow(weight: Float) throws {
    let dataset = try LabeledDataset(
      features: features, labels: [0, 1, 0], classNames: ["a", "b"])
    let error = #expect(throws: SoftmaxError.self) { try dataset.weighted(by: [1, weight, 1]) }
    #expect(error?.location == .row(1, column: nil))
    #expect(throws: SoftmaxError.self) { try dataset.weighted(by: [1, 1]) }
    #expect(throws: SoftmaxError.self) {
      try LabeledDataset(
        features: features, labels: [0, 1, 0], classNames: ["a", "b"],
        sampleWeights: [1, weight, 1])
    }
  }

  @Test func samplesMayHaveAnyNumberOfClasses() throws {
    let indicators = try Matrix([[1, 1], [0, 0], [0, 0.5]])
    let dataset = try LabeledDataset(
      features: features, indicators: indicators, classNames: ["a", "b"])
    #expect(dataset.labels == [0, 0, 1])
    #expect(
      try dataset.selecting(rows: [2, 0]).targets == .indicators(Matrix([[0, 0.5], [1, 1]])))
    for value: Float in [-0.1, 1.1, .nan] {
      let error = #expect(throws: SoftmaxError.self) {
        try LabeledDataset(
          features: features, indicators: Matrix([[1, 1], [0, value], [0, 0]]),
          classNames: ["a", "b"])
      }
      #expect(error?.location == .row(1, column: 1))
    }
    #expect(throws: SoftmaxError.self) {
      try LabeledDataset(
        features: features, indicators: indicators, classNames: ["a", "b", "c"])
    }
  }

  @Test func classesWithoutSamplesAreNamed() throws {
    let dataset = try LabeledDataset(
      features: features, labels: [0, 2, 0], classNames: ["a", "b", "c", "d"])
    #expect(dataset.missingClasses == [1, 3])
    #expect(dataset.balancedClassWeights == [0.75, 0, 1.5, 0])
    // A sample that does not count leaves its class without any.
    let weighted = try dataset.weighted(by: [1, 0, 3])
    #expect(weighted.missingClasses == [1, 2, 3])
    #expect(weighted.balancedClassWeights == [1, 0, 0, 0])
    let soft = try LabeledDataset(
      features: features, distributions: Matrix([[1, 0], [0.5, 0.5], [1, 0]]),
      classNames: ["a", "b"])
    #expect(soft.missingClasses == [])
    // Of equals the first.
    #expect(soft.labels == [0, 0, 0])
    #expect(soft.balancedClassWeights == [0.6, 3])
  }

  @Test func probabilitiesAreToldFromLogits() throws {
    let generator = CounterBasedGenerator(seed: 4)
    let logits = try Matrix(
      rowCount: 20, columnCount: 5,
      elements: (0..<100).map { 6 * generator.uniform(at: UInt64($0)) - 3 })
    #expect(!logits.looksLikeProbabilities)
    #expect(logits.softmax().looksLikeProbabilities)
    #expect(try Matrix([[0, 1], [1, 0]]).looksLikeProbabilities)
    #expect(try !Matrix([[0, 1], [1, 1]]).looksLikeProbabilities)
    #expect(try !Matrix([[2, -1]]).looksLikeProbabilities)
    #expect(try !Matrix([[.nan, 1]]).looksLikeProbabilities)
    #expect(!Matrix(rowCount: 0, columnCount: 3).looksLikeProbabilities)
    #expect(!Matrix(rowCount: 3, columnCount: 1, repeating: 1).looksLikeProbabilities)
  }

  @Test func targetsAreReplacedAndTheRestIsKept() throws {
    let dataset = try LabeledDataset(
      features: features, labels: [0, 1, 0], classNames: ["a", "b"], featureShape: [2, 2],
      sampleWeights: [1, 0.5, 3])
    let soft = try Matrix([[0.2, 0.8], [0.5, 0.5], [1, 0]])
    let distributed = try dataset.replacing(distributions: soft)
    #expect(distributed.targets == .distributions(soft))
    #expect(distributed.classNames == ["a", "b"])
    #expect(distributed.featureShape == [2, 2])
    #expect(distributed.sampleWeights == [1, 0.5, 3])

    let several = try Matrix([[1, 1, 0], [0, 0, 0], [0, 1, 0]])
    let multiLabel = try dataset.replacing(indicators: several, classNames: ["x", "y", "z"])
    #expect(multiLabel.targets == .indicators(several))
    #expect(multiLabel.classNames == ["x", "y", "z"])
    #expect(multiLabel.sampleWeights == [1, 0.5, 3])
    #expect(throws: SoftmaxError.self) {
      try dataset.replacing(distributions: Matrix([[0.5, 0.5]]))
    }
  }
}
