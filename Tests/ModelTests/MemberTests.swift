// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// Classifiers of several networks, whose probabilities are averaged.
@Suite struct MemberTests {
  private func data() throws -> LabeledDataset {
    try dataset([
      .numbers((0..<20).map { Double(($0 * 7) % 20) }, name: "x"),
      .numbers((0..<20).map { Double(($0 * 3) % 11) }, name: "y"),
    ])
  }

  private func network(_ inputs: Int, seed: UInt64) throws -> Sequential {
    try Sequential(input: [inputs], seed: seed) {
      Dense(5, activation: .tanh)
      Dense(2, activation: .softmax)
    }
  }

  /// Members of which two share their steps, and one has other columns.
  private func classifier(weights: [Double] = [0.5, 0.3, 0.2]) throws -> Classifier {
    let data = try data()
    let steps: [[PreprocessingStep]] = try [[.standardize], [.piecewiseLinear], [.piecewiseLinear]]
      .map { [try #require(Pipeline($0, fittedTo: data).steps.last)] }
    let members = try zip(steps.indices, steps).map { index, steps in
      let count = try #require(try steps[0].kind.columnCount(from: 2))
      return ClassifierMember(
        network: try network(count, seed: UInt64(index)), steps: steps, weight: weights[index])
    }
    return try Classifier(
      members: members, classNames: data.classNames, pipeline: Pipeline(fittedTo: data))
  }

  @Test func theProbabilitiesAreTheMeansOfThoseOfTheMembers() throws {
    let (data, classifier) = (try data(), try classifier())
    let probabilities = try classifier.probabilities(for: data.features)
    let own = try classifier.members.map { member in
      try Classifier(
        network: member.network, classNames: data.classNames,
        pipeline: member.pipeline(after: classifier.pipeline)
      ).probabilities(for: data.features)
    }
    for index in probabilities.elements.indices {
      let mean = zip(own, classifier.members).reduce(0.0) {
        $0 + $1.1.weight * Double($1.0.elements[index])
      }
      #expect(abs(Double(probabilities.elements[index]) - mean) < 1e-6)
    }
    let logits = try classifier.logits(for: data.features)
    #expect(logits.softmax() == probabilities)
  }

  @Test func aRowHasTheSameBitsAloneAndInABatch() throws {
    let (data, classifier) = (try data(), try classifier())
    let predictor = try classifier.predictor()
    let all = try predictor.probabilities(for: data.features)
    let logits = try predictor.logits(for: data.features)
    var session = predictor.session()
    let table = try #require(data.features.table)
    for row in 0..<data.count {
      let alone = data.features.selecting(rows: row..<row + 1)
      #expect(try Array(predictor.probabilities(for: alone).row(0)) == Array(all.row(row)))
      let values = table.columns.map { Float($0.number(inRow: row) ?? 0) }
      var one = [Float](repeating: 0, count: 2)
      let best = try session.probabilities(for: values, into: &one)
      #expect(one == Array(all.row(row)) && best == logits.mostLikelyClasses()[row])
      try session.logits(for: values, into: &one)
      #expect(one == Array(logits.row(row)))
    }
  }

  @Test func aProbabilityThatNoFloatHoldsKeepsItsLogit() throws {
    let average = MemberAverage(weights: [0.5, 0.5])
    let sure = try Matrix([[0, -500], [0, 0]])
    let surer = try Matrix([[0, -600], [0, 0]])
    let logits = average.logits(of: [sure, surer])
    // ln(e^-500 / 2 + e^-600 / 2) = -500 - ln 2
    #expect(abs(logits[0, 1] + 500.6931) < 1e-3 && abs(logits[0, 0]) < 1e-6)
    #expect(logits[1, 0] == logits[1, 1])
  }

  @Test func theMeanOfEqualMembersIsTheMember() throws {
    let one = try classifier(weights: [1, 1e-30, 1e-30])
    let member = try Classifier(
      network: one.network, classNames: one.classNames,
      pipeline: one.members[0].pipeline(after: one.pipeline))
    let data = try data()
    let (a, b) = (
      try one.probabilities(for: data.features), try member.probabilities(for: data.features)
    )
    #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func anErrorInARowNamesTheRowOfTheWholeTable() throws {
    let predictor = try classifier().predictor()
    var numbers = [Double?](repeating: 1, count: 9_000)
    // No float holds it.
    numbers[8_500] = 1e300
    let features = Features.columns(
      try Table([.numbers(numbers, name: "x"), .numbers(numbers.map { _ in 1 }, name: "y")]))
    let error = #expect(throws: SoftmaxError.self) { try predictor.logits(for: features) }
    #expect(error?.location == .row(8_500, column: 0) && error?.message.contains("x") == true)
  }

  @Test func aSessionRefusesRowsWhereStepsMakeColumnsOfATable() throws {
    let data = try dataset([
      .numbers((0..<20).map { Double($0 % 7) }, name: "x"),
      .categories((0..<20).map { ["u", "v", "w"][$0 % 3] }, name: "y"),
    ])
    let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: data)
    var session = try model.predictor().session()
    var result: [Float] = [0, 0]
    for row in [[Float](repeating: 1, count: 2), [Float](repeating: 1, count: 4)] {
      let error = #expect(throws: SoftmaxError.self) {
        try session.probabilities(for: row, into: &result)
      }
      #expect(error?.code == .unsupported && error?.remedy?.contains("table") == true)
    }
  }

  @Test func membersThatDoNotFitAreErrors() throws {
    let (data, good) = (try data(), try classifier())
    for weight in [0, -1, .nan, .infinity] {
      let error = #expect(throws: SoftmaxError.self) { try classifier(weights: [weight, 1, 1]) }
      #expect(error?.code == .invalidArgument)
    }
    let wide = ClassifierMember(network: try network(3, seed: 1))
    let error = #expect(throws: SoftmaxError.self) {
      try Classifier(
        members: good.members + [wide], classNames: data.classNames, pipeline: good.pipeline)
    }
    #expect(error?.code == .shapeMismatch)
    #expect(throws: SoftmaxError.self) {
      try Classifier(
        members: good.members, classNames: data.classNames, pipeline: good.pipeline,
        outputFunction: .sigmoid)
    }
    #expect(throws: SoftmaxError.self) {
      try Classifier(members: [], classNames: data.classNames, pipeline: good.pipeline)
    }
  }

  @Test func whatNeedsASingleNetworkSaysSo() throws {
    let (data, classifier) = (try data(), try classifier())
    for use in [
      { _ = try classifier.addingClass("c") },
      { _ = try MLPClassifier().fitted(to: data, startingFrom: classifier) },
      { _ = try SoftmaxRegression().fitted(to: data, startingFrom: classifier) },
    ] {
      let error = #expect(throws: SoftmaxError.self) { try use() }
      #expect(error?.code == .unsupported && error?.message.contains("3 networks") == true)
    }
  }
}
