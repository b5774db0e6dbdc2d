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
    #expect(state.optimizerState.count == optimizer.stateCount)
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

  // It has the shapes of the parameters, however a plan lays it out.
  @Test(arguments: optimizers)
  func bothPlansHaveTheSameOptimizerState(optimizer: Optimizer) throws {
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
      #expect(plain.storedOptimizerState() == fused.storedOptimizerState())
      // From the one plan into the other.
      var trained = network
      plain.store(into: &trained)
      let other = try test.fusedPlan(network, dataset, threads: 2)
      other.load(trained, optimizerState: plain.storedOptimizerState())
      let back = test.plainPlan(network, dataset, threads: 1)
      back.load(trained, optimizerState: other.storedOptimizerState())
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

  // Steps of samples that all weigh 0 count, though they have neither weight nor predictions.
  @Test func aTrainingThatWasPausedAfterEmptyStepsGoesOnThere() throws {
    let count = 60
    let batches = try ShuffledBatches(of: 4, from: count, seed: 2, epoch: 0)
    var weights = [Float](repeating: 1, count: count)
    for row in batches.prefix(3).joined() { weights[row] = 0 }
    let dataset = try triangle(count: count).weighted(by: weights)
    var whole = try network()
    let history = try whole.fit(to: dataset, epochs: 2, batchSize: 4)
    let witness = CheckpointWitness()
    witness.pausesWithin = 1
    var paused = try network()
    try paused.fit(to: dataset, epochs: 2, batchSize: 4, callbacks: [witness])
    let checkpoint = try #require(witness.checkpoints.last)
    #expect(checkpoint.position.step == 1)
    #expect(checkpoint.position.totals == LossTotals(emptyStepCount: 1))
    var network = try network()
    let own = try network.fit(to: dataset, epochs: 2, batchSize: 4, resuming: checkpoint)
    #expect(network == whole)
    #expect(own.epochs.map(\.loss) == history.epochs.map(\.loss))
    #expect(own.epochs[0].emptyStepCount == 3)
    #expect(own.epochs.map(\.emptyStepCount) == history.epochs.map(\.emptyStepCount))
  }

  // At a rate so small no figure changes: the rate falls after the epochs 3 and 8, and the cooldown of
  // the epochs 4 to 6 goes on where the training does.
  @Test func aPlateausCooldownGoesOnWithTheTraining() throws {
    let dataset = try triangle(count: 20)
    func run(
      _ epochs: Int, _ witness: CheckpointWitness, from checkpoint: Checkpoint? = nil
    )
      throws -> [Double]
    {
      var network = try network()
      return try network.fit(
        to: dataset, optimizer: .sgd(learningRate: 1e-30), epochs: epochs,
        callbacks: [
          .reduceOnPlateau(factor: 0.5, patience: 2, monitor: .loss, cooldown: 3), witness,
        ], resuming: checkpoint
      ).epochs.map { $0.learningRate / 1e-30 }
    }
    let witness = CheckpointWitness()
    let rates = try run(10, witness)
    #expect(
      rates.map { ($0 * 8).rounded() / 8 } == [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25])
    #expect(witness.checkpoints[3].callbacks[0].values["cooldown"] == 2)
    for checkpoint in witness.checkpoints {
      #expect(try run(10, CheckpointWitness(), from: checkpoint) == rates)
    }
  }

  // The patience counts the epochs before the checkpoint too.
  @Test func earlyStoppingFiresAfterTheTrainingWentOn() throws {
    let dataset = try triangle(count: 60)
    let other = try triangle(count: 60, seed: 5)
    // Labels of other classes: the better the training, the worse they fare.
    let adverse = try LabeledDataset(
      features: other.features, labels: other.labels.map { ($0 + 1) % 3 },
      classNames: other.classNames)
    func run(
      _ network: inout Sequential, _ witness: CheckpointWitness, _ checkpoint: Checkpoint?
    )
      throws -> TrainingHistory
    {
      try network.fit(
        to: dataset, epochs: 50, validation: .data(adverse),
        callbacks: [.earlyStopping(patience: 3), witness], resuming: checkpoint)
    }
    var whole = try network()
    let witness = CheckpointWitness()
    let history = try run(&whole, witness, nil)
    let best = try #require(history.bestEpoch).number
    #expect(history.epochs.count == best + 3 && best + 3 < 50)
    for checkpoint in witness.checkpoints {
      var network = try network()
      let own = try run(&network, CheckpointWitness(), checkpoint)
      #expect(network == whole)
      #expect(own.epochs.count == history.epochs.count && own.stopReason == history.stopReason)
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
    #expect(try message(l2Penalty: 0.1)?.contains("L2 penalty: 0, this training 0.1") == true)
    #expect(
      try message(optimizer: .sgd())?.contains("optimizer name: adam, this training sgd") == true)
    #expect(
      try message(optimizer: .adam(learningRate: 0.5))?.contains(
        "optimizer learning_rate: 0.001, this training 0.5") == true)
    #expect(
      try message(dataset: triangle(count: 60, seed: 4))?.contains("training data fingerprint: ")
        == true)
    #expect(
      try message(dataset: triangle(count: 70))?.contains("training data fingerprint: ") == true)
    #expect(
      try message(validation: .data(dataset), callbacks: [.earlyStopping(patience: 3)])?
        .contains("training data") == true)
    #expect(try message(callbacks: [])?.contains("this training none") == true)
    #expect(
      try message(callbacks: [.reduceOnPlateau()])?.contains(
        "callback 1 name: early stopping, this training reduce on plateau") == true)
    #expect(
      try message(callbacks: [.earlyStopping(patience: 4)])?.contains(
        "callback 1 patience: 3, this training 4") == true)
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
      optimizerState: [[LayerTensors]]? = nil
    ) throws {
      let checkpoint = Checkpoint(
        state: .init(
          network: good.state.network,
          optimizerState: optimizerState ?? good.state.optimizerState,
          stepCount: stepCount ?? good.state.stepCount, learningRateFactor: factor),
        position: position, history: good.history, callbacks: good.callbacks,
        settings: good.settings, classNames: good.classNames, pipeline: good.pipeline,
        outputFunction: good.outputFunction)
      var network = try network()
      try network.fit(
        to: dataset, epochs: 3, validation: .fraction(0.2),
        callbacks: [.earlyStopping(patience: 3)], resuming: checkpoint)
    }
    try attempt(good.position)
    for position in [
      Checkpoint.Position(epoch: -1), .init(epoch: .max), .init(epoch: .min), .init(epoch: 0),
      .init(epoch: 1, step: .max), .init(epoch: 1, step: -1), .init(epoch: 1, step: .min),
      .init(epoch: 1, step: 2), .init(epoch: 1, totals: .init(lossSum: .nan)),
      .init(epoch: 1, totals: .init(weightSum: -1)),
      .init(epoch: 1, totals: .init(correctCount: -1)),
      .init(epoch: 1, totals: .init(correctCount: 1)),
      .init(epoch: 1, totals: .init(predictionCount: .max)),
      .init(epoch: 1, totals: .init(predictionCount: 1)),
      .init(epoch: 1, totals: .init(emptyStepCount: 1)), .init(epoch: 1, seconds: -.infinity),
      .init(epoch: 4),
    ] {
      #expect(throws: SoftmaxError.self, "\(position)") { try attempt(position) }
    }
    for count in [Int.max, 1 << 53, .min, -1, 0, 3] {
      #expect(throws: SoftmaxError.self) { try attempt(good.position, stepCount: count) }
    }
    for factor in [0, -1, Double.nan, .infinity] {
      #expect(throws: SoftmaxError.self) { try attempt(good.position, factor: factor) }
    }
    let known = good.state.optimizerState
    let small = LayerTensors(
      layer: 0, tensors: [LayerTensor(name: "weight", shape: [1, 1], values: [0])])
    for wrong in [
      [], [known[0]], known + [known[0]], [known[0], []], [known[0], known[1].reversed()],
      [known[0], [small, known[1][1]]],
    ] {
      #expect(throws: SoftmaxError.self) { try attempt(good.position, optimizerState: wrong) }
    }
  }
}
