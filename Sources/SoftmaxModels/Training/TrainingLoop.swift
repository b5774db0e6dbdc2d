// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The loop of `fit`: epochs of steps, what they are watched by, and how they end.
///
/// Nothing in it touches the numbers: a loop of one's own over a `Trainer` gives the same bits.
struct TrainingLoop {
  private let trainer: Trainer
  private let epochCount: Int
  private let loss: Loss
  private let validation: LabeledDataset?
  private let threads: Int?
  private let onProgress: ((TrainingProgress) throws -> Void)?
  private let validationFingerprint: String?
  private var callbacks: [any TrainingCallback]
  // Where the training stands, and the epoch that has begun.
  private var totals = BatchSchedule.Totals()
  private var epoch = 0
  private var step = 0
  private var seconds = 0.0
  // How many steps are run between two looks at the clock: follows the clock; the numbers do not.
  private var chunk = 1

  /// What has been reported.
  private(set) var history = TrainingHistory()
  /// Whether a step may have been taken.
  private(set) var hasBegun = false

  // What ends the training before its last epoch.
  private enum End: Equatable {
    case stopped, paused
  }

  init(
    _ trainer: Trainer, epochCount: Int, loss: Loss, validation: LabeledDataset?,
    callbacks: [any TrainingCallback], threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) {
    self.trainer = trainer
    self.epochCount = epochCount
    self.loss = loss
    self.validation = validation
    self.callbacks = callbacks
    self.threads = threads
    self.onProgress = onProgress
    validationFingerprint = validation.map { "\($0.count) rows, fingerprint \($0.fingerprint)" }
  }

  /// Goes on from a checkpoint.
  mutating func resume(_ checkpoint: Checkpoint) throws(SoftmaxError) {
    try trainer.validateForm(of: checkpoint.state.network)
    try checkpoint.validate(settings: trainer.settings(validation: validationFingerprint))
    try checkpoint.validate(callbacks: callbacks)
    let position = checkpoint.position
    // Compared so that no lie overflows.
    guard position.epoch <= epochCount - min(1, max(0, position.step)) else {
      throw SoftmaxError(
        .invalidArgument,
        "the checkpoint is \(position.epoch) epochs and \(position.step) steps into its training, "
          + "which is more than the \(epochCount) epochs here",
        remedy: "ask for more epochs, or begin anew without it")
    }
    // The clock of a lie of a step count could be wound for ever.
    let (steps, overflow) = position.epoch.multipliedReportingOverflow(by: trainer.stepsOfEpoch)
    guard position.epoch >= 0, !overflow, checkpoint.state.stepCount >= steps,
      checkpoint.state.stepCount - steps == position.step
    else {
      throw SoftmaxError(
        .invalidData,
        "the checkpoint has \(checkpoint.state.stepCount) steps, but is \(position.epoch) epochs of "
          + "\(trainer.stepsOfEpoch) and \(position.step) steps into its training")
    }
    for network in checkpoint.callbacks.flatMap({ $0.memory.networks.values }) {
      try trainer.validateForm(of: network)
    }
    try trainer.restore(checkpoint, validation: validationFingerprint)
    history = checkpoint.history
    epoch = position.epoch
    step = position.step
    totals = BatchSchedule.Totals(
      loss: position.lossSum, weight: position.weightSum, correctCount: position.correctCount,
      trialCount: position.trialCount, emptyStepCount: position.emptyStepCount)
    seconds = position.seconds
    var known = checkpoint.callbacks.makeIterator()
    for index in callbacks.indices where callbacks[index].memory != nil {
      guard var memory = known.next()?.memory else { break }
      // A file knows the numbers of a network, and not what is frozen in it.
      memory.networks = memory.networks.mapValues { trainer.initial.withNumbers(of: $0) }
      callbacks[index].memory = memory
    }
  }

  /// Trains to the end and gives the network to hand back.
  mutating func run() throws -> Sequential {
    hasBegun = true
    var progress = makeProgress()
    let begin = status(progress)
    for index in callbacks.indices { try callbacks[index].trainingBegins(begin) }
    // A training that was stopped for good is over, whatever there would be left to do.
    var end: End? = history.stopReason == nil ? nil : .stopped
    do {
      while end == nil, epoch < epochCount {
        end = try runEpoch(&progress)
      }
    } catch let error as SoftmaxError where error.code == .diverged {
      guard try isCaught(error) else { throw error }
    }
    return try finish(progress)
  }

  // MARK: An epoch

  private mutating func runEpoch(_ progress: inout TrainingProgress) throws -> End? {
    trainer.begin(try trainer.batches(epoch: epoch))
    chunk = 1
    let before = seconds
    let start = ContinuousClock.now
    while true {
      try runSteps()
      seconds = before + (ContinuousClock.now - start).seconds
      progress = makeProgress()
      guard totals.loss.isFinite else {
        throw SoftmaxError(
          .diverged, "the loss became \(totals.loss) in epoch \(epoch + 1), by step \(step)",
          remedy: "try a smaller learning rate, or features of a smaller scale")
      }
      if progress.isEpochEnd { break }
      try onProgress?(progress)
      if let end = try ask(progress, { try $0.stepsEnd($1) }) { return end }
    }
    progress.validation = try validate()
    seconds = before + (ContinuousClock.now - start).seconds
    progress.seconds = seconds
    return try endEpoch(progress)
  }

  private mutating func runSteps() throws {
    let steps = step..<min(step + chunk, trainer.stepsOfEpoch)
    let began = ContinuousClock.now
    trainer.run(steps, addingTo: &totals)
    step = steps.upperBound
    let took = ContinuousClock.now - began
    if took < .milliseconds(25) { chunk *= 2 }
    if took > .milliseconds(100) { chunk = max(1, chunk / 2) }
  }

  private func validate() throws(SoftmaxError) -> TrainingHistory.Metrics? {
    guard let validation else { return nil }
    do throws(SoftmaxError) {
      let metrics = try trainer.networkAsItIs.metrics(of: loss, on: validation, threads: threads)
      guard !metrics.loss.isFinite else { return metrics }
      throw diverged("the validation loss became \(metrics.loss)")
    } catch {
      guard error.code == .nonFiniteValue else { throw error }
      throw diverged("the logits of a validation sample became infinite")
    }
  }

  private func diverged(_ message: String) -> SoftmaxError {
    SoftmaxError(
      .diverged, "\(message) in epoch \(epoch + 1)",
      remedy: "try a smaller learning rate, or features of a smaller scale")
  }

  private mutating func endEpoch(_ progress: TrainingProgress) throws -> End? {
    history.epochs.append(
      TrainingHistory.Epoch(
        number: epoch + 1, loss: progress.loss, accuracy: progress.accuracy,
        validation: progress.validation, learningRate: trainer.lastLearningRate,
        seconds: seconds, emptyStepCount: totals.emptyStepCount))
    epoch += 1
    step = 0
    seconds = 0
    totals = BatchSchedule.Totals()
    try onProgress?(progress)
    let end = try ask(progress) { try $0.epochEnds($1) }
    let settled = status(progress)
    for index in callbacks.indices { try callbacks[index].epochIsSettled(settled) }
    return end
  }

  // MARK: The callbacks

  private func makeProgress() -> TrainingProgress {
    TrainingProgress(
      epoch: epoch + 1, epochCount: epochCount, step: step, stepCount: trainer.stepsOfEpoch,
      loss: step > 0 ? totals.meanLoss : .nan, accuracy: step > 0 ? totals.accuracy : .nan,
      seconds: seconds)
  }

  private func status(_ progress: TrainingProgress) -> TrainingStatus {
    TrainingStatus(
      history: history, progress: progress, hasValidation: validation != nil, trainer: trainer,
      callbacks: callbacks, validation: validationFingerprint,
      position: Checkpoint.Position(
        epoch: epoch, step: step, lossSum: totals.loss, weightSum: totals.weight,
        correctCount: totals.correctCount, trialCount: totals.trialCount,
        emptyStepCount: totals.emptyStepCount, seconds: seconds))
  }

  // Asks all callbacks, whatever the first ones say: each has to see every epoch.
  private mutating func ask(
    _ progress: TrainingProgress,
    _ question: (inout any TrainingCallback, TrainingStatus) throws -> TrainingDecision
  ) throws -> End? {
    guard !callbacks.isEmpty else { return nil }
    let status = status(progress)
    var end: End?
    for index in callbacks.indices {
      switch try question(&callbacks[index], status).kind {
      case .proceed: break
      case .scaleLearningRate(let factor):
        try scaleLearningRate(by: factor)
      case .stop(let reason):
        // A stop is for good; the first one's reason is told.
        if end != .stopped { history.stopReason = reason }
        end = .stopped
      case .pause:
        end = end ?? .paused
      }
    }
    return end
  }

  private func scaleLearningRate(by factor: Double) throws(SoftmaxError) {
    let product = trainer.learningRateFactor * factor
    guard factor > 0, product > 0, product.isFinite else {
      throw SoftmaxError(
        .invalidArgument,
        "a callback wants the learning rate times \(factor), which leaves none to learn with")
    }
    trainer.learningRateFactor = product
  }

  private mutating func isCaught(_ error: SoftmaxError) throws -> Bool {
    var isCaught = false
    for index in callbacks.indices {
      guard case .stop(let reason) = try callbacks[index].trainingDiverges(error).kind else {
        continue
      }
      if !isCaught { history.stopReason = reason }
      isCaught = true
    }
    return isCaught
  }

  private mutating func finish(_ progress: TrainingProgress) throws -> Sequential {
    var network = trainer.networkAsItIs
    let last = status(progress)
    for index in callbacks.indices {
      try callbacks[index].trainingEnds(last, network: &network)
    }
    // A loss is looked at before its step, so the last step can still end in nonsense.
    guard network.isFinite else { throw diverged("the weights became infinite") }
    return network
  }
}
