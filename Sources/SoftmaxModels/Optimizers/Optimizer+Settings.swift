// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension Optimizer {
  private var kind: any OptimizerRule.Type { type(of: rule) }

  /// The name on the command line: sgd, adagrad, rmsprop, adam, amsgrad or adamw.
  public var name: String { kind.name }

  /// The settings by name, as a saved model records them.
  ///
  /// They include the settings of the rule, and of clipping, accumulation and schedule those that are
  /// used. A flag that is set has the value 1. The names of a schedule's settings begin with its name,
  /// as in `cosine_epochs`.
  public var settings: [String: Double] {
    var settings = values.saved(kind.settings)
    if let clipNorm { settings["clip_norm"] = clipNorm }
    if let clipValue { settings["clip_value"] = clipValue }
    if accumulatedBatches != 1 { settings["accumulate"] = Double(accumulatedBatches) }
    return settings.merging(schedule.settings) { own, _ in own }
  }

  /// The number of values that the rule keeps per parameter, 0...3.
  package var stateCount: Int { rule.stateNames.count }

  /// The weight decay that is added to the gradient; 0 if the decay is decoupled.
  var coupledDecay: Double { rule.isDecayDecoupled ? 0 : weightDecay }

  /// Validates the settings.
  ///
  /// Values are checked as the updates use them, in single precision.
  ///
  /// - Throws: `invalidArgument` for a setting with which training is impossible.
  package func validate() throws(SoftmaxError) {
    try values.validate(kind.settings)
    try rule.validate()
    if let clipNorm { try Optimizer.norm.validate(.number(clipNorm)) }
    if let clipValue { try Optimizer.value.validate(.number(clipValue)) }
    guard (1...Int(Int32.max)).contains(accumulatedBatches) else {
      throw SoftmaxError(
        .invalidArgument,
        "a step takes at least 1 batch, and at most \(Int32.max), got \(accumulatedBatches)")
    }
    try schedule.validate()
  }

  private static let norm = Setting.number(
    "clip_norm", "the norm to clip to", usual: 1, .positive)
  private static let value = Setting.number(
    "clip_value", "the value to clip to", usual: 1, .positive)
}

// MARK: - As a value

extension Optimizer: Hashable {
  /// Returns whether two optimizers compute the same updates.
  public static func == (a: Optimizer, b: Optimizer) -> Bool {
    a.name == b.name && a.values == b.values && a.schedule == b.schedule
      && a.clipNorm == b.clipNorm && a.clipValue == b.clipValue
      && a.accumulatedBatches == b.accumulatedBatches
  }

  /// Hashes the rule, its settings, the schedule, clipping and accumulation.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(values)
    hasher.combine(schedule)
    hasher.combine(clipNorm)
    hasher.combine(clipValue)
    hasher.combine(accumulatedBatches)
  }
}

extension Optimizer: Codable {
  private enum Key: String, CodingKey {
    case rule, values, schedule, clipNorm, clipValue, accumulatedBatches
  }

  /// Decodes an optimizer.
  ///
  /// The values of the settings are not validated here; training validates them.
  ///
  /// - Throws: `DecodingError` for an unknown rule; `invalidData` for a setting that is unknown or has
  ///   another type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let name = try container.decode(String.self, forKey: .rule)
    guard let rule = OptimizerRules.all.first(where: { $0.name == name }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .rule, in: container, debugDescription: "there is no rule \(name)")
    }
    let values = try container.decode(SettingValues.self, forKey: .values)
    try values.validateTypes(rule.settings)
    self.init(rule, values)
    schedule = try container.decode(LearningRateSchedule.self, forKey: .schedule)
    clipNorm = try container.decodeIfPresent(Double.self, forKey: .clipNorm)
    clipValue = try container.decodeIfPresent(Double.self, forKey: .clipValue)
    accumulatedBatches = try container.decode(Int.self, forKey: .accumulatedBatches)
  }

  /// Encodes the name of the rule, its settings, the schedule, clipping and accumulation.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .rule)
    try container.encode(values, forKey: .values)
    try container.encode(schedule, forKey: .schedule)
    try container.encodeIfPresent(clipNorm, forKey: .clipNorm)
    try container.encodeIfPresent(clipValue, forKey: .clipValue)
    try container.encode(accumulatedBatches, forKey: .accumulatedBatches)
  }
}
