// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

@Suite struct TrainerTests {
  func network(hidden: Int?) throws -> Sequential {
    try Sequential(input: [5], seed: 2) {
      if let hidden { Dense(hidden, activation: .relu) }
      Dense(3, activation: .softmax)
    }
  }

  // A loop over public parts and `fit` with the same settings.
  func expectSameBits(
    _ network: Sequential, _ dataset: LabeledDataset, _ optimizer: Optimizer, batchSize: Int,
    l2Penalty: Double = 0
  ) throws {
    var fitted = network
    let history = try fitted.fit(
      to: dataset, optimizer: optimizer, epochs: 3, batchSize: batchSize, l2Penalty: l2Penalty)
    let trainer = try Trainer(
      network, on: dataset, optimizer: optimizer, batchSize: batchSize, l2Penalty: l2Penalty)
    for epoch in 0..<3 {
      var totals = LossTotals()
      for batch in try trainer.batches(epoch: epoch) {
        totals += try trainer.step(on: batch)
      }
      #expect(totals.predictionCount == dataset.count)
      #expect(totals.loss == history.epochs[epoch].loss)
      #expect(totals.accuracy == history.epochs[epoch].accuracy)
    }
    #expect(try trainer.network == fitted)
  }

  @Test func aLoopOfOnesOwnGivesTheBitsOfFit() throws {
    let dataset = try triangle(count: 150)
    let momentum = Optimizer.sgd(learningRate: 0.1, momentum: 0.9)
    for batchSize in [16, 25, 150, 999] {
      try expectSameBits(
        network(hidden: nil), dataset, .sgd(learningRate: 0.1), batchSize: batchSize)
      try expectSameBits(network(hidden: 40), dataset, .adam(), batchSize: batchSize)
      try expectSameBits(
        network(hidden: 40), dataset, momentum, batchSize: batchSize, l2Penalty: 0.01)
    }
    // Batches of several blocks of the sums.
    try expectSameBits(network(hidden: 40), triangle(count: 900), .adam(), batchSize: 600)
  }

  @Test func distributionsAndOtherFormsOfNetworkGiveTheBitsOfFit() throws {
    let labeled = try triangle(count: 61)
    var targets = Matrix(rowCount: 61, columnCount: 3, repeating: 0.125)
    for (row, label) in labeled.labels.enumerated() { targets[row, label] = 0.75 }
    let dataset = try LabeledDataset(
      features: labeled.features, distributions: targets, classNames: labeled.classNames)
    try expectSameBits(network(hidden: 40), dataset, .adam(), batchSize: 16)
    let plain = try Sequential(input: [5], seed: 2) {
      Tanh()
      Dense(7)
      Tanh()
      Sigmoid()
      Dense(3)
    }
    try expectSameBits(plain, dataset, .adam(), batchSize: 16)
  }

  @Test func anyRowsMakeABatch() throws {
    let dataset = try triangle(count: 40)
    let trainer = try Trainer(network(hidden: nil), on: dataset, batchSize: 8)
    let step = try trainer.step(on: [39, 0, 0])
    #expect(step.weightSum == 3)
    let expected = try network(hidden: nil).valueAndGradient(
      of: .crossEntropy, on: dataset.selecting(rows: [39, 0, 0]))
    #expect(step.loss == expected.loss)
    #expect(trainer.stepCount == 1)
    let before = try trainer.network
    try trainer.step(on: [1])
    #expect(try trainer.network != before)
  }

  @Test func batchesThatMakeNoSenseAreErrors() throws {
    let dataset = try triangle(count: 40)
    let trainer = try Trainer(network(hidden: nil), on: dataset, batchSize: 8)
    func code(_ rows: [Int]) -> SoftmaxError.Code? {
      #expect(throws: SoftmaxError.self) { try trainer.step(on: rows) }?.code
    }
    #expect(code([]) == .invalidArgument)
    #expect(code(Array(0..<9)) == .invalidArgument)
    #expect(code([0, 40]) == .notFound)
    #expect(code([-1]) == .notFound)
    #expect(trainer.stepCount == 0)
    #expect(throws: SoftmaxError.self) { try trainer.batches(epoch: -1) }
    #expect(throws: SoftmaxError.self) {
      try Trainer(network(hidden: nil), on: dataset, batchSize: 0)
    }
    #expect(throws: SoftmaxError.self) {
      try ShuffledBatches(of: 0, from: 10, seed: 1, epoch: 0)
    }
  }

  @Test func divergenceIsAnError() throws {
    let dataset = try triangle(count: 40)
    let trainer = try Trainer(
      network(hidden: 40), on: dataset, optimizer: .sgd(learningRate: 1e30), batchSize: 8)
    let error = #expect(throws: SoftmaxError.self) {
      for epoch in 0..<20 {
        for batch in try trainer.batches(epoch: epoch) { try trainer.step(on: batch) }
      }
    }
    #expect(error?.code == .diverged)
    #expect(throws: SoftmaxError.self) { try trainer.network }
  }

  @Test func anEpochsBatchesHoldEverySampleOnce() throws {
    let batches = try ShuffledBatches(of: 7, from: 40, seed: 3, epoch: 2)
    #expect(batches.count == 6)
    #expect(batches.map(\.count) == [7, 7, 7, 7, 7, 5])
    #expect(batches.joined().sorted() == Array(0..<40))
    #expect(try ShuffledBatches(of: 7, from: 0, seed: 3, epoch: 2).isEmpty)
  }
}
