// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// All that it takes to go on with a training as if it had never been interrupted.
///
/// A training that goes on from a checkpoint, at an epoch's end or within one, ends with the same bits
/// as one that ran through. Files are written and read by `save(to:)` and `load(_:)`.
///
/// ```swift
/// let checkpoint = FileManager.default.fileExists(atPath: path) ? try Checkpoint.load(path) : nil
/// try network.fit(
///   to: digits, epochs: 100, callbacks: [.checkpoint(to: path)], resuming: checkpoint)
/// ```
///
/// The initial weights, the order of the samples and all else that is drawn follow from the network's
/// seed and the numbers of epoch and step, so there is no generator's state to keep.
public struct Checkpoint: Hashable, Sendable {
  /// A place in a training, between two steps.
  public struct Position: Hashable, Sendable, Codable {
    /// The number of complete epochs, or iterations.
    public internal(set) var epoch: Int
    /// The steps done in the epoch that has begun.
    public internal(set) var step: Int
    /// What those steps gave.
    public internal(set) var totals: LossTotals
    /// The seconds that they have taken.
    public internal(set) var seconds: Double

    /// Creates a position: without more at the end of an epoch.
    public init(
      epoch: Int, step: Int = 0, totals: LossTotals = LossTotals(), seconds: Double = 0
    ) {
      self.epoch = epoch
      self.step = step
      self.totals = totals
      self.seconds = seconds
    }
  }

  /// Parameters, the optimizer's state and clock.
  public let state: Trainer.State
  /// Where in the training.
  public let position: Position
  /// The epochs before.
  public let history: TrainingHistory
  /// What the callbacks know that know something, in their order.
  public let callbacks: [CallbackState]
  /// The settings that must be the same for the steps to be the same.
  public let settings: TrainingSettings
  /// The names of the classes.
  public let classNames: [String]
  /// What was done to the features, which the network wants of others too.
  public let pipeline: Pipeline
  /// How the network's outputs become probabilities.
  public let outputFunction: OutputFunction

  /// Creates a checkpoint from its parts.
  public init(
    state: Trainer.State, position: Position, history: TrainingHistory, callbacks: [CallbackState],
    settings: TrainingSettings, classNames: [String], pipeline: Pipeline,
    outputFunction: OutputFunction
  ) {
    self.state = state
    self.position = position
    self.history = history
    self.callbacks = callbacks
    self.settings = settings
    self.classNames = classNames
    self.pipeline = pipeline
    self.outputFunction = outputFunction
  }

  /// Throws unless the settings of a training are those of the checkpoint.
  func validate(settings others: TrainingSettings) throws(SoftmaxError) {
    guard let found = settings.difference(from: others) else { return }
    throw SoftmaxError(
      .invalidArgument,
      "the checkpoint is one of another training: it has \(found.name): "
        + "\(found.own?.description ?? "none"), this training \(found.other?.description ?? "none")",
      remedy: "go on with the checkpoint's settings and data, or begin anew without it")
  }

  /// Throws unless callbacks that know something have the settings of the checkpoint's.
  func validate(callbacks others: [any TrainingCallback]) throws(SoftmaxError) {
    func group(_ states: [CallbackState]) -> TrainingSettings {
      var group: [String: TrainingSettings] = [:]
      for (index, state) in states.enumerated() { group["callback \(index + 1)"] = state.settings }
      return TrainingSettings(group)
    }
    let known = Checkpoint(
      state: state, position: position, history: history, callbacks: [],
      settings: group(callbacks), classNames: classNames, pipeline: pipeline,
      outputFunction: outputFunction)
    try known.validate(settings: group(others.compactMap(\.state)))
  }

  /// Throws where its numbers cannot be those of any training, as those of a file may.
  ///
  /// What can be known of them without the training: each is bounded, so that nothing overflows.
  package func validate() throws(SoftmaxError) {
    try state.validateClock()
    let totals = position.totals
    let epochs = history.epochs
    // Epochs as their shuffles can be numbered; counts as doubles can.
    guard 0...Int(UInt32.max) ~= position.epoch, 0...state.stepCount ~= position.step,
      totals.lossSum.isFinite, 0..<Double.infinity ~= totals.weightSum,
      0..<Double.infinity ~= position.seconds, 0...1 << 53 ~= totals.predictionCount,
      0...totals.predictionCount ~= totals.correctCount,
      0...position.step ~= totals.emptyStepCount,
      epochs.allSatisfy({
        1...max(1, position.epoch) ~= $0.number && 0...state.stepCount ~= $0.emptyStepCount
      }), epochs.count <= position.epoch,
      zip(epochs, epochs.dropFirst()).allSatisfy({ $0.number < $1.number })
    else {
      throw SoftmaxError(
        .invalidData,
        "the checkpoint's position makes no sense: epoch \(position.epoch), step \(position.step), "
          + "\(state.stepCount) steps in all, \(epochs.count) epochs reported")
    }
  }
}

extension Trainer {
  /// All that it takes to go on from here, for a loop of one's own.
  ///
  /// ```swift
  /// try trainer.checkpoint(at: .init(epoch: epoch + 1)).save(to: "mine.safetensors")
  /// ```
  ///
  /// - Parameters:
  ///   - position: where the loop is.
  ///   - history: what it has reported so far.
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  public func checkpoint(
    at position: Checkpoint.Position, history: TrainingHistory = TrainingHistory()
  ) throws(SoftmaxError) -> Checkpoint {
    try checkpoint(at: position, history: history, callbacks: [], validation: nil)
  }

  /// Goes on from a checkpoint: the next step is the one that would have come next.
  ///
  /// ```swift
  /// let checkpoint = try Checkpoint.load("mine.safetensors")
  /// try trainer.restore(checkpoint)
  /// let epochsLeft = checkpoint.position.epoch..<epochs
  /// ```
  ///
  /// - Throws: `invalidArgument` naming the setting that is another, or what ``restore(_:)-(Trainer.State)``
  ///   throws.
  public func restore(_ checkpoint: Checkpoint) throws(SoftmaxError) {
    try restore(checkpoint, validation: nil)
  }
}
