// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A learning rate schedule: a factor of the learning rate for each step of the optimizer.
///
/// ```swift
/// let schedule = LearningRateSchedule.cosine(over: .epochs(10), warmup: .steps(500))
/// print(schedule.factor(atStep: 0, stepsPerEpoch: 1875))     // 1 / 501
/// ```
///
/// A factor depends only on the number of previous steps and the number of steps per epoch. It is
/// computed in double with operations that give the same bits on every machine.
public struct LearningRateSchedule: Sendable {
  /// A length of training in steps or epochs.
  public typealias Span = TrainingSpan

  private let kind: any ScheduleKind
  private let values: SettingValues

  /// Creates a schedule of a kind; settings that are not given have the defaults of the kind.
  package init(_ kind: any ScheduleKind.Type, _ values: SettingValues = [:]) {
    self.values = values.completed(by: kind.settings)
    self.kind = kind.init(self.values)
  }

  /// Returns the factor of the learning rate in a step.
  ///
  /// If the settings are invalid, such as a span of 0 steps, the factor is meaningless and may be NaN.
  /// Training rejects such settings.
  ///
  /// - Parameters:
  ///   - step: the number of previous steps; a negative number counts as 0.
  ///   - stepsPerEpoch: the number of steps per epoch; a number below 1 counts as 1.
  public func factor(atStep step: Int, stepsPerEpoch: Int) -> Double {
    kind.factor(atStep: Double(max(0, step)), stepsPerEpoch: max(1, stepsPerEpoch))
  }
}

extension LearningRateSchedule {
  private var type: any ScheduleKind.Type { Swift.type(of: kind) }

  /// Whether any span is given in epochs.
  var usesEpochs: Bool { values.usesEpochs }

  /// The settings by name, as a saved model records them; each name begins with the schedule's.
  var settings: [String: Double] {
    values.saved(type.settings, prefix: type.name.split(separator: "-").map(String.init))
  }

  /// Throws `invalidArgument` for invalid settings.
  func validate() throws(SoftmaxError) {
    try values.validate(type.settings)
    try kind.validate()
  }

  /// Returns the greatest factor within a training, and whether the training reaches the peak of the
  /// schedule.
  ///
  /// A training that ends within the warm-up never uses the full learning rate.
  ///
  /// - Parameters:
  ///   - count: the number of steps of the training, at least 1.
  ///   - stepsPerEpoch: the number of steps per epoch, for spans in epochs.
  public func peak(
    inSteps count: Int, stepsPerEpoch: Int
  ) -> (factor: Double, isReached: Bool) {
    let last = count > 1 ? count - 1 : 0
    let reached = kind.peaks(stepsPerEpoch: max(1, stepsPerEpoch)).filter { $0 <= Double(last) }
    // A peak may lie between two steps, and the training may end on the way to the next.
    let steps = reached.flatMap { peak in
      let step = peak > 0 ? Int(exactly: peak.rounded(.down)) ?? last : 0
      return [step, step < last ? step + 1 : last]
    }
    let factors = (steps + [last]).map { factor(atStep: $0, stepsPerEpoch: stepsPerEpoch) }
    return (factors.max() ?? 0, !reached.isEmpty)
  }
}

// MARK: - As a value

extension LearningRateSchedule: Hashable {
  /// Returns whether two schedules have the same kind and settings.
  public static func == (a: LearningRateSchedule, b: LearningRateSchedule) -> Bool {
    a.type.name == b.type.name && a.values == b.values
  }

  /// Hashes the kind and the settings.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(type.name)
    hasher.combine(values)
  }
}

extension LearningRateSchedule: Codable {
  private enum Key: String, CodingKey {
    case kind, values
  }

  /// Decodes a schedule.
  ///
  /// The values of the settings are not validated here; training validates them.
  ///
  /// - Throws: `DecodingError` for an unknown schedule; `invalidData` for a setting that is unknown or
  ///   has another type.
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

  /// Encodes the name of the kind and the settings.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(type.name, forKey: .kind)
    try container.encode(values, forKey: .values)
  }
}
