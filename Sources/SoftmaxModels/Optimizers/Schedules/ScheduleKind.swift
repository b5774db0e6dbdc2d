// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A kind of learning rate schedule: its settings and its factor for each step.
///
/// Each kind is implemented in one file; only the list `ScheduleKinds` refers to the kinds. The protocol
/// deliberately has no default implementations, so the compiler reports everything that a new kind
/// lacks.
package protocol ScheduleKind: Configurable {
  /// The setting for the length of the whole training, which can be filled in if the user omits it; nil
  /// if there is none.
  static var length: Setting? { get }

  /// Throws `invalidArgument` for invalid combinations of settings.
  func validate() throws(SoftmaxError)

  /// Returns the factor in a step, computed with operations that give the same bits on every machine.
  ///
  /// - Parameter step: the number of previous steps, at least 0.
  func factor(atStep step: Double, stepsPerEpoch: Int) -> Double

  /// Returns the steps at which the schedule has its greatest factor, at least one, in order; they may be
  /// fractional.
  ///
  /// Factors do not fall before the first of them and do not rise after the last; between two of them they
  /// fall, then rise.
  func peaks(stepsPerEpoch: Int) -> [Double]
}

/// The available kinds of schedules.
package enum ScheduleKinds {
  /// All kinds in the order of help and messages.
  package static let all: [any ScheduleKind.Type] = [
    ConstantSchedule.self, StepSchedule.self, ExponentialSchedule.self, CosineSchedule.self,
    OneCycleSchedule.self, Coslog4Schedule.self,
  ]
}

extension ScheduleKind {
  /// Returns the setting of the factor by which the rate is multiplied repeatedly.
  static func factorSetting(usual: Double, isNameOptional: Bool = false) -> Setting {
    .number(
      "factor", "a schedule's factor", usual: usual, .factor, isNameOptional: isNameOptional)
  }

  /// Returns the setting of the schedule's main span.
  static func spanSetting(spelling: String) -> Setting {
    .span("", "a schedule's span", spelling: spelling, usual: .epochs(1))
  }
}
