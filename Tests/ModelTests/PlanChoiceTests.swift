// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct PlanChoiceTests {
  private func isFused(_ input: Int, @LayerBuilder _ layers: () -> [any Layer]) throws -> Bool {
    FusedShape(try Sequential(input: [input], layers: layers), loss: .crossEntropy) != nil
  }

  @Test func theUsualNetworksAreFused() throws {
    #expect(try isFused(784) { Dense(10, activation: .softmax) })
    #expect(
      try isFused(784) {
        Flatten()
        Dense(128, activation: .relu)
        Dense(10, activation: .softmax)
      })
    #expect(
      try isFused(20) {
        Dense(40)
        Tanh()
        Dense(33, activation: .sigmoid)
        Dense(32)
        Softmax()
      })
    // Whatever happens to each feature or unit for itself.
    #expect(
      try isFused(20) {
        Scaling()
        Dense(128)
        ParametricActivation(.selu)
        Dropout(0.15)
        Dense(10, activation: .softmax)
      })
    #expect(
      try isFused(20) {
        BatchNormalization()
        Dropout(0.1)
        ReLU()
        Dense(40)
        Dense(10)
      })
    #expect(
      try isFused(20) {
        Dense(40, activation: .relu)
        Dropout(0.5)
        GELU()
        Dense(40)
        BatchNormalization()
        Softsign()
        Dense(10)
      })
  }

  @Test func whereThereIsNoRoomForABatchForEachWorkerThePlanIsAnother() throws {
    let shape = try #require(
      FusedShape(
        Sequential(input: [1 << 16]) {
          Dense(33)
          Dense(2)
        }, loss: .crossEntropy))
    #expect(shape.fits(rowCount: 256, workerCount: 16))
    #expect(!shape.fits(rowCount: 256, workerCount: 17))
    #expect(!FusedShape.hasRoom(inputCount: .max / 2, rowCount: 256, workerCount: 16))
  }

  @Test func whatLooksAtAllRowsIsFusedWhereTheyAreOneBlock() throws {
    func fits(_ layer: any Layer, rowCount: Int) throws -> Bool? {
      let network = try Sequential(input: [20]) {
        Dense(40)
        layer
        Dense(10)
      }
      return FusedShape(network, loss: .crossEntropy)?.fits(rowCount: rowCount, workerCount: 2)
    }
    #expect(try fits(BatchNormalization(), rowCount: Kernels.rowChunk) == true)
    #expect(try fits(BatchNormalization(), rowCount: Kernels.rowChunk + 1) == false)
    #expect(try fits(Dropout(0.5), rowCount: Kernels.rowChunk + 1) == true)
    #expect(try fits(Scaling(), rowCount: Kernels.rowChunk + 1) == true)
  }

  @Test func otherNetworksAreNot() throws {
    // More classes than features, or than a vector's worth of them.
    #expect(try !isFused(3) { Dense(10) })
    #expect(try !isFused(100) { Dense(33) })
    // A hidden layer of few units, whose inputs lie in lanes.
    #expect(
      try !isFused(100) {
        Dense(20, activation: .relu)
        Dense(10)
      })
    // What looks at whole rows.
    #expect(
      try !isFused(20) {
        Dense(40, activation: .relu)
        LayerNormalization()
        Dense(10)
      })
    #expect(
      try !isFused(20) {
        Dense(40)
        Pairs()
        Dense(10)
      })
    // An activation in front of the only layer, one behind the logits.
    #expect(
      try !isFused(20) {
        ReLU()
        Dense(10)
      })
    #expect(try !isFused(20) { Dense(10, activation: .tanh) })
  }

  @Test func anExecutionAsksForThePlainPlan() throws {
    #expect(try makePlan(Execution(threads: 1)) is FusedPlan)
    #expect(try makePlan(Execution(threads: 1, plan: .plain)) is PlainPlan)
  }

  @Test func fitTrainsAsThePlansDo() throws {
    let test = PlanCase(hidden: [40], rows: 90, batchSize: 33)
    let dataset = try test.dataset()
    var network = try test.network()
    let plan = test.plainPlan(network, dataset, threads: 1)
    var expected = network
    let generator = CounterBasedGenerator(seed: network.seed, purpose: .shuffle, epoch: 0)
    plan.schedule.setOrder(generator.permutation(of: dataset.count))
    var clock = OptimizerClock(test.optimizer)
    for step in 0..<3 { plan.schedule.setUpdate(of: step, to: clock.next()) }
    plan.run(0..<3, dataset: dataset, isUpdating: true, team: WorkerTeam(threadCount: 1))
    plan.store(into: &expected)
    try network.fit(to: dataset, optimizer: test.optimizer, batchSize: 33)
    #expect(network == expected)
  }
}

private func makePlan(_ execution: Execution) throws -> any TrainingPlan {
  let test = PlanCase()
  return TrainingPlans.make(
    for: try test.network(), on: try test.dataset(), loss: .crossEntropy, optimizer: test.optimizer,
    batchSize: 33, l2Penalty: 0, execution: execution
  ).plan
}
