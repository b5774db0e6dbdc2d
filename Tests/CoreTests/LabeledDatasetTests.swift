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
}
