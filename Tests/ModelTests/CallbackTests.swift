// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

/// Keeps what a training told it.
final class Witness: TrainingCallback {
  var calls: [String] = []
  var networks: [Sequential] = []
  var rates: [Double] = []

  func trainingBegins(_ status: TrainingStatus) throws {
    calls.append("begin \(status.history.epochs.count)")
  }
  func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    calls.append("epoch \(status.history.epochs.count)")
    networks.append(try status.network)
    rates.append(status.learningRate)
    return .proceed
  }
  func epochIsSettled(_ status: TrainingStatus) throws {
    calls.append("settled \(status.history.epochs.count)")
  }
  func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws {
    calls.append("end \(status.history.epochs.count)")
  }
}

/// Does what it is told at the end of an epoch.
struct Scripted: TrainingCallback {
  var decisions: [Int: TrainingDecision] = [:]
  var error: (epoch: Int, error: any Error)?

  mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    let epoch = status.history.epochs.count
    if let error, error.epoch == epoch { throw error.error }
    return decisions[epoch] ?? .proceed
  }
}

@Suite struct CallbackTests {
  func network(hidden: Int = 12) throws -> Sequential {
    try Sequential(input: [5], seed: 2) {
      Dense(hidden, activation: .relu)
      Dense(3, activation: .softmax)
    }
  }

  @Test func validationIsTakenWithTheWeightsOfEachEpochsEnd() throws {
    let training = try triangle(count: 60)
    let validation = try triangle(count: 40, seed: 8)
    var network = try network()
    let witness = Witness()
    let history = try network.fit(
      to: training, epochs: 3, batchSize: 16, validation: .data(validation), callbacks: [witness])
    for (epoch, trained) in zip(history.epochs, witness.networks) {
      let evaluation = try Classifier(network: trained, trainedOn: training)
        .evaluation(on: validation)
      #expect(epoch.validation?.loss == evaluation.logLoss)
      #expect(epoch.validation?.accuracy == evaluation.accuracy)
      #expect(epoch.learningRate == 0.001)
    }
    #expect(witness.networks.last == network)
    #expect(
      witness.calls == [
        "begin 0", "epoch 1", "settled 1", "epoch 2", "settled 2", "epoch 3", "settled 3", "end 3",
      ])
  }

  @Test func watchingATrainingChangesNoBit() throws {
    let dataset = try triangle(count: 60)
    let validation = try triangle(count: 40, seed: 8)
    var alone = try network()
    var watched = alone
    let first = try alone.fit(to: dataset, epochs: 4, batchSize: 16)
    let second = try watched.fit(
      to: dataset, epochs: 4, batchSize: 16, validation: .data(validation),
      callbacks: [
        .earlyStopping(patience: 9, restoresBestWeights: false), .reduceOnPlateau(),
        .stopOnNonFiniteLoss, .onEpochEnd { _ in .proceed }, Witness(),
      ])
    #expect(alone == watched)
    #expect(first.epochs.map(\.loss) == second.epochs.map(\.loss))
    #expect(first.epochs.allSatisfy { $0.validation == nil })
  }

  @Test func aFractionIsTheSplitOfTheNetworksSeedWhateverTheThreads() throws {
    let dataset = try triangle(count: 80)
    let (training, validation) = try dataset.split(validationFraction: 0.25, seed: 2)
    var expected = try network()
    let history = try expected.fit(
      to: training, epochs: 2, batchSize: 16, validation: .data(validation))
    for threads in [1, 2, 3] {
      var network = try network()
      let own = try network.fit(
        to: dataset, epochs: 2, batchSize: 16, validation: .fraction(0.25), threads: threads)
      #expect(network == expected)
      #expect(own.epochs.map(\.validation) == history.epochs.map(\.validation))
    }
    var network = try network()
    let trainer = try Trainer(network, on: training, batchSize: 16)
    for epoch in 0..<2 {
      for batch in try trainer.batches(epoch: epoch) { try trainer.step(on: batch) }
    }
    network = try trainer.network
    #expect(network == expected)
  }

  @Test func validationThatDoesNotFitIsAnError() throws {
    let dataset = try triangle(count: 20)
    var network = try network()
    let before = network
    let others = try LabeledDataset(
      features: dataset.features, labels: dataset.labels, classNames: ["x", "y", "z"])
    for validation in [
      Validation.data(try triangle(count: 20, features: 6)), .data(others), .fraction(1),
      .data(dataset.selecting(rows: [Int]())),
    ] {
      #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, validation: validation) }
    }
    #expect(network == before)
  }

  @Test func progressTellsTheValidationAtTheEpochsEnd() throws {
    let dataset = try triangle(count: 100)
    var network = try network()
    var ends = 0
    let history = try network.fit(to: dataset, epochs: 2, validation: .fraction(0.2)) { progress in
      #expect((progress.validation != nil) == progress.isEpochEnd)
      if progress.isEpochEnd { ends += 1 }
    }
    #expect(ends == 2)
    #expect(history.bestEpoch?.number == 2)
  }

  // MARK: Stopping

  @Test func aCallbackEndsTheTrainingWithItsReason() throws {
    let dataset = try triangle(count: 60)
    var stopped = try network()
    var short = stopped
    let witness = Witness()
    let history = try stopped.fit(
      to: dataset, epochs: 9, callbacks: [Scripted(decisions: [2: .stop("enough")]), witness])
    try short.fit(to: dataset, epochs: 2)
    #expect(history.epochs.count == 2 && history.stopReason == "enough")
    #expect(stopped == short)
    // Each callback sees every epoch, also those behind the one that stops.
    #expect(witness.calls.suffix(3) == ["epoch 2", "settled 2", "end 2"])
  }

  @Test func ofTwoCallbacksThatStopTheFirstsReasonIsTold() throws {
    var network = try network()
    let history = try network.fit(
      to: triangle(count: 60), epochs: 9,
      callbacks: [
        Scripted(decisions: [2: .stop("enough")]), Scripted(decisions: [2: .stop("too much")]),
      ])
    #expect(history.epochs.count == 2 && history.stopReason == "enough")
  }

  @Test func whatACallbackThrowsEndsTheTrainingWithItsSteps() throws {
    struct Enough: Error {}
    let dataset = try triangle(count: 60)
    var stopped = try network()
    var short = stopped
    #expect(throws: Enough.self) {
      try stopped.fit(to: dataset, epochs: 9, callbacks: [Scripted(error: (2, Enough()))])
    }
    try short.fit(to: dataset, epochs: 2)
    #expect(stopped == short)
  }

  // Validation samples with other classes' labels: the better the training, the worse they fare.
  func adverse() throws -> LabeledDataset {
    let dataset = try triangle(count: 60, seed: 5)
    return try LabeledDataset(
      features: dataset.features, labels: dataset.labels.map { ($0 + 1) % 3 },
      classNames: dataset.classNames)
  }

  @Test func earlyStoppingRestoresTheBestWeights() throws {
    let dataset = try triangle(count: 60)
    var stopped = try network()
    var once = stopped
    let witness = Witness()
    let history = try stopped.fit(
      to: dataset, epochs: 50, validation: .data(adverse()),
      callbacks: [witness, .earlyStopping(patience: 3)])
    let best = try #require(history.bestEpoch)
    #expect(history.epochs.count == best.number + 3)
    #expect(stopped == witness.networks[best.number - 1])
    #expect(stopped != witness.networks.last)
    #expect(
      history.stopReason
        == "val_loss has not improved for 3 epochs, the best was epoch \(best.number)")
    // It does so too where the epochs end before the patience does, and not where it shall not.
    let whole = try once.fit(
      to: dataset, epochs: best.number + 2, validation: .data(adverse()),
      callbacks: [.earlyStopping(patience: 3)])
    #expect(whole.stopReason == nil && once == stopped)
    var last = try network()
    try last.fit(
      to: dataset, epochs: 50, validation: .data(adverse()),
      callbacks: [.earlyStopping(patience: 3, restoresBestWeights: false)])
    #expect(last == witness.networks.last)
  }

  // A step's loss is that of the weights before it (keras-team/keras#20323).
  @Test func theBestTrainingLossOfSingleStepsIsThatOfTheWeightsBefore() throws {
    let dataset = try triangle(count: 20)
    var network = try network()
    let history = try network.fit(
      to: dataset, optimizer: .sgd(learningRate: 30), epochs: 40, batchSize: 20,
      callbacks: [.earlyStopping(patience: 4, monitor: .loss)])
    let best = try #require(history.epochs.map(\.loss).min())
    let loss = try network.valueAndGradient(of: .crossEntropy, on: dataset).loss
    #expect(loss == best)
    #expect(history.stopReason != nil)
  }

  @Test func anImprovementHasToBeLargeEnough() throws {
    let dataset = try triangle(count: 60)
    var network = try network()
    let history = try network.fit(
      to: dataset, epochs: 50,
      callbacks: [.earlyStopping(patience: 2, monitor: .accuracy, minDelta: 2)])
    // The first figure is an improvement over nothing, whatever the least one is.
    #expect(history.epochs.count == 3)
  }

  @Test func anAccuracyThatStaysIsNoImprovement() throws {
    var network = try network()
    // A rate at which no weight moves.
    let history = try network.fit(
      to: triangle(count: 60), optimizer: .sgd(learningRate: 1e-30), epochs: 50,
      callbacks: [.earlyStopping(patience: 2, monitor: .accuracy)])
    #expect(history.epochs.count == 3)
  }

  @Test func callbacksThatCannotWorkAreErrorsBeforeTheFirstStep() throws {
    let dataset = try triangle(count: 20)
    var network = try network()
    let before = network
    let impossible: [any TrainingCallback] = [
      .earlyStopping(patience: 3), .earlyStopping(patience: 0, monitor: .loss),
      .earlyStopping(patience: 1, monitor: .loss, minDelta: -1), .reduceOnPlateau(),
      .reduceOnPlateau(factor: 1, monitor: .loss), .reduceOnPlateau(factor: 0, monitor: .loss),
      .reduceOnPlateau(patience: 0, monitor: .loss),
      .earlyStopping(patience: 1, monitor: .validationAccuracy),
    ]
    for callback in impossible {
      let error = #expect(throws: SoftmaxError.self) {
        try network.fit(to: dataset, callbacks: [callback])
      }
      #expect(error?.code == .invalidArgument)
    }
    #expect(network == before)
  }

  // MARK: The learning rate

  // Keras: best 1; waits 2 epochs; reduces at the end of the third, sits out the cooldown.
  @Test func aPlateauReducesTheRateAsKerasDoes() throws {
    let dataset = try triangle(count: 20)
    var network = try network()
    let witness = Witness()
    // A rate so small that no figure ever changes.
    let history = try network.fit(
      to: dataset, optimizer: .sgd(learningRate: 1e-30), epochs: 9, batchSize: 20,
      callbacks: [
        .reduceOnPlateau(
          factor: 0.5, patience: 2, monitor: .loss, cooldown: 2, minLearningRate: 2e-31),
        witness,
      ])
    // Reduced at the ends of the epochs 3 and 6 (cooldown: epochs 4 and 5, of which the last one
    // counts again), then stopped at the least rate.
    let relative = witness.rates.map { $0 / 1e-30 }
    #expect(
      zip(relative, [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2]).allSatisfy {
        abs($0 - $1) < 1e-12
      }, "\(relative)")
    #expect(history.epochs.map(\.learningRate).first == 1e-30)
    #expect(history.epochs[3].learningRate == 0.5e-30)
  }

  @Test func theFactorOfTheRateIsTheRate() throws {
    let dataset = try triangle(count: 40)
    for optimizer in [
      (Optimizer.adam(learningRate: 0.01), Optimizer.adam(learningRate: 0.005)),
      (.sgd(learningRate: 0.1, momentum: 0.9), .sgd(learningRate: 0.05, momentum: 0.9)),
    ] {
      let scaled = try Trainer(network(), on: dataset, optimizer: optimizer.0, batchSize: 8)
      let plain = try Trainer(network(), on: dataset, optimizer: optimizer.1, batchSize: 8)
      scaled.learningRateFactor = 0.5
      for batch in try plain.batches(epoch: 0) {
        try scaled.step(on: batch)
        try plain.step(on: batch)
      }
      #expect(try scaled.network == plain.network)
      #expect(scaled.learningRate == plain.learningRate)
    }
  }

  @Test func aFactorThatLeavesNoRateIsAnError() throws {
    let dataset = try triangle(count: 20)
    for factor in [0, -1, Double.nan, .infinity] {
      var network = try network()
      #expect(throws: SoftmaxError.self) {
        try network.fit(
          to: dataset, epochs: 2,
          callbacks: [Scripted(decisions: [1: .scaleLearningRate(by: factor)])])
      }
    }
  }

  // MARK: Divergence

  @Test func aTrainingThatDivergesKeepsTheLastGoodWeightsWhereAsked() throws {
    let dataset = try triangle(count: 100)
    var network = try network()
    var good = network
    let boom = Scripted(decisions: [3: .scaleLearningRate(by: 1e32)])
    let history = try network.fit(
      to: dataset, optimizer: .sgd(learningRate: 0.1), epochs: 20,
      callbacks: [boom, .stopOnNonFiniteLoss])
    try good.fit(to: dataset, optimizer: .sgd(learningRate: 0.1), epochs: 3)
    #expect(history.epochs.count == 3)
    #expect(history.stopReason?.hasPrefix("the loss became ") == true)
    #expect(network == good)

    var thrown = try self.network()
    let before = thrown
    let error = #expect(throws: SoftmaxError.self) {
      try thrown.fit(
        to: dataset, optimizer: .sgd(learningRate: 0.1), epochs: 20, callbacks: [boom])
    }
    #expect(error?.code == .diverged)
    #expect(thrown == before)
  }

  @Test func aTrainingThatDivergesAtOnceIsAsItWas() throws {
    let dataset = try triangle(count: 100)
    var network = try network()
    let before = network
    let history = try network.fit(
      to: dataset, optimizer: .sgd(learningRate: 1e30), epochs: 5,
      callbacks: [.stopOnNonFiniteLoss])
    #expect(history.epochs.isEmpty && history.stopReason != nil)
    #expect(network == before)
  }
}
