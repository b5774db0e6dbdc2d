// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// The step that encodes numbers by their places among quantiles.
@Suite struct PiecewiseLinearTests {
  @Test func aNumberBecomesAScaledValueAndItsPlaceInEachInterval() throws {
    // The quantiles of 0...32 are the even numbers, the median 16, the quartiles 8 and 24.
    let columns: [Table.Column] = [.numbers((0...32).map { Double($0) })]
    let pipeline = try Pipeline([.piecewiseLinear], fittedTo: dataset(columns))
    #expect(pipeline.columnCount == 17)
    let values = try rows(pipeline, [.numbers([16, 7, 1000, -1000])])
    #expect(values[0] == [0] + Array(repeating: 1, count: 8) + Array(repeating: 0, count: 8))
    #expect(values[1].dropFirst() == [1, 1, 1, 0.5] + Array(repeating: 0, count: 12)[...])
    // (7 - 16) / 16 / sqrt(1 + (9 / 16)^2 / 9)
    #expect(abs(values[1][0] + 0.552866) < 1e-5)
    #expect(abs(values[2][0] - 2.99644) < 1e-4 && values[2].dropFirst().allSatisfy { $0 == 1 })
    #expect(abs(values[3][0] + 2.99666) < 1e-4 && values[3].dropFirst().allSatisfy { $0 == 0 })
  }

  @Test func quantilesAreInterpolatedAsByNumPy() throws {
    // numpy.quantile([1, 2, 4, 8, 16, 32], numpy.linspace(0, 1, 17))
    let expected = [
      1, 1.3125, 1.625, 1.9375, 2.5, 3.125, 3.75, 4.75, 6, 7.25, 9, 11.5, 14, 17, 22, 27, 32,
    ]
    let columns: [Table.Column] = [.numbers([32, 1, 16, 2, 8, 4])]
    let pipeline = try Pipeline([.piecewiseLinear], fittedTo: dataset(columns))
    let step = try #require(pipeline.steps.last?.kind as? PiecewiseLinearEncoding)
    #expect(step.learnt["edges"] == expected)
    #expect(step.learnt["median"] == [6] && step.learnt["factor"] == [1 / 11.5])
  }

  @Test func zerosAndOnesStayAsTheyAreAndConstantsBecomeZero() throws {
    let columns: [Table.Column] = [
      .numbers([0, 1, 1, 0]), .numbers([7, 7, 7, 7]), .categories(["x", "y", "x", "y"]),
    ]
    let pipeline = try Pipeline([.piecewiseLinear], fittedTo: dataset(columns))
    #expect(
      try rows(pipeline, columns) == [[0, 0, 1, 0], [1, 0, 0, 1], [1, 0, 1, 0], [0, 0, 0, 1]])
  }

  @Test func aRareNumberBeyondTheSampleIsScaledToo() throws {
    // Every other row is sampled, and row 1 is not.
    let numbers = (0..<131_074).map { $0 == 1 ? 5000.0 : 0 }
    let columns: [Table.Column] = [.numbers(numbers)]
    for step in [PreprocessingStep.piecewiseLinear, .robustScale] {
      let pipeline = try Pipeline([step], fittedTo: dataset(columns))
      #expect(try rows(pipeline, [.numbers([5000, 0])]).map { $0[0] }.allSatisfy { $0 < 3 })
    }
  }

  @Test func hugeNumbersAndOutliersAreFinite() throws {
    let most = Double.greatestFiniteMagnitude
    let columns: [Table.Column] = [
      .numbers([-most, 0, 1, 2, most]), .numbers([1, 2, 3, 4, 5]),
    ]
    let pipeline = try Pipeline([.piecewiseLinear], fittedTo: dataset(columns))
    let isFinite = try rows(pipeline, columns).allSatisfy { $0.allSatisfy { $0.isFinite } }
    #expect(isFinite)
    let far = try rows(pipeline, [.numbers([0]), .numbers([most])])[0]
    #expect(far.contains(3) && far.last == 1)
  }

  @Test func aMissingNumberNamesItsColumn() throws {
    let columns: [Table.Column] = [
      .numbers([1, 2, 3, 4, 5], name: "age"), .numbers([5, 4, 1, 2, 3], name: "size"),
    ]
    // Models of before do not fill gaps.
    let pipeline = try Pipeline(
      fitted: Pipeline([.piecewiseLinear], fittedTo: dataset(columns)).steps
        .filter { $0.name != "fill_gaps" })
    let error = #expect(throws: SoftmaxError.self) {
      try pipeline.apply(
        to: .columns(Table([.numbers([1], name: "age"), .numbers([nil], name: "size")])))
    }
    #expect(error?.message.contains("size") == true)
    #expect(error?.location == .row(0, column: 1))
  }

  @Test func aNumberThatNoFloatHoldsNamesItsColumn() throws {
    // In training it was 0 or 1, so it stays as it is.
    let columns: [Table.Column] = [
      .numbers([1, 2, 3, 4, 5], name: "age"), .numbers([0, 1, 0, 1, 1], name: "flag"),
    ]
    // Models of before do not fill gaps.
    let pipeline = try Pipeline(
      fitted: Pipeline([.piecewiseLinear], fittedTo: dataset(columns)).steps
        .filter { $0.name != "fill_gaps" })
    let error = #expect(throws: SoftmaxError.self) {
      try pipeline.apply(
        to: .columns(Table([.numbers([1], name: "age"), .numbers([1e300], name: "flag")])))
    }
    #expect(error?.message.contains("flag") == true && error?.location == .row(0, column: 1))
  }

  @Test func aLinearModelLearnsAFunctionThatIsNotLinear() throws {
    // The middle of three intervals is one class, and a gap the other.
    let count = 90
    let numbers = (0..<count).map { Double(($0 * 37) % count) }
    let labels = numbers.map { 30..<60 ~= $0 ? 1 : 0 }
    let data = try LabeledDataset(
      features: .columns(
        Table([
          .numbers(numbers, name: "x"), .numbers(numbers.map { $0 == 7 ? nil : 1 }, name: "y"),
        ])),
      labels: labels, classNames: ["outside", "inside"])
    let plain = try SoftmaxRegressionCV(preprocessing: [.standardize]).fitted(to: data)
    #expect(try plain.score(on: data) < 0.7)
    let model = try SoftmaxRegressionCV(preprocessing: [.piecewiseLinear]).fitted(to: data)
    #expect(try model.score(on: data) > 0.95)
    // Folds share the columns of all rows, although only one of them has the gap.
    #expect(try #require(model.trainingRecord?.penaltyPath?.chosen).accuracy > 0.9)
    #expect(try model.evaluation(on: data).accuracy == model.score(on: data))
  }

  @Test func aFileCannotHoldAStepThatNothingFits() {
    for learnt in [
      ["median": [1]], ["median": [1], "factor": [-1], "edge_count": [0], "edges": []],
      ["median": [1], "factor": [1], "edge_count": [3], "edges": [1, 2]],
      ["median": [1], "factor": [1], "edge_count": [2], "edges": [2, 1]],
      ["median": [1], "factor": [1], "edge_count": [1], "edges": [1, 2]],
      ["median": [.nan], "factor": [1], "edge_count": [0], "edges": []],
    ] as [[String: [Double]]] {
      let error = #expect(throws: SoftmaxError.self) {
        try PiecewiseLinearEncoding(settings: NoSettings(), learnt: learnt)
      }
      #expect(error?.code == .invalidArgument)
    }
  }
}
