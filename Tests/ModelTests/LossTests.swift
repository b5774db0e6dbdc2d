// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct LossTests {
  // MARK: What weights mean

  @Test func aSampleOfWeightTwoCountsAsTwo() throws {
    let once = try triangle(count: 30)
    let weights = (0..<30).map { Float($0 % 3) }
    let copies = (0..<30).flatMap { Array(repeating: $0, count: $0 % 3) }
    let network = try network(outputs: 3)
    for loss in Loss.samples {
      let weighted = try network.valueAndGradient(of: loss, on: once.weighted(by: weights))
      let copied = try network.valueAndGradient(of: loss, on: once.selecting(rows: copies))
      #expect(abs(weighted.loss - copied.loss) <= 1e-6, "\(loss.name)")
      for (one, other) in zip(weighted.gradient.layers, copied.gradient.layers) {
        #expect(one.weight.isNear(other.weight, 2e-6), "\(loss.name)")
      }
    }
  }

  @Test func oneHotRowsAndLabelsAreTheSameToEveryLoss() throws {
    let labeled = try triangle(count: 25)
    var targets = Matrix(rowCount: 25, columnCount: 3)
    for (row, label) in labeled.labels.enumerated() { targets[row, label] = 1 }
    let oneHot = try LabeledDataset(
      features: labeled.features, distributions: targets, classNames: labeled.classNames)
    let network = try network(outputs: 3)
    for loss in Loss.samples {
      let one = try network.valueAndGradient(of: loss, on: labeled)
      let other = try network.valueAndGradient(of: loss, on: oneHot)
      #expect(abs(one.loss - other.loss) <= 1e-12 + 1e-7 * abs(one.loss), "\(loss.name)")
      for (one, other) in zip(one.gradient.layers, other.gradient.layers) {
        #expect(one.weight.isNear(other.weight, 1e-6), "\(loss.name)")
      }
    }
  }

  @Test func optionsThatChangeNothingArePlainCrossEntropy() {
    #expect(Loss.crossEntropy(labelSmoothing: 0) == .crossEntropy)
    #expect(Loss.crossEntropy(labelSmoothing: 0.1) != .crossEntropy)
    #expect(Loss.custom(Misgiving()) == .custom(Misgiving()))
    #expect(Loss.custom(Misgiving()).name == "misgiving")
    #expect(Loss.huber(delta: 2).settings == ["delta": 2])
  }

  // MARK: Nothing to learn from

  @Test func aBatchOfIgnoredSamplesIsALossOfZeroAndSaysSo() throws {
    let dataset = try triangle(count: 40)
    let ignored = dataset.selecting(rows: dataset.labels.indices.filter { dataset.labels[$0] == 1 })
    for loss in [
      Loss.crossEntropy(labelSmoothing: 0.1, ignoredClass: 1),
      .binaryCrossEntropy(ignoredClass: 1), .multiClassHinge(ignoredClass: 1),
      .custom(Misgiving(), ignoredClass: 1), .crossEntropy(classWeights: [1, 0, 1]),
      .crossEntropy(labelSmoothing: 0.1, classWeights: [1, 0, 1]),
    ] {
      let network = try network(outputs: 3)
      let (value, gradient) = try network.valueAndGradient(of: loss, on: ignored)
      #expect(value == 0)
      for layer in gradient.layers {
        #expect(layer.weight.elements.allSatisfy { $0 == 0 } && layer.bias.allSatisfy { $0 == 0 })
      }
      let trainer = try Trainer(
        network, on: dataset, loss: loss, optimizer: .sgd(learningRate: 0.1), batchSize: 8)
      let row = try #require(dataset.labels.firstIndex(of: 1))
      let step = try trainer.step(on: [row, row])
      #expect(step == LossTotals(emptyStepCount: 1) && step.loss == 0 && step.accuracy == 0)
      #expect(try trainer.network == network)
      let other = try #require(dataset.labels.firstIndex(of: 0))
      #expect(try trainer.step(on: [row, other]).weightSum == 1)
    }
  }

  @Test func theHistoryCountsStepsWithoutAnythingToLearnFrom() throws {
    let dataset = try triangle(count: 12).weighted(by: [1] + Array(repeating: 0, count: 11))
    var network = try network(outputs: 3)
    let before = network
    let nothing = try dataset.weighted(by: Array(repeating: 0, count: 12))
    let error = #expect(throws: SoftmaxError.self) { try network.fit(to: nothing) }
    #expect(error?.code == .invalidArgument && network == before)
    let history = try network.fit(
      to: dataset, optimizer: .sgd(learningRate: 1), epochs: 2, batchSize: 4)
    #expect(network != before)
    #expect(history.epochs.map(\.emptyStepCount) == [2, 2])
    let plain = try network.fit(to: triangle(count: 12), epochs: 1, batchSize: 4)
    #expect(plain.epochs[0].emptyStepCount == 0)
  }

  // The mean over an epoch counts weights, not batches.
  @Test func anEpochsLossIsTheWeightedMeanOfItsSamples() throws {
    let dataset = try triangle(count: 50).weighted(by: (0..<50).map { Float($0 % 5) })
    let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: [1, 2, 3])
    var network = try network(outputs: 3)
    let whole = try network.valueAndGradient(of: loss, on: dataset).loss
    let history = try network.fit(
      to: dataset, loss: loss, optimizer: .sgd(learningRate: 1e-30), epochs: 1, batchSize: 8)
    #expect(abs(history.epochs[0].loss - whole) < 1e-6)
  }

  // MARK: The same bits

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func threadsAndInstructionSetsChangeNoBit(set: InstructionSet) throws {
    let scalar = try #require(Kernels(.scalar))
    let kernels = try #require(Kernels(set))
    for (number, loss) in Loss.samples.enumerated() {
      var test = PlanCase(
        features: 9, hidden: number % 2 == 0 ? [] : [20], classes: 3, rows: 300, batchSize: 270)
      test.optimizer = PlanCase.optimizers[number % 3]
      let dataset = try test.dataset().weighted(by: (0..<300).map { Float($0 % 4) * 0.3 })
      let network = try Sequential(input: [9], seed: 7) {
        for width in test.hidden { Dense(width, activation: .tanh) }
        Dense(3)
      }
      func outcome(_ kernels: Kernels, threads: Int) -> PlanOutcome {
        let plan = PlainPlan(
          network, on: dataset, loss: loss, optimizer: test.optimizer, batchSize: test.batchSize,
          l2Penalty: 0, workerCount: threads, kernels: kernels)
        return test.outcome(of: plan, network, dataset, threads: threads)
      }
      let expected = outcome(scalar, threads: 1)
      for threads in [1, 2, 3, 5] {
        #expect(outcome(kernels, threads: threads) == expected, "\(loss.name), \(threads) threads")
      }
    }
  }

  // MARK: Numbers that are none

  @Test func whatIsNoNumberShowsInTheLossAndNowhereElse() throws {
    var logits = Matrix(rowCount: 3, columnCount: 4, repeating: 0.5)
    logits[1, 2] = .nan
    for loss in Loss.samples(classCount: 4) {
      let value = try loss.value(of: .labels([0, 1, 2]), logits: logits)
      #expect(value.loss.isNaN, "\(loss.name)")
      #expect(value.gradient.row(0).allSatisfy { $0.isFinite }, "\(loss.name)")
      #expect(value.gradient.row(2).allSatisfy { $0.isFinite }, "\(loss.name)")
      // A row that does not count is not looked at.
      let without = try loss.value(
        of: .labels([0, 1, 2]), logits: logits, sampleWeights: [1, 0, 1])
      #expect(without.loss.isFinite && without.weight > 0, "\(loss.name)")
      #expect(without.gradient.row(1).allSatisfy { $0 == 0 }, "\(loss.name)")
    }
  }

  @Test func logitsOfAnySizeCostWhatTheyCost() throws {
    let huge = try Matrix([[1e30, -1e30, 0], [-1e38, 1e38, 0]])
    for loss in [Loss.crossEntropy(labelSmoothing: 1e-30), .binaryCrossEntropy()] {
      let value = try loss.value(of: .labels([0, 1]), logits: huge)
      #expect(value.loss.isFinite && value.gradient.elements.allSatisfy { $0.isFinite })
    }
    let certain = try Loss.binaryCrossEntropy().value(
      of: .labels([1, 0]), logits: Matrix([[200], [-200]]))
    #expect(
      certain.loss < 1e-30 && certain.gradient.elements.allSatisfy { $0 == 0 || abs($0) < 1e-30 })
    let wrong = try Loss.binaryCrossEntropy().value(
      of: .labels([0, 1]), logits: Matrix([[200], [-200]]))
    #expect(wrong.loss == 200 && wrong.gradient.elements == [0.5, -0.5])
  }

  @Test func trainingThatBecomesNoNumberIsAnError() throws {
    let dataset = try triangle(count: 40)
    for loss in Loss.samples where loss.name != "misgiving" {
      var network = try network(outputs: 3, hidden: 20)
      let before = network
      let error = #expect(throws: SoftmaxError.self, "\(loss.name)") {
        try network.fit(
          to: dataset, loss: loss, optimizer: .sgd(learningRate: 1e38), epochs: 4, batchSize: 8)
      }
      #expect(error?.code == .diverged)
      #expect(network == before)
    }
  }

  // MARK: Two ways to two classes

  @Test func twoClassSoftmaxIsLogisticRegressionAtTwiceTheRate() throws {
    let all = try triangle(count: 90)
    let rows = all.labels.indices.filter { all.labels[$0] < 2 }
    let dataset = try LabeledDataset(
      features: all.features.selecting(rows: rows), labels: rows.map { all.labels[$0] },
      classNames: ["left", "right"])
    var softmax = try Sequential(input: [5]) {
      Dense(2, activation: .softmax, initializer: .zeros)
    }
    var logistic = try Sequential(input: [5]) {
      Dense(1, activation: .sigmoid, initializer: .zeros)
    }
    try softmax.fit(
      to: dataset, optimizer: .sgd(learningRate: 0.5), epochs: 200, batchSize: dataset.count)
    try logistic.fit(
      to: dataset, loss: .binaryCrossEntropy(), optimizer: .sgd(learningRate: 1), epochs: 200,
      batchSize: dataset.count)
    let one = try softmax.probabilities(for: dataset.features)
    let other = try logistic.probabilities(for: dataset.features)
    #expect(other.columnCount == 2)
    #expect(one.isNear(other, 1e-5))
    #expect(!one.isNear(Matrix(rowCount: one.rowCount, columnCount: 2, repeating: 0.5), 0.2))
  }

  // MARK: Helpers

  func network(outputs: Int, hidden: Int? = nil) throws -> Sequential {
    try Sequential(input: [5], seed: 2) {
      if let hidden { Dense(hidden, activation: .relu) }
      Dense(outputs)
    }
  }
}

extension Loss {
  /// Every loss, most of them with options.
  static func samples(classCount: Int) -> [Loss] {
    let weights = (0..<classCount).map { 0.5 + Double($0) }
    return [
      .crossEntropy(labelSmoothing: 0.1), .crossEntropy(classWeights: weights),
      .crossEntropy(labelSmoothing: 0.2, classWeights: weights, ignoredClass: 2),
      .binaryCrossEntropy(), .binaryCrossEntropy(labelSmoothing: 0.1, classWeights: weights),
      .squared, .absolute, .huber(delta: 0.5), .huber(classWeights: weights, ignoredClass: 2),
      .multiClassHinge(), .multiClassHinge(margin: 2, classWeights: weights),
      .custom(Misgiving()), .custom(Misgiving(), classWeights: weights),
    ]
  }

  static let samples = samples(classCount: 3)
}

extension Matrix {
  func isNear(_ other: Matrix, _ tolerance: Float) -> Bool {
    rowCount == other.rowCount && columnCount == other.columnCount
      && zip(elements, other.elements).allSatisfy { abs($0 - $1) <= tolerance }
  }
}
