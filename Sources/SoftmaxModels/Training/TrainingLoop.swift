// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The loop of `fit`: it runs epochs, calls the callbacks and ends the training.
///
/// The loop does not influence the computed values, so a custom loop over a `Trainer` gives the same
/// bits. The loop also runs solvers; an iteration is then an epoch of one step.
struct TrainingLoop {
  private let process: any TrainingProcess
  private let epochCount: Int
  private let validation: LabeledDataset?
  private let onProgress: ((TrainingProgress) throws -> Void)?
  private let validationIdentity: SettingsTree?
  private var callbacks: [any TrainingCallback]
  // The position in the training.
  private var position = Checkpoint.Position(epoch: 0)
  // The number of steps between two checks of the time, adapted to their duration. It has no influence
  // on the computed values.
  private var chunk = 1
  // The logits of the validation samples at the end of the last epoch.
  private var validationLogits: Matrix?

  /// The metrics of the completed epochs and the reason of an early end.
  private(set) var history: TrainingHistory
  /// Whether `run()` was called, after which the network may have changed.
  private(set) var hasBegun = false

  // The ways to end the training before its last epoch.
  private enum End: Equatable {
    case stopped, paused
  }

  init(
    _ process: any TrainingProcess, epochCount: Int, validation: LabeledDataset?,
    callbacks: [any TrainingCallback], onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) {
    self.process = process
    self.epochCount = epochCount
    self.validation = validation
    self.callbacks = callbacks
    self.onProgress = onProgress
    history = TrainingHistory(unit: process.unit)
    validationIdentity = validation?.identity
  }

  /// Resumes from a checkpoint.
  ///
  /// - Throws: the error of the first setting, position or network that does not fit this training.
  mutating func resume(_ checkpoint: Checkpoint) throws(SoftmaxError) {
    // This also checks limits that keep the computations below from overflowing.
    try process.validate(checkpoint, validation: validationIdentity)
    try checkpoint.validate(callbacks: callbacks)
    let position = checkpoint.position
    let units = process.unit.rawValue + "s"
    guard position.epoch <= epochCount - min(1, position.step) else {
      throw SoftmaxError(
        .invalidArgument,
        "the checkpoint is \(position.epoch) \(units) and \(position.step) steps into its training, "
          + "which is more than the \(epochCount) \(units) here",
        remedy: "ask for more \(units), or begin anew without it")
    }
    // Division is used because a product of values from a file could overflow.
    let steps = checkpoint.state.stepCount
    guard
      steps.quotientAndRemainder(dividingBy: process.stepsOfEpoch)
        == (position.epoch, position.step)
    else {
      throw SoftmaxError(
        .invalidData,
        "the checkpoint has \(checkpoint.state.stepCount) steps, but is \(position.epoch) \(units) of "
          + "\(process.stepsOfEpoch) and \(position.step) steps into its training")
    }
    for network in checkpoint.callbacks.flatMap({ $0.networks.values }) {
      try process.validateForm(of: network)
    }
    try process.restore(checkpoint.state)
    history = checkpoint.history
    self.position = position
    var known = checkpoint.callbacks.makeIterator()
    for index in callbacks.indices where callbacks[index].state != nil {
      guard var state = known.next() else { break }
      // A checkpoint file stores the values of a network, but not which layers are frozen.
      state.networks = state.networks.mapValues { process.initial.withValues(of: $0) }
      callbacks[index].state = state
    }
  }

  /// Trains to the end and returns the resulting network.
  mutating func run() throws -> Sequential {
    hasBegun = true
    var progress = makeProgress()
    let begin = status(progress)
    for index in callbacks.indices { try callbacks[index].trainingBegins(begin) }
    // A training that a callback has stopped permanently runs no further steps.
    var end: End? = history.stopReason == nil ? nil : .stopped
    do {
      while end == nil {
        if let reason = process.endReason {
          history.stopReason = reason
          break
        }
        guard position.epoch < epochCount else { break }
        end = try runEpoch(&progress)
      }
    } catch let error as SoftmaxError where error.code == .diverged {
      guard try isCaught(error) else { throw error }
    }
    return try finish(progress)
  }

  // MARK: An epoch

  private mutating func runEpoch(_ progress: inout TrainingProgress) throws -> End? {
    try process.begin(epoch: position.epoch)
    chunk = 1
    let before = position.seconds
    let start = ContinuousClock.now
    while true {
      try runSteps()
      position.seconds = before + (ContinuousClock.now - start).seconds
      progress = makeProgress()
      guard position.totals.lossSum.isFinite else {
        throw diverged(
          "the loss became \(position.totals.lossSum)", within: ", by step \(position.step)")
      }
      if progress.isEpochEnd { break }
      try onProgress?(progress)
      if let end = try ask(progress, { try $0.stepsEnd($1) }) { return end }
    }
    let metrics = try validate()
    position.seconds = before + (ContinuousClock.now - start).seconds
    progress = makeProgress(validation: metrics)
    return try endEpoch(progress)
  }

  private mutating func runSteps() throws {
    let steps = position.step..<min(position.step + chunk, process.stepsOfEpoch)
    let began = ContinuousClock.now
    try process.run(steps, addingTo: &position.totals)
    position.step = steps.upperBound
    let took = ContinuousClock.now - began
    if took < .milliseconds(25) { chunk *= 2 }
    if took > .milliseconds(100) { chunk = max(1, chunk / 2) }
  }

  private mutating func validate() throws(SoftmaxError) -> TrainingHistory.Metrics? {
    guard let validation else { return nil }
    do throws(SoftmaxError) {
      let network = process.networkAsItIs
      let logits = try network.predictor(execution: process.objective.execution)
        .logits(for: validation.features)
      validationLogits = logits
      let metrics = try network.metrics(
        of: process.objective.loss, on: validation, logits: logits)
      guard !metrics.loss.isFinite else { return metrics }
      throw diverged("the validation loss became \(metrics.loss)")
    } catch {
      guard error.code == .nonFiniteValue else { throw error }
      throw diverged("the logits of a validation sample became infinite")
    }
  }

  private func diverged(_ message: String, within place: String = "") -> SoftmaxError {
    SoftmaxError(
      .diverged, "\(message) in \(process.unit.rawValue) \(position.epoch + 1)\(place)",
      remedy: process.unit == .epoch
        ? "try a smaller learning rate, or features of a smaller scale"
        : "try features of a smaller scale")
  }

  private mutating func endEpoch(_ progress: TrainingProgress) throws -> End? {
    history.epochs.append(
      TrainingHistory.Epoch(
        number: progress.epoch, totals: position.totals, validation: progress.validation,
        learningRate: process.lastLearningRate, seconds: progress.seconds))
    position = Checkpoint.Position(epoch: progress.epoch)
    try onProgress?(progress)
    let end = try ask(progress) { try $0.epochEnds($1) }
    let settled = status(progress)
    for index in callbacks.indices { try callbacks[index].epochIsSettled(settled) }
    return end
  }

  // MARK: The callbacks

  private func makeProgress(validation: TrainingHistory.Metrics? = nil) -> TrainingProgress {
    TrainingProgress(
      position: position, epochCount: epochCount, stepCount: process.stepsOfEpoch,
      validation: validation)
  }

  private func status(_ progress: TrainingProgress) -> TrainingStatus {
    TrainingStatus(
      history: history, progress: progress, hasValidation: validation != nil, process: process,
      callbacks: callbacks, validation: validationIdentity, position: position,
      judged: validation.flatMap { samples in validationLogits.map { (samples, $0) } })
  }

  // Asks all callbacks even after a stop, because each callback has to see every epoch.
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
        try process.scaleLearningRate(by: factor)
      case .stop(let reason):
        // A stop takes precedence over a pause; the history records the reason of the first stop.
        if end != .stopped { history.stopReason = reason }
        end = .stopped
      case .pause:
        end = end ?? .paused
      }
    }
    return end
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
    var network = process.networkAsItIs
    let last = status(progress)
    for index in callbacks.indices {
      try callbacks[index].trainingEnds(last, network: &network)
    }
    // The loss is computed before the update, so the last update may have made the weights non-finite
    // without being noticed.
    guard network.isFinite else { throw diverged("the weights became infinite") }
    return network
  }
}
