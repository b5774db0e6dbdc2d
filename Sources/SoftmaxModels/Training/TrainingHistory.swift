// SPDX-License-Identifier: Apache-2.0

/// What training reported, epoch by epoch.
///
/// ```swift
/// let history = try network.fit(to: images, epochs: 20, validation: .fraction(0.1))
/// print(history.curves())
/// ```
public struct TrainingHistory: Hashable, Sendable, Codable {
  /// How good a network was on some samples.
  public struct Metrics: Hashable, Sendable, Codable {
    /// The mean loss of the samples, without any penalty.
    public let loss: Double
    /// The fraction of the samples classified rightly.
    public let accuracy: Double

    /// Creates metrics.
    public init(loss: Double, accuracy: Double) {
      self.loss = loss
      self.accuracy = accuracy
    }
  }

  /// What the epochs of a history are.
  public enum Unit: String, Hashable, Sendable, Codable {
    /// Passes over the training data, in batches.
    case epoch
    /// Iterations of a ``Solver``, each of which sees all data.
    case iteration
  }

  /// One pass over the training data, or one iteration of a solver.
  public struct Epoch: Hashable, Sendable, Codable {
    /// The number of the epoch, from 1.
    public let number: Int
    /// The mean loss of the samples, without any penalty: each taken before its batch's update, of an
    /// iteration at its end.
    public let loss: Double
    /// The fraction of the samples classified rightly, taken as the loss is.
    ///
    /// Samples of weight 0 are left out. Of multi-label targets the fraction of (sample, class) pairs whose probability is
    /// on the right side of one half (Keras' binary accuracy).
    public let accuracy: Double
    /// On the validation samples, with the weights of the epoch's end; nil without such samples.
    public let validation: Metrics?
    /// The learning rate of the epoch's last step; of an iteration the length of its step.
    public let learningRate: Double
    /// The time that its steps and its validation took, in seconds.
    public let seconds: Double
    /// The steps whose batch had nothing to learn from: every sample of weight 0, or of the ignored
    /// class.
    public let emptyStepCount: Int

    /// Creates the record of an epoch.
    public init(
      number: Int, loss: Double, accuracy: Double, validation: Metrics? = nil,
      learningRate: Double, seconds: Double, emptyStepCount: Int = 0
    ) {
      self.number = number
      self.loss = loss
      self.accuracy = accuracy
      self.validation = validation
      self.learningRate = learningRate
      self.seconds = seconds
      self.emptyStepCount = emptyStepCount
    }

    /// Creates the record of an epoch whose steps gave `totals`.
    init(
      number: Int, totals: LossTotals, validation: Metrics?, learningRate: Double, seconds: Double
    ) {
      self.init(
        number: number, loss: totals.loss, accuracy: totals.accuracy, validation: validation,
        learningRate: learningRate, seconds: seconds, emptyStepCount: totals.emptyStepCount)
    }
  }

  /// The epochs, first to last.
  public internal(set) var epochs: [Epoch]
  /// What ended the training before its last epoch; nil where nothing did.
  public internal(set) var stopReason: String?
  /// What the epochs are.
  public let unit: Unit

  /// Creates a history, empty or of epochs that are known.
  public init(epochs: [Epoch] = [], stopReason: String? = nil, unit: Unit = .epoch) {
    self.epochs = epochs
    self.stopReason = stopReason
    self.unit = unit
  }

  /// Reads a history; one that does not say its unit is of epochs.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    epochs = try container.decode([Epoch].self, forKey: .epochs)
    stopReason = try container.decodeIfPresent(String.self, forKey: .stopReason)
    unit = try container.decodeIfPresent(Unit.self, forKey: .unit) ?? .epoch
  }

  /// The epoch of the least validation loss, without validation of the least loss; the first of
  /// equals, nil without epochs.
  public var bestEpoch: Epoch? {
    func value(_ epoch: Epoch) -> Double { epoch.validation?.loss ?? epoch.loss }
    return epochs.filter { value($0).isFinite }.min { value($0) < value($1) }
  }
}
