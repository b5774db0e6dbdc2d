// SPDX-License-Identifier: Apache-2.0

/// The metrics of a training, epoch by epoch.
///
/// ```swift
/// let history = try network.fit(to: images, epochs: 20, validation: .fraction(0.1))
/// print(history.curves())
/// ```
public struct TrainingHistory: Hashable, Sendable, Codable {
  /// The metrics of a network on some samples.
  public struct Metrics: Hashable, Sendable, Codable {
    /// The mean loss of the samples, without penalties.
    public let loss: Double
    /// The fraction of correctly classified samples.
    public let accuracy: Double

    /// Creates metrics.
    public init(loss: Double, accuracy: Double) {
      self.loss = loss
      self.accuracy = accuracy
    }
  }

  /// The meaning of an epoch of a history.
  public enum Unit: String, Hashable, Sendable, Codable {
    /// A pass over the training data in batches.
    case epoch
    /// An iteration of a ``Solver``, which uses all training data.
    case iteration
  }

  /// One pass over the training data, or one iteration of a solver.
  public struct Epoch: Hashable, Sendable, Codable {
    /// The number of the epoch, counted from 1.
    public let number: Int
    /// The mean loss of the training samples, without penalties.
    ///
    /// In training by batches the loss of each sample is computed before the update of its batch. In an
    /// iteration of a solver all losses are computed at the end of the iteration.
    public let loss: Double
    /// The fraction of correctly classified training samples, computed at the same time as the loss.
    ///
    /// Samples of weight 0 are excluded. For multi-label targets it is the fraction of (sample, class)
    /// pairs whose probability is on the correct side of one half (Keras' binary accuracy).
    public let accuracy: Double
    /// The metrics of the validation samples with the weights at the end of the epoch; nil without
    /// validation.
    public let validation: Metrics?
    /// The learning rate of the epoch's last step; for an iteration the length of its step.
    public let learningRate: Double
    /// The duration of the steps and the validation, in seconds.
    public let seconds: Double
    /// The number of steps whose batch had no effect on the loss: every sample had weight 0 or the
    /// ignored class.
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

    /// Creates the record of an epoch from the totals of its steps.
    init(
      number: Int, totals: LossTotals, validation: Metrics?, learningRate: Double, seconds: Double
    ) {
      self.init(
        number: number, loss: totals.loss, accuracy: totals.accuracy, validation: validation,
        learningRate: learningRate, seconds: seconds, emptyStepCount: totals.emptyStepCount)
    }
  }

  /// The epochs in order.
  public internal(set) var epochs: [Epoch]
  /// The reason why the training ended before its last epoch; nil if it did not.
  public internal(set) var stopReason: String?
  /// The meaning of an epoch in this history.
  public let unit: Unit

  /// Creates a history, by default without epochs.
  public init(epochs: [Epoch] = [], stopReason: String? = nil, unit: Unit = .epoch) {
    self.epochs = epochs
    self.stopReason = stopReason
    self.unit = unit
  }

  /// Decodes a history; the unit is `epoch` if none is stored.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    epochs = try container.decode([Epoch].self, forKey: .epochs)
    stopReason = try container.decodeIfPresent(String.self, forKey: .stopReason)
    unit = try container.decodeIfPresent(Unit.self, forKey: .unit) ?? .epoch
  }

  /// The epoch with the lowest finite validation loss, or without validation with the lowest finite
  /// training loss.
  ///
  /// It is the first of several equal ones, and nil if there is none.
  public var bestEpoch: Epoch? {
    func value(_ epoch: Epoch) -> Double { epoch.validation?.loss ?? epoch.loss }
    return epochs.filter { value($0).isFinite }.min { value($0) < value($1) }
  }
}
