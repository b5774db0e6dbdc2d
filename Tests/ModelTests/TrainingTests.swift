// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

/// Points around the corners of a triangle, a class each.
func triangle(count: Int, features: Int = 5, seed: UInt64 = 1) throws -> LabeledDataset {
  let generator = CounterBasedGenerator(seed: seed)
  var matrix = Matrix(rowCount: count, columnCount: features)
  let labels = (0..<count).map { Int(generator.bits(at: UInt64($0)) % 3) }
  for row in 0..<count {
    for column in 0..<features {
      let noise = generator.uniform(at: UInt64(1_000_000 + row * features + column))
      matrix[row, column] = noise + (column == labels[row] ? 1 : 0)
    }
  }
  return try LabeledDataset(
    features: .floats(matrix), labels: labels, classNames: ["left", "right", "top"])
}

@Suite struct TrainingTests {
  func network(hidden: Int = 20, features: Int = 5) throws -> Sequential {
    try Sequential(input: [features], seed: 2) {
      Dense(hidden, activation: .relu)
      Dense(3, activation: .softmax)
    }
  }

  @Test func trainingLearns() throws {
    let dataset = try triangle(count: 200)
    var network = try network()
    let history = try network.fit(to: dataset, epochs: 40, batchSize: 16)
    #expect(history.epochs.map(\.number) == Array(1...40))
    let classifier = try Classifier(network: network, trainedOn: dataset)
    let evaluation = try classifier.evaluation(on: triangle(count: 200, seed: 8))
    #expect(evaluation.accuracy > 0.95)
    #expect(evaluation.logLoss < 0.2)
  }

  @Test(arguments: [2, 3, 5])
  func theNumberOfThreadsChangesNoBit(threads: Int) throws {
    let dataset = try triangle(count: 150, features: 41)
    for optimizer in [Optimizer.adam(), .sgd(learningRate: 0.1, momentum: 0.9)] {
      var one = try network(hidden: 77, features: 41)
      var many = one
      let first = try one.fit(
        to: dataset, optimizer: optimizer, epochs: 2, batchSize: 33, threads: 1)
      let second = try many.fit(
        to: dataset, optimizer: optimizer, epochs: 2, batchSize: 33, threads: threads)
      #expect(one == many)
      #expect(first.epochs.map(\.loss) == second.epochs.map(\.loss))
      #expect(first.epochs.map(\.accuracy) == second.epochs.map(\.accuracy))
    }
  }

  @Test func asOneHotTheLabelsGiveTheSameBits() throws {
    let dataset = try triangle(count: 60)
    var targets = Matrix(rowCount: 60, columnCount: 3)
    for (row, label) in dataset.labels.enumerated() { targets[row, label] = 1 }
    let oneHot = try LabeledDataset(
      features: dataset.features, distributions: targets, classNames: dataset.classNames)
    var sparse = try network()
    var categorical = sparse
    let first = try sparse.fit(to: dataset, epochs: 3, batchSize: 16)
    let second = try categorical.fit(to: oneHot, epochs: 3, batchSize: 16)
    #expect(sparse == categorical)
    #expect(first.epochs.map(\.loss) == second.epochs.map(\.loss))
  }

  @Test func aNetworkThatEndsInSoftmaxIsTrainedFromItsLogits() throws {
    let dataset = try triangle(count: 60)
    var parameters: [[Float]?] = []
    for ending in [[], [Softmax()] as [any Layer]] {
      var network = try Sequential(input: [5], seed: 2) {
        Dense(20)
        ReLU()
        Dense(3)
        ending
      }
      try network.fit(to: dataset, epochs: 3, batchSize: 16)
      parameters.append(network.layers[2].weight?.elements)
    }
    var asActivation = try network()
    try asActivation.fit(to: dataset, epochs: 3, batchSize: 16)
    #expect(parameters[0] == parameters[1])
    #expect(parameters[0]?.isEmpty == false)
  }

  // The mean over an epoch counts samples, not batches: with a rate too small to change anything,
  // the loss of an epoch is the loss of the whole data set.
  @Test func theShortLastBatchCountsForItsRows() throws {
    let dataset = try triangle(count: 50)
    var network = try network()
    let whole = try network.valueAndGradient(of: .crossEntropy, on: dataset).loss
    let history = try network.fit(
      to: dataset, optimizer: .sgd(learningRate: 1e-30), epochs: 1, batchSize: 32)
    #expect(abs(history.epochs[0].loss - whole) < 1e-6)
  }

  // A batch of one row has that row's gradient, not a thirty-second of it.
  @Test func theGradientOfAShortBatchIsTheMeanOverItsRows() throws {
    let dataset = try triangle(count: 33)
    let network = try network()
    let row = dataset.selecting(rows: [32])
    let gradient = try network.valueAndGradient(of: .crossEntropy, on: row).gradient
    var stepped = network
    try stepped.fit(to: row, optimizer: .sgd(learningRate: 0.5), epochs: 1, batchSize: 32)
    let before = try #require(network.layers[1].weight)
    let after = try #require(stepped.layers[1].weight)
    for index in before.elements.indices {
      let moved = before.elements[index] - 0.5 * gradient.layers[1].weight.elements[index]
      #expect(abs(after.elements[index] - moved) <= 1e-6)
    }
  }

  @Test func everyEpochIsShuffledAnewFromTheSeed() throws {
    let dataset = try triangle(count: 64)
    var network = try network()
    // Without learning, only the order could make the first batch's loss differ.
    var firstLosses: [Double] = []
    try network.fit(
      to: dataset, optimizer: .sgd(learningRate: 1e-30), epochs: 4, batchSize: 1
    ) { progress in
      if progress.step == 1 { firstLosses.append(progress.loss) }
    }
    #expect(firstLosses.count == 4 && Set(firstLosses).count == 4)
  }

  @Test func progressCountsStepsAndEndsEachEpoch() throws {
    let dataset = try triangle(count: 100)
    var network = try network()
    var ends: [TrainingProgress] = []
    var steps: [Int] = []
    try network.fit(to: dataset, epochs: 3, batchSize: 7) { progress in
      steps.append(progress.step)
      #expect(progress.stepCount == 15 && progress.epochCount == 3)
      if progress.isEpochEnd { ends.append(progress) }
    }
    #expect(ends.map(\.epoch) == [1, 2, 3])
    #expect(steps.allSatisfy { (1...15).contains($0) })
  }

  @Test func whatProgressThrowsEndsTheTrainingWithItsSteps() throws {
    struct Enough: Error {}
    let dataset = try triangle(count: 100)
    var stopped = try network()
    var whole = stopped
    #expect(throws: Enough.self) {
      try stopped.fit(to: dataset, epochs: 3) {
        if $0.epoch == 1 && $0.isEpochEnd { throw Enough() }
      }
    }
    try whole.fit(to: dataset, epochs: 1)
    #expect(stopped == whole)
  }

  @Test func aLossThatIsNoNumberIsAnErrorAndLeavesTheNetworkAsItWas() throws {
    let dataset = try triangle(count: 100)
    var network = try network()
    let before = network
    let error = #expect(throws: SoftmaxError.self) {
      try network.fit(to: dataset, optimizer: .sgd(learningRate: 1e30), epochs: 5)
    }
    #expect(error?.code == .diverged)
    #expect(network == before)
  }

  // The only loss that is looked at is that of the initial weights.
  @Test func weightsThatTheLastStepMadeInfiniteAreAnError() throws {
    let features = Matrix(rowCount: 2, columnCount: 5, repeating: 1000)
    let dataset = try LabeledDataset(
      features: .floats(features), labels: [0, 0], classNames: ["a", "b", "c"])
    var network = try network()
    let before = network
    let error = #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: dataset, optimizer: .sgd(learningRate: 3e38), epochs: 1)
    }
    #expect(error?.code == .diverged)
    #expect(network == before)
  }

  @Test func settingsOutOfRangeAreErrors() throws {
    let dataset = try triangle(count: 10)
    var network = try network()
    let before = network
    for rate in [0, -1, Double.nan, .infinity, 1e-60, 1e300] {
      #expect(throws: SoftmaxError.self) {
        try network.fit(to: dataset, optimizer: .sgd(learningRate: rate))
      }
      #expect(throws: SoftmaxError.self) {
        try network.fit(to: dataset, optimizer: .adam(learningRate: rate))
      }
    }
    #expect(throws: SoftmaxError.self) {
      try network.fit(to: dataset, optimizer: .sgd(momentum: 1))
    }
    #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, optimizer: .adam(beta1: 1)) }
    #expect(throws: SoftmaxError.self) {
      try network.fit(to: dataset, optimizer: .adam(epsilon: 0))
    }
    #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, batchSize: 0) }
    #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, epochs: -1) }
    #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, threads: 0) }
    #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, threads: 1_000_000) }
    #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, l2Penalty: 1e300) }
    #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, l2Penalty: -1) }
    #expect(network == before)
  }

  @Test func dataThatDoNotFitTheNetworkAreErrors() throws {
    var network = try network()
    #expect(throws: SoftmaxError.self) { try network.fit(to: triangle(count: 9, features: 6)) }
    let twoClasses = try LabeledDataset(
      features: .floats(Matrix(rowCount: 2, columnCount: 5)), labels: [0, 1],
      classNames: ["a", "b"])
    #expect(throws: SoftmaxError.self) { try network.fit(to: twoClasses) }
    #expect(throws: SoftmaxError.self) {
      try network.fit(to: triangle(count: 9).selecting(rows: [Int]()))
    }
  }

  @Test func imagesOfAnotherShapeAreAnErrorAndRowsAreNot() throws {
    func images(_ shape: [Int]?) throws -> LabeledDataset {
      try LabeledDataset(
        features: .floats(Matrix(rowCount: 2, columnCount: 16)), labels: [0, 1],
        classNames: ["a", "b"], featureShape: shape)
    }
    var network = try Sequential(input: [4, 4]) {
      Flatten()
      Dense(2)
    }
    let error = #expect(throws: SoftmaxError.self) { try network.fit(to: images([2, 8])) }
    #expect(error?.code == .shapeMismatch)
    #expect(throws: Never.self) { try network.fit(to: images(nil)) }
    let classifier = try Classifier(network: network, classNames: ["a", "b"])
    #expect(throws: SoftmaxError.self) { try classifier.evaluation(on: images([2, 8])) }
  }

  @Test func aBatchLargerThanTheDataIsTheData() throws {
    let dataset = try triangle(count: 20)
    var all = try network()
    var more = all
    try all.fit(to: dataset, epochs: 2, batchSize: 20)
    try more.fit(to: dataset, epochs: 2, batchSize: .max)
    #expect(all == more)
  }

  @Test func bytesTrainAsTheFloatsThatTheyStandFor() throws {
    let generator = CounterBasedGenerator(seed: 6)
    let bytes = (0..<60 * 18).map { UInt8(truncatingIfNeeded: generator.bits(at: UInt64($0))) }
    let matrix = try ByteMatrix(rowCount: 60, columnCount: 18, bytes: bytes, scale: 1.0 / 255)
    let labels = (0..<60).map { $0 % 3 }
    let asBytes = try LabeledDataset(
      features: .bytes(matrix), labels: labels, classNames: ["a", "b", "c"])
    let asFloats = try LabeledDataset(
      features: .floats(matrix.floats()), labels: labels, classNames: ["a", "b", "c"])
    var first = try network(features: 18)
    var second = first
    try first.fit(to: asBytes, epochs: 2)
    try second.fit(to: asFloats, epochs: 2)
    #expect(first == second)
  }

  @Test func aPerceptronWithoutHiddenLayersIsTheNetworkOfOneLayer() throws {
    let dataset = try triangle(count: 80)
    let estimator = MLPClassifier(
      hiddenUnits: [], optimizer: .sgd(learningRate: 0.1), epochs: 3, batchSize: 16, seed: 4)
    let fitted = try estimator.fitted(to: dataset)
    var network = try Sequential(input: [5], seed: 4) {
      Flatten()
      Dense(3, activation: .softmax)
    }
    try network.fit(to: dataset, optimizer: .sgd(learningRate: 0.1), epochs: 3, batchSize: 16)
    #expect(fitted.network == network)
    #expect(fitted.classNames == ["left", "right", "top"])
    #expect(fitted.trainingRecord?.optimizer == "sgd")
    #expect(fitted.trainingRecord?.seed == 4)
  }

  @Test func anL2PenaltyShrinksWeights() throws {
    let dataset = try triangle(count: 80)
    func norm(_ l2Penalty: Double) throws -> Float {
      let model = try SoftmaxRegression(l2Penalty: l2Penalty).fitted(to: dataset)
      return model.network.layers[1].weight?.elements.reduce(0) { $0 + $1 * $1 } ?? 0
    }
    #expect(try norm(1) < 0.2 * norm(0.01))
  }
}
