// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The state of a training from which it can resume as if it had not been interrupted.
///
/// A training that resumes from a checkpoint, at the end of an epoch or within one, ends with the same
/// bits as an uninterrupted one. `save(to:)` and `load(_:)` write and read checkpoint files.
///
/// ```swift
/// let checkpoint = FileManager.default.fileExists(atPath: path) ? try Checkpoint.load(path) : nil
/// try network.fit(
///   to: digits, epochs: 100, callbacks: [.checkpoint(to: path)], resuming: checkpoint)
/// ```
///
/// The initial weights, the sample order and all other random numbers are determined by the network's
/// seed and the numbers of the epoch and the step, so no state of a random number generator is stored.
///
/// A checkpoint holds the parameters and the optimizer state, for Adam about three times the size of the
/// network, but not the data set.
public struct Checkpoint: Hashable, Sendable {
  /// A position in a training, between two steps.
  public struct Position: Hashable, Sendable, Codable {
    /// The number of complete epochs, or iterations.
    public internal(set) var epoch: Int
    /// The number of completed steps of the current epoch.
    public internal(set) var step: Int
    /// The sums of losses and correct predictions over these steps.
    public internal(set) var totals: LossTotals
    /// The duration of these steps in seconds.
    public internal(set) var seconds: Double

    /// Creates a position, by default at the end of an epoch.
    public init(
      epoch: Int, step: Int = 0, totals: LossTotals = LossTotals(), seconds: Double = 0
    ) {
      self.epoch = epoch
      self.step = step
      self.totals = totals
      self.seconds = seconds
    }
  }

  /// The parameters, the optimizer state and the number of steps.
  public let state: Trainer.State
  /// The position in the training.
  public let position: Position
  /// The complete epochs so far.
  public let history: TrainingHistory
  /// The states of the callbacks that have one, in the order of the callbacks.
  public let callbacks: [CallbackState]
  /// The settings that must be equal when a training resumes, because they affect the steps.
  public let settings: SettingsTree
  /// The names of the classes.
  public let classNames: [String]
  /// The preprocessing of the features, which predictions need as well.
  public let pipeline: Pipeline
  /// The function that turns the network's outputs into probabilities.
  public let outputFunction: OutputFunction

  /// Creates a checkpoint.
  package init(
    state: Trainer.State, position: Position, history: TrainingHistory, callbacks: [CallbackState],
    settings: SettingsTree, classNames: [String], pipeline: Pipeline,
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

  /// Throws `invalidArgument` unless the settings of a training equal those of the checkpoint.
  func validate(settings others: SettingsTree) throws(SoftmaxError) {
    guard let found = settings.difference(from: others) else { return }
    throw SoftmaxError(
      .invalidArgument,
      "the checkpoint is one of another training: it has \(found.name): "
        + "\(found.own?.description ?? "none"), this training \(found.other?.description ?? "none")",
      remedy: "go on with the checkpoint's settings and data, or begin anew without it")
  }

  /// Throws unless the callbacks that have a state have the settings that the checkpoint stores, in the
  /// same order.
  func validate(callbacks others: [any TrainingCallback]) throws(SoftmaxError) {
    func group(_ states: [CallbackState]) -> SettingsTree {
      var group: [String: SettingsTree] = [:]
      for (index, state) in states.enumerated() { group["callback \(index + 1)"] = state.settings }
      return SettingsTree(group)
    }
    let known = Checkpoint(
      state: state, position: position, history: history, callbacks: [],
      settings: group(callbacks), classNames: classNames, pipeline: pipeline,
      outputFunction: outputFunction)
    try known.validate(settings: group(others.compactMap(\.state)))
  }

  /// Throws if a value is impossible in every training, which may happen in a file.
  ///
  /// Every value is bounded, so later computations cannot overflow. Values that depend on the training
  /// are validated when it resumes.
  package func validate() throws(SoftmaxError) {
    try state.validateClock()
    let totals = position.totals
    let epochs = history.epochs
    // The number of an epoch is a 32-bit key of the shuffle; counts must be exact in double.
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
  /// Returns a checkpoint at the current state, for a custom training loop.
  ///
  /// ```swift
  /// try trainer.checkpoint(at: .init(epoch: epoch + 1)).save(to: "mine.safetensors")
  /// ```
  ///
  /// - Parameters:
  ///   - position: the position of the loop.
  ///   - history: the epochs that the loop has reported so far.
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  public func checkpoint(
    at position: Checkpoint.Position, history: TrainingHistory = TrainingHistory()
  ) throws(SoftmaxError) -> Checkpoint {
    try checkpoint(at: position, history: history, callbacks: [], validation: nil)
  }

  /// Restores a checkpoint, so the next step is the one that followed it.
  ///
  /// ```swift
  /// let checkpoint = try Checkpoint.load("mine.safetensors")
  /// try trainer.restore(checkpoint)
  /// let epochsLeft = checkpoint.position.epoch..<epochs
  /// ```
  ///
  /// - Throws: `invalidArgument` naming a setting that differs; `invalidData` for an impossible
  ///   position; the errors of ``restore(_:)-(Trainer.State)``. The trainer is not changed in these
  ///   cases.
  public func restore(_ checkpoint: Checkpoint) throws(SoftmaxError) {
    try validate(checkpoint, validation: nil)
    try restore(checkpoint.state)
  }
}
