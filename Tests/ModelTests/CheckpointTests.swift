// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// Takes a checkpoint at the end of each epoch, and pauses within one where it is told to.
final class CheckpointWitness: TrainingCallback {
  var checkpoints: [Checkpoint] = []
  var pausesWithin: Int?

  func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision {
    status.progress.epoch == pausesWithin ? .pause("now") : .proceed
  }
  func epochIsSettled(_ status: TrainingStatus) throws {
    checkpoints.append(try status.checkpoint)
  }
  func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws {
    checkpoints.append(try status.checkpoint)
  }
}

@Suite struct CheckpointTests {
  static let optimizers: [Optimizer] = [
    .adam(learningRate: 0.01), .sgd(learningRate: 0.1), .sgd(learningRate: 0.05, momentum: 0.9),
  ]

  func network(isPlain: Bool = false) throws -> Sequential {
    try Sequential(input: [5], seed: 2) {
      Dense(isPlain ? 7 : 40, activation: .tanh)
      if isPlain { Tanh() }
      Dense(3, activation: .softmax)
    }
  }

  // A trainer that goes back to a state takes the same steps again, and so does a new one.
  @Test(arguments: optimizers, [false, true])
  func aStateIsAllThatTheNextStepsDependOn(optimizer: Optimizer, isPlain: Bool) throws {
    let dataset = try triangle(count: 60)
    func makeTrainer(threads: Int) throws -> Trainer {
      try Trainer(
        network(isPlain: isPlain), on: dataset, optimizer: optimizer, batchSize: 16,
        l2Penalty: 0.01, threads: threads)
    }
    func run(_ trainer: Trainer, epoch: Int) throws {
      for batch in try trainer.batches(epoch: epoch) { try trainer.step(on: batch) }
    }
    let trainer = try makeTrainer(threads: 2)
    try run(trainer, epoch: 0)
    let state = try trainer.state
    #expect(state.memory.count == optimizer.memoryCount)
    #expect(state.stepCount == 4)
    try run(trainer, epoch: 1)
    let expected = try trainer.state
    try trainer.restore(state)
    #expect(try trainer.state == state)
    try run(trainer, epoch: 1)
    #expect(try trainer.state == expected)
    for threads in [1, 3] {
      let other = try makeTrainer(threads: threads)
      try other.restore(state)
      try run(other, epoch: 1)
      #expect(try other.state == expected)
    }
  }

  // The memory has the shapes of the parameters, however a plan lays it out.
  @Test(arguments: optimizers)
  func bothPlansHaveTheSameMemory(optimizer: Optimizer) throws {
    let cases: [([Int], HiddenSteps?)] = [
      ([], nil), ([40], nil), ([48, 33], nil), ([48, 33], .normalization), ([40], .all),
    ]
    for (hidden, steps) in cases {
      var test = PlanCase(hidden: hidden, steps: steps, rows: 90, batchSize: 33, threads: 3)
      test.optimizer = optimizer
      let dataset = try test.dataset()
      let network = try test.network()
      let plain = test.plainPlan(network, dataset, threads: 3)
      let fused = try test.fusedPlan(network, dataset, threads: 3)
      _ = test.outcome(of: plain, network, dataset, threads: 3)
      _ = test.outcome(of: fused, network, dataset, threads: 3)
      #expect(plain.storedMemory() == fused.storedMemory())
      // From the one plan into the other.
      var trained = network
      plain.store(into: &trained)
      let other = try test.fusedPlan(network, dataset, threads: 2)
      other.load(trained, memory: plain.storedMemory())
      let back = test.plainPlan(network, dataset, threads: 1)
      back.load(trained, memory: other.storedMemory())
      let plainEnd = test.outcome(of: back, trained, dataset, threads: 1)
      #expect(test.outcome(of: other, trained, dataset, threads: 2) == plainEnd)
    }
  }

  @Test(arguments: optimizers, [false, true])
  func aTrainingThatGoesOnEndsWithTheSameBits(optimizer: Optimizer, isPlain: Bool) throws {
    let dataset = try triangle(count: 90)
    var whole = try network(isPlain: isPlain)
    let witness = CheckpointWitness()
    func callbacks(_ witness: CheckpointWitness) -> [any TrainingCallback] {
      [
        .earlyStopping(patience: 3), .reduceOnPlateau(factor: 0.5, patience: 1, minDelta: 0.01),
        witness,
      ]
    }
    let history = try whole.fit(
      to: dataset, optimizer: optimizer, epochs: 6, batchSize: 16, validation: .fraction(0.2),
      callbacks: callbacks(witness))
    for checkpoint in witness.checkpoints {
      var network = try network(isPlain: isPlain)
      let own = try network.fit(
        to: dataset, optimizer: optimizer, epochs: 6, batchSize: 16, validation: .fraction(0.2),
        callbacks: callbacks(CheckpointWitness()), resuming: checkpoint)
      #expect(network == whole)
      #expect(own.epochs.map(\.loss) == history.epochs.map(\.loss))
      #expect(own.epochs.map(\.validation) == history.epochs.map(\.validation))
      #expect(own.epochs.map(\.learningRate) == history.epochs.map(\.learningRate))
      #expect(own.stopReason == history.stopReason)
    }
  }

  @Test func aTrainingThatWasPausedWithinAnEpochGoesOnThere() throws {
    let dataset = try triangle(count: 90)
    for epoch in 1...3 {
      var whole = try network()
      var paused = whole
      let history = try whole.fit(to: dataset, epochs: 3, batchSize: 4, validation: .fraction(0.2))
      let witness = CheckpointWitness()
      witness.pausesWithin = epoch
      let first = try paused.fit(
        to: dataset, epochs: 3, batchSize: 4, validation: .fraction(0.2), callbacks: [witness])
      #expect(first.epochs.count == epoch - 1 && first.stopReason == nil)
      let checkpoint = try #require(witness.checkpoints.last)
      #expect(checkpoint.position.epoch == epoch - 1 && checkpoint.position.step > 0)
      var network = try network()
      let own = try network.fit(
        to: dataset, epochs: 3, batchSize: 4, validation: .fraction(0.2), resuming: checkpoint)
      #expect(network == whole && network != paused)
      #expect(own.epochs.map(\.loss) == history.epochs.map(\.loss))
      #expect(own.epochs.map(\.accuracy) == history.epochs.map(\.accuracy))
    }
  }

  @Test func aTrainingThatWasStoppedForGoodStaysSo() throws {
    let dataset = try triangle(count: 60)
    var stopped = try network()
    let witness = CheckpointWitness()
    try stopped.fit(
      to: dataset, epochs: 9, callbacks: [Scripted(decisions: [2: .stop("enough")]), witness])
    var network = try network()
    let history = try network.fit(to: dataset, epochs: 9, resuming: witness.checkpoints.last)
    #expect(history.epochs.count == 2 && history.stopReason == "enough")
    #expect(network == stopped)
  }

  @Test func moreEpochsCanBeAskedForAndFewerNot() throws {
    let dataset = try triangle(count: 60)
    let witness = CheckpointWitness()
    var network = try network()
    try network.fit(to: dataset, epochs: 2, callbacks: [witness])
    var more = try self.network()
    var whole = more
    try more.fit(to: dataset, epochs: 5, resuming: witness.checkpoints.last)
    try whole.fit(to: dataset, epochs: 5)
    #expect(more == whole)
    #expect(throws: SoftmaxError.self) {
      try more.fit(to: dataset, epochs: 1, resuming: witness.checkpoints.last)
    }
  }

  @Test func aLoopOfOnesOwnGoesOnToo() throws {
    let dataset = try triangle(count: 60)
    func makeTrainer() throws -> Trainer { try Trainer(network(), on: dataset, batchSize: 16) }
    let whole = try makeTrainer()
    var kept: Checkpoint?
    for epoch in 0..<4 {
      for batch in try whole.batches(epoch: epoch) { try whole.step(on: batch) }
      if epoch == 1 { kept = try whole.checkpoint(at: .init(epoch: 2)) }
    }
    let checkpoint = try #require(kept)
    let trainer = try makeTrainer()
    try trainer.restore(checkpoint)
    for epoch in checkpoint.position.epoch..<4 {
      for batch in try trainer.batches(epoch: epoch) { try trainer.step(on: batch) }
    }
    #expect(try trainer.network == whole.network)
  }

  // MARK: Checkpoints of something else

  func checkpoint() throws -> Checkpoint {
    let witness = CheckpointWitness()
    var network = try network()
    try network.fit(
      to: triangle(count: 60), epochs: 2, validation: .fraction(0.2),
      callbacks: [.earlyStopping(patience: 3), witness])
    return try #require(witness.checkpoints.first)
  }

  @Test func anotherTrainingsCheckpointIsAnErrorThatNamesTheDifference() throws {
    let checkpoint = try checkpoint()
    let dataset = try triangle(count: 60)
    func message(
      _ network: Sequential? = nil, dataset: LabeledDataset? = nil,
      optimizer: Optimizer = .adam(), batchSize: Int = 32, l2Penalty: Double = 0,
      validation: Validation = .fraction(0.2),
      callbacks: [any TrainingCallback] = [.earlyStopping(patience: 3)]
    ) throws -> String? {
      var network = try network ?? self.network()
      let before = network
      do {
        try network.fit(
          to: try dataset ?? triangle(count: 60), optimizer: optimizer, epochs: 3,
          batchSize: batchSize, l2Penalty: l2Penalty, validation: validation,
          callbacks: callbacks, resuming: checkpoint)
        return nil
      } catch let error as SoftmaxError {
        #expect(network == before)
        return error.message
      }
    }
    #expect(try message() == nil)
    #expect(try message(batchSize: 16)?.contains("it has batch size: 32, this training 16") == true)
    #expect(try message(l2Penalty: 0.1)?.contains("L2 penalty: 0.0, this training 0.1") == true)
    #expect(
      try message(optimizer: .sgd())?.contains("optimizer: adam beta1 0.9") == true)
    #expect(
      try message(optimizer: .adam(learningRate: 0.5))?.contains("learning_rate 0.5") == true)
    #expect(try message(dataset: triangle(count: 60, seed: 4))?.contains("training data") == true)
    #expect(try message(dataset: triangle(count: 70))?.contains("training data") == true)
    #expect(
      try message(validation: .data(dataset), callbacks: [.earlyStopping(patience: 3)])?
        .contains("training data") == true)
    #expect(try message(callbacks: [])?.contains("this training none") == true)
    #expect(
      try message(callbacks: [.earlyStopping(patience: 4)])?.contains("patience 4") == true)
    for (other, part) in [
      (
        try Sequential(
          input: [5], seed: 3,
          layers: { [Dense(40, activation: .tanh), Dense(3, activation: .softmax)] }),
        "seed 2, not 3"
      ),
      (
        try Sequential(
          input: [5], seed: 2,
          layers: { [Dense(41, activation: .tanh), Dense(3, activation: .softmax)] }),
        "another layer 0"
      ),
      (
        try Sequential(
          input: [5], seed: 2,
          layers: { [Dense(40, activation: .relu), Dense(3, activation: .softmax)] }),
        "another layer 0"
      ),
      (
        try Sequential(input: [5], seed: 2, layers: { [Dense(3, activation: .softmax)] }),
        "2 layers, not 1"
      ),
    ] {
      let text = try message(other)
      #expect(text?.contains(part) == true, "\(text ?? "no error")")
    }
  }

  @Test func positionsThatMakeNoSenseAreErrors() throws {
    let good = try checkpoint()
    let dataset = try triangle(count: 60)
    func attempt(
      _ position: Checkpoint.Position, stepCount: Int? = nil, factor: Double = 1,
      memory: [[Trainer.State.LayerValues]]? = nil
    ) throws {
      let checkpoint = Checkpoint(
        state: .init(
          network: good.state.network, memory: memory ?? good.state.memory,
          stepCount: stepCount ?? good.state.stepCount, learningRateFactor: factor),
        position: position, history: good.history, callbacks: good.callbacks,
        settings: good.settings, classNames: good.classNames, byteScale: nil)
      var network = try network()
      try network.fit(
        to: dataset, epochs: 3, validation: .fraction(0.2),
        callbacks: [.earlyStopping(patience: 3)], resuming: checkpoint)
    }
    try attempt(good.position)
    for position in [
      Checkpoint.Position(epoch: -1), .init(epoch: .max), .init(epoch: .min), .init(epoch: 0),
      .init(epoch: 1, step: .max), .init(epoch: 1, step: -1), .init(epoch: 1, step: .min),
      .init(epoch: 1, step: 2), .init(epoch: 1, lossSum: .nan), .init(epoch: 1, correctCount: -1),
      .init(epoch: 1, seconds: -.infinity), .init(epoch: 4),
    ] {
      #expect(throws: SoftmaxError.self, "\(position)") { try attempt(position) }
    }
    for count in [Int.max, .min, -1, 0, 3] {
      #expect(throws: SoftmaxError.self) { try attempt(good.position, stepCount: count) }
    }
    for factor in [0, -1, Double.nan, .infinity] {
      #expect(throws: SoftmaxError.self) { try attempt(good.position, factor: factor) }
    }
    let memory = good.state.memory
    let small = Trainer.State.LayerValues(
      layer: 0, tensors: [LayerTensor(name: "weight", shape: [1, 1], values: [0])])
    for wrong in [
      [], [memory[0]], memory + [memory[0]], [memory[0], []], [memory[0], memory[1].reversed()],
      [memory[0], [small, memory[1][1]]],
    ] {
      #expect(throws: SoftmaxError.self) { try attempt(good.position, memory: wrong) }
    }
  }
}
