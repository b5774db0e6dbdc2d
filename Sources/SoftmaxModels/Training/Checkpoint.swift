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
    /// The number of complete epochs.
    public let epoch: Int
    /// The steps done in the epoch that has begun.
    public let step: Int
    /// The sum of the losses of the samples of those steps, each times its weight.
    public let lossSum: Double
    /// The sum of those weights.
    public let weightSum: Double
    /// How many predictions were right.
    public let correctCount: Int
    /// How many predictions there were.
    public let trialCount: Int
    /// How many of those steps had nothing to learn from.
    public let emptyStepCount: Int
    /// The seconds that those steps have taken.
    public let seconds: Double

    /// Creates a position: without more at the end of an epoch.
    public init(
      epoch: Int, step: Int = 0, lossSum: Double = 0, weightSum: Double = 0, correctCount: Int = 0,
      trialCount: Int = 0, emptyStepCount: Int = 0, seconds: Double = 0
    ) {
      self.epoch = epoch
      self.step = step
      self.lossSum = lossSum
      self.weightSum = weightSum
      self.correctCount = correctCount
      self.trialCount = trialCount
      self.emptyStepCount = emptyStepCount
      self.seconds = seconds
    }
  }

  /// A callback with what it remembers.
  public struct Callback: Hashable, Sendable {
    /// The callback's settings in words.
    public let settings: String
    /// What it knows from the epochs before.
    public let memory: TrainingMemory

    /// Creates the record of a callback.
    public init(settings: String, memory: TrainingMemory) {
      self.settings = settings
      self.memory = memory
    }
  }

  /// Weights, the optimizer's memory and clock.
  public let state: Trainer.State
  /// Where in the training.
  public let position: Position
  /// The epochs before.
  public let history: TrainingHistory
  /// The callbacks that remember something, in their order.
  public let callbacks: [Callback]
  /// The settings that must be the same for the steps to be the same, by name.
  public let settings: [String: String]
  /// The names of the classes.
  public let classNames: [String]
  /// What a byte feature is multiplied with; nil for numbers as they are.
  public let byteScale: Float?
  /// What was done to the features before the training, which its network wants of others too.
  public let standardization: Standardization?
  /// The names of the features, where they have such.
  public let featureNames: [String]?

  /// Creates a checkpoint from its parts.
  public init(
    state: Trainer.State, position: Position, history: TrainingHistory, callbacks: [Callback],
    settings: [String: String], classNames: [String], byteScale: Float?,
    standardization: Standardization? = nil, featureNames: [String]? = nil
  ) {
    self.state = state
    self.position = position
    self.history = history
    self.callbacks = callbacks
    self.settings = settings
    self.classNames = classNames
    self.byteScale = byteScale
    self.standardization = standardization
    self.featureNames = featureNames
  }

  /// The network of this moment with its class names, for a look at how good it is.
  ///
  /// - Throws: `shapeMismatch` or `invalidArgument` for names that do not fit the network.
  public var classifier: Classifier {
    get throws(SoftmaxError) {
      try Classifier(
        network: state.network, classNames: classNames, byteScale: byteScale,
        standardization: standardization, featureNames: featureNames)
    }
  }

  /// The checkpoint of a training whose features were standardized before; its ``classifier``
  /// standardizes by itself.
  ///
  /// - Parameter byteScale: what a byte feature is multiplied with before; nil for numbers as they are.
  public func standardizing(by standardization: Standardization, byteScale: Float?) -> Checkpoint {
    Checkpoint(
      state: state, position: position, history: history, callbacks: callbacks,
      settings: settings, classNames: classNames, byteScale: byteScale,
      standardization: standardization, featureNames: featureNames)
  }

  /// Throws unless the settings of a training are those of the checkpoint.
  func validate(settings others: [String: String]) throws(SoftmaxError) {
    let names = Set(settings.keys).union(others.keys).sorted()
    guard let name = names.first(where: { settings[$0] != others[$0] }) else { return }
    throw difference(
      "\(name): \(settings[name] ?? "none")", "\(others[name] ?? "none")")
  }

  /// Throws unless callbacks that remember something are those of the checkpoint.
  func validate(callbacks others: [any TrainingCallback]) throws(SoftmaxError) {
    let known = callbacks.map(\.settings)
    let wanted = others.filter { $0.memory != nil }.map(\.settings)
    guard known != wanted else { return }
    func text(_ names: [String]) -> String {
      names.isEmpty ? "none" : names.joined(separator: "; ")
    }
    throw difference("callbacks: \(text(known))", text(wanted))
  }

  private func difference(_ known: String, _ wanted: String) -> SoftmaxError {
    SoftmaxError(
      .invalidArgument,
      "the checkpoint is one of another training: it has \(known), this training \(wanted)",
      remedy: "go on with the checkpoint's settings and data, or begin anew without it")
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
  /// Checkpoints to come say of the features what this one says: names and standardization.
  ///
  /// ```swift
  /// let checkpoint = try Checkpoint.load("mine.safetensors")
  /// try trainer.restore(checkpoint)
  /// let epochsLeft = checkpoint.position.epoch..<epochs
  /// ```
  ///
  /// - Throws: `invalidArgument` naming the setting that is another, or what ``restore(_:)-(State)``
  ///   throws.
  public func restore(_ checkpoint: Checkpoint) throws(SoftmaxError) {
    try restore(checkpoint, validation: nil)
  }

  func checkpoint(
    at position: Checkpoint.Position, history: TrainingHistory, callbacks: [Checkpoint.Callback],
    validation: String?
  ) throws(SoftmaxError) -> Checkpoint {
    Checkpoint(
      state: try state, position: position, history: history, callbacks: callbacks,
      settings: settings(validation: validation), classNames: dataset.classNames,
      byteScale: preparation?.byteScale ?? dataset.features.byteScale,
      standardization: preparation?.standardization,
      featureNames: dataset.featureNames ?? preparation?.featureNames)
  }

  func restore(_ checkpoint: Checkpoint, validation: String?) throws(SoftmaxError) {
    try validateForm(of: checkpoint.state.network)
    try checkpoint.validate(settings: settings(validation: validation))
    let position = checkpoint.position
    guard position.epoch >= 0, position.step >= 0, position.step < max(1, stepsOfEpoch),
      position.lossSum.isFinite, 0..<Double.infinity ~= position.weightSum,
      0..<Double.infinity ~= position.seconds,
      position.trialCount >= 0, 0...position.trialCount ~= position.correctCount,
      0...position.step ~= position.emptyStepCount,
      checkpoint.history.epochs.count <= position.epoch
    else {
      throw SoftmaxError(
        .invalidData,
        "the checkpoint's position makes no sense: epoch \(position.epoch), step \(position.step) "
          + "of \(stepsOfEpoch), \(checkpoint.history.epochs.count) epochs reported")
    }
    try restore(checkpoint.state)
    preparation = (checkpoint.standardization, checkpoint.byteScale, checkpoint.featureNames)
  }
}
