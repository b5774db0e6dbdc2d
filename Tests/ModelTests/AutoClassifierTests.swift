// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// The choice among kinds of models.
@Suite struct AutoClassifierTests {
  /// Two classes, told apart by a ring that no linear function follows, or by nothing.
  private func table(_ count: Int, isNoise: Bool = false) throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 8)
    let numbers = (0..<4 * count).map { 2 * Double(generator.uniform(at: UInt64($0))) - 1 }
    let labels = (0..<count).map { row in
      isNoise
        ? (numbers[3 * count + row] > 0.3 ? 1 : 0)
        : (numbers[row] * numbers[row] + numbers[count + row] * numbers[count + row] < 0.5 ? 1 : 0)
    }
    return try LabeledDataset(
      features: .columns(
        Table(
          (0..<3).map {
            .numbers(Array(numbers[$0 * count..<($0 + 1) * count]), name: "x\($0)")
          })), labels: labels, classNames: ["outside", "inside"])
  }

  private func selection(_ model: Classifier) throws -> ModelSelection {
    try #require(model.trainingRecord?.selection)
  }

  @Test func theKindOfTheLeastLogLossIsChosen() throws {
    // Too few rows for networks.
    let data = try table(48)
    let model = try AutoClassifier().fitted(to: data)
    let selection = try selection(model)
    let best = try #require(selection.candidates.min { $0.logLoss < $1.logLoss })
    #expect(
      selection.candidates.map(\.name).sorted() == ["piecewise linear", "softmax regression"])
    #expect(best.name == "piecewise linear" && best.weight == 1)
    #expect(selection.logLoss == best.logLoss && selection.accuracy == best.accuracy)
    #expect(selection.rowCount == 48 && selection.foldCount == 5)
    #expect(selection.isBetterThanBaseline)
    #expect(
      selection.accuracyLow < selection.accuracy && selection.accuracy < selection.accuracyHigh)
    // It is the model that the estimator of that kind fits with the penalty.
    let penalty = try #require(model.trainingRecord?.penaltyPath?.chosen)
    let alone = try SoftmaxRegression(
      l2Penalty: penalty.l2Penalty, preprocessing: [.piecewiseLinear]
    ).fitted(to: data)
    #expect(model.network == alone.network && model.pipeline == alone.pipeline)
  }

  @Test func networksAreAveragedWithTheLinearModelAndHaveTheSameBitsOnAnyNumberOfThreads() throws {
    let data = try table(100)
    let models = try [1, 3].map {
      try AutoClassifier(foldCount: 2, seed: 7).fitted(to: data, threads: $0)
    }
    #expect(models[0] == models[1])
    let selection = try selection(models[0])
    #expect(
      selection.candidates.map(\.name) == [
        "piecewise linear", "networks", "shallow networks", "softmax regression",
      ])
    #expect(abs(selection.candidates.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
    let bags = selection.candidates.filter { $0.name.hasSuffix("networks") && $0.weight > 0 }
    #expect(!bags.isEmpty && models[0].members.count == 1 + 2 * bags.count)
    #expect(abs(models[0].members.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
    // The rows were read as they are, so a table of other columns is read too.
    let reordered = Features.columns(
      try Table(#require(data.features.table).columns.reversed()))
    #expect(
      try models[0].probabilities(for: reordered) == models[0].probabilities(for: data.features))
  }

  @Test func networksOfATableWithTimesLearnFromAllOfThem() throws {
    // The classes of two columns' signs together, which no sum of functions of single columns follows.
    let ring = try table(120)
    let labels = (0..<120).map { row in
      ring.features.row(row)[0] * ring.features.row(row)[1] > 0 ? 1 : 0
    }
    let data = try ring.replacing(labels: labels, classNames: ["apart", "alike"])
    let timed = try data.with(origins: .times((0..<120).map { Double($0) }))
    let model = try AutoClassifier(foldCount: 2, seed: 7).fitted(to: timed)
    let networks = try #require(
      selection(model).candidates.first { $0.name == "networks" && $0.weight > 0 })
    // Of two folds, the last two thirds of the rows.
    #expect(try selection(model).rowCount == 80)
    let rows = try TrainingData(
      data, validation: .none, preprocessing: [.robustScale], seed: 7
    ).training
    let bag = try #require(
      try NetworkBag(
        .deep, for: rows, folds: rows.folds(2, seed: 7), seed: 7,
        execution: Execution(threads: 2)))
    let expected = try bag.fitted().networks
    let depth = expected[0].layers.count
    #expect(
      model.members.map(\.network).filter { $0.layers.count == depth } == expected)
    #expect(networks.logLoss > 0)
  }

  @Test func aModelOfNoiseIsNotBetterThanTheSharesOfTheClasses() throws {
    let data = try table(48, isNoise: true)
    let selection = try selection(AutoClassifier().fitted(to: data))
    let inside = Double(data.labels.reduce(0, +)) / 48
    #expect(abs(selection.baselineAccuracy - max(inside, 1 - inside)) < 1e-12)
    #expect(selection.logLoss > 0.9 * selection.baselineLogLoss)
  }

  @Test func theBaselineIsThatOfTheRowsThatWereJudged() throws {
    // Each of eight classes more has a single row, which no fold judges.
    let data = try table(48, isNoise: true)
    let labels = data.labels.prefix(40) + (2..<10)
    let rare = try data.replacing(
      labels: Array(labels), classNames: data.classNames + (2..<10).map { "rare \($0)" })
    let selection = try selection(AutoClassifier().fitted(to: rare))
    #expect(selection.rowCount == 40)
    let most = [0, 1].map { label in labels.count { $0 == label } }.max() ?? 0
    #expect(abs(selection.baselineAccuracy - Double(most) / 40) < 1e-12)
  }

  @Test func aSingleModelIsNeededForAStartAndCallbacks() throws {
    let data = try table(48)
    let start = try SoftmaxRegression().fitted(to: data)
    for use in [
      { try AutoClassifier().fitted(to: data, startingFrom: start) },
      { try AutoClassifier().fitted(to: data, callbacks: [.earlyStopping(patience: 1)]) },
    ] {
      let error = #expect(throws: SoftmaxError.self) { _ = try use() }
      #expect(error?.code == .unsupported)
    }
    for count in [1, 0, 101] {
      #expect(throws: SoftmaxError.self) { try AutoClassifier(foldCount: count).fitted(to: data) }
    }
  }

  @Test func rowsThatAreTooFewForFoldsGetSoftmaxRegression() throws {
    let data = try table(48).selecting(rows: [0, 1, 2, 3])
    let model = try AutoClassifier().fitted(to: data)
    #expect(model.members.count == 1 && model.trainingRecord?.selection == nil)
    #expect(model == (try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: data)))
  }

  @Test func aBudgetLeavesOutWhatItsWorkDoesNotAllow() throws {
    let data = try table(100)
    func fitted(_ budget: Duration?, threads: Int = 2) throws -> Classifier {
      try AutoClassifier(foldCount: 2, seed: 7, budget: budget).fitted(to: data, threads: threads)
    }
    let usual = try fitted(nil)
    #expect(try selection(usual).leftOut == nil && selection(usual).budget == nil)
    let minute = try fitted(.seconds(60))
    #expect(minute.members == usual.members)
    #expect(try selection(minute).leftOut == [] && selection(minute).budget == 60)
    // Work for 16 epochs and some.
    let short = try [1, 3].map { try fitted(.milliseconds(12), threads: $0) }
    #expect(short[0] == short[1])
    let leftOut = try #require(selection(short[0]).leftOut)
    #expect(leftOut.count == 3 && leftOut[2] == "shallow networks")
    #expect(leftOut[0] == "piecewise linear: 7 of 10 penalties, judged by one fold of 2")
    #expect(leftOut[1].hasPrefix("networks: ") && leftOut[1].hasSuffix(" of 128 epochs"))
    let least = try selection(fitted(.milliseconds(1)))
    #expect(least.candidates.map(\.name) == ["softmax regression"])
    #expect(
      least.leftOut == [
        "softmax regression: 7 of 10 penalties, judged by one fold of 2", "piecewise linear",
        "networks",
      ])
    #expect(throws: SoftmaxError.self) { try fitted(.zero) }
  }

  @Test func theChoiceAmongModelsJudgesByWeights() throws {
    let data = try table(48)
    // Of what is inside there is hardly anything.
    let weighted = try data.weighted(by: data.labels.map { $0 == 1 ? 0.1 : 1 })
    let model = try AutoClassifier().fitted(to: weighted)
    let selection = try #require(model.trainingRecord?.selection)
    let weights = [0, 1].map { label in
      zip(data.labels, weighted.sampleWeights ?? []).filter { $0.0 == label }.reduce(0.0) {
        $0 + Double($1.1)
      }
    }
    let most = (weights.max() ?? 0) / weights.reduce(0, +)
    #expect(abs(selection.baselineAccuracy - most) < 1e-6)
    let path = try #require(model.trainingRecord?.penaltyPath?.chosen)
    #expect(abs(path.logLoss - selection.logLoss) < 1e-5 * path.logLoss)
    #expect(abs(path.accuracy - selection.accuracy) < 1e-6)
  }

  @Test func weightsOfSamplesLeaveNetworksOut() throws {
    let data = try table(60)
    let weighted = try LabeledDataset(
      features: data.features, labels: data.labels, classNames: data.classNames,
      sampleWeights: (0..<60).map { Float(1 + $0 % 2) })
    let selection = try selection(AutoClassifier().fitted(to: weighted))
    #expect(!selection.candidates.contains { $0.name == "networks" })
  }

  @Test func sparseRowsGetSoftmaxRegression() throws {
    // One entry in each row, in the column of its class.
    let labels = (0..<40).map { $0 % 2 }
    let matrix = try SparseMatrix(
      columnCount: 6, rowOffsets: Array(0...40), columns: labels.map { Int32(3 * $0) },
      values: labels.map { Float(1 + $0) })
    let data = try LabeledDataset(
      features: .sparse(matrix), labels: labels, classNames: ["even", "odd"])
    let model = try AutoClassifier().fitted(to: data)
    #expect(model.members.count == 1)
    #expect(try model.score(on: data) == 1)
  }

  @Test func theTemperatureHasTheLeastLogLossAndFollowsTheScaleOfTheLogits() throws {
    let generator = CounterBasedGenerator(seed: 3)
    var logits = Matrix(rowCount: 300, columnCount: 3)
    for index in logits.elements.indices {
      logits.elements[index] = 6 * generator.uniform(at: UInt64(index)) - 3
    }
    // The most probable class for two rows of three.
    let labels = logits.mostLikelyClasses().enumerated().map { $0 % 3 == 0 ? 0 : $1 }
    let temperature = Temperature.best(for: logits, labels: labels)
    func logLoss(_ factor: Double) throws -> Double {
      var scaled = logits
      for index in scaled.elements.indices {
        scaled.elements[index] = Float(Double(scaled.elements[index]) / (factor * temperature))
      }
      return try Evaluation(labels: labels, logits: scaled).logLoss
    }
    #expect(try logLoss(1) < logLoss(1.02) && logLoss(1) < logLoss(0.98))
    var doubled = logits
    for index in doubled.elements.indices { doubled.elements[index] *= 2 }
    let other = Temperature.best(for: doubled, labels: labels)
    // Near the minimum losses differ by the square of the distance, and floats by 1e-7.
    #expect(abs(other / temperature - 2) < 2e-3)
    // Its range ends at 4 and at a quarter.
    let right = logits.mostLikelyClasses()
    #expect(abs(Temperature.best(for: logits, labels: right) - 0.25) < 2e-4)
  }

  @Test func dividedOutputsHaveTheSameOrder() throws {
    var network = try Sequential(input: [2], seed: 1) {
      Dense(4, activation: .tanh)
      Dense(3, activation: .softmax)
    }
    let features = Features.floats(try Matrix([[1, 2], [-1, 0.5]]))
    let before = try network.logits(for: features)
    try network.divideOutputs(by: 2)
    let after = try network.logits(for: features)
    #expect(zip(before.elements, after.elements).allSatisfy { abs($0 - 2 * $1) < 1e-5 })
  }
}
