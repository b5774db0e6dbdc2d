// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How the learning rate changes while training: a factor for each step.
///
/// ```swift
/// let schedule = LearningRateSchedule.cosine(over: .epochs(10), warmup: .steps(500))
/// print(schedule.factor(atStep: 0, stepsPerEpoch: 1875))     // 1 / 501
/// ```
///
/// A factor depends on the number of steps before and on the steps of an epoch alone, and is computed
/// in double from operations that give the same bits on every machine.
public struct LearningRateSchedule: Sendable {
  /// A length of training.
  public typealias Span = TrainingSpan

  private let kind: any ScheduleKind
  private let values: SettingValues

  /// Creates a schedule of a kind, with the kind's usual values of what is not given.
  package init(_ kind: any ScheduleKind.Type, _ values: SettingValues = [:]) {
    self.values = values.completed(by: kind.settings)
    self.kind = kind.init(self.values)
  }

  /// The factor of the learning rate in a step.
  ///
  /// A schedule whose settings no training takes, such as one of 0 steps, has factors that mean
  /// nothing, and may be no numbers.
  ///
  /// - Parameters:
  ///   - step: the number of steps before; below 0 as 0.
  ///   - stepsPerEpoch: the number of steps of an epoch; below 1 as 1.
  public func factor(atStep step: Int, stepsPerEpoch: Int) -> Double {
    kind.factor(atStep: Double(max(0, step)), stepsPerEpoch: max(1, stepsPerEpoch))
  }
}

extension LearningRateSchedule {
  private var type: any ScheduleKind.Type { Swift.type(of: kind) }

  /// Whether any of its spans is counted in epochs.
  var usesEpochs: Bool { values.usesEpochs }

  /// The settings by name, as a saved model has them: each begins with the schedule's name.
  var settings: [String: Double] {
    values.saved(type.settings, prefix: type.name.split(separator: "-").map(String.init))
  }

  /// Throws `invalidArgument` for settings that make no sense.
  func validate() throws(SoftmaxError) {
    try values.validate(type.settings)
    try kind.validate()
  }

  /// The greatest factor of a training, and whether the training is long enough for the factors to
  /// rise no more: one that ends within its warm-up learns with less than its learning rate.
  ///
  /// - Parameters:
  ///   - count: the number of its steps, at least 1.
  ///   - stepsPerEpoch: the number of steps of an epoch, in which spans may be counted.
  public func peak(
    inSteps count: Int, stepsPerEpoch: Int
  ) -> (factor: Double, isReached: Bool) {
    let last = count > 1 ? count - 1 : 0
    let peak = kind.peak(stepsPerEpoch: max(1, stepsPerEpoch))
    guard peak <= Double(last) else {
      return (factor(atStep: last, stepsPerEpoch: stepsPerEpoch), false)
    }
    // Between two steps, where it is no whole number.
    let step = peak > 0 ? Int(exactly: peak.rounded(.down)) ?? last : 0
    let factors = [step, step < last ? step + 1 : last].map {
      factor(atStep: $0, stepsPerEpoch: stepsPerEpoch)
    }
    return (max(factors[0], factors[1]), true)
  }
}

// MARK: - As a value

extension LearningRateSchedule: Hashable {
  /// Whether two schedules have the same factors.
  public static func == (a: LearningRateSchedule, b: LearningRateSchedule) -> Bool {
    a.type.name == b.type.name && a.values == b.values
  }

  /// Hashes what makes schedules equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(type.name)
    hasher.combine(values)
  }
}

extension LearningRateSchedule: Codable {
  private enum Key: String, CodingKey {
    case kind, values
  }

  /// Reads a schedule.
  ///
  /// - Throws: `DecodingError` for a schedule that is unknown here, `invalidData` for a setting that is
  ///   unknown or of another type. Whether the settings make sense is for the training to say.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let name = try container.decode(String.self, forKey: .kind)
    guard let kind = ScheduleKinds.all.first(where: { $0.name == name }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "there is no schedule \(name)")
    }
    let values = try container.decode(SettingValues.self, forKey: .values)
    try values.validateTypes(kind.settings)
    self.init(kind, values)
  }

  /// Writes the kind by its name, with its settings.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(type.name, forKey: .kind)
    try container.encode(values, forKey: .values)
  }
}
