// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// How a learning rate changes: a factor for each step.
///
/// All of a schedule stands in its own file; nobody else knows which schedules there are, but for
/// `ScheduleKinds`, the list. Nothing here has a default, so whatever a new schedule forgets to say does
/// not compile.
package protocol ScheduleKind: Configurable {
  /// The setting that is the length of the whole training, for who does not say it.
  static var length: Setting? { get }

  /// Throws `invalidArgument` for settings that make no sense together.
  func validate() throws(SoftmaxError)

  /// The factor in a step, from operations that give the same bits on every machine.
  ///
  /// - Parameter step: the number of steps before, of at least 0.
  func factor(atStep step: Double, stepsPerEpoch: Int) -> Double

  /// The step of the greatest factor; before it factors rise, after it they fall or stay.
  func peak(stepsPerEpoch: Int) -> Double
}

/// The schedules that a learning rate can follow.
package enum ScheduleKinds {
  /// All of them.
  package static let all: [any ScheduleKind.Type] = [
    ConstantSchedule.self, StepSchedule.self, ExponentialSchedule.self, CosineSchedule.self,
    OneCycleSchedule.self,
  ]
}

extension ScheduleKind {
  /// By what the rate is multiplied again and again.
  static func factorSetting(usual: Double, isNameOptional: Bool = false) -> Setting {
    .number(
      "factor", "a schedule's factor", usual: usual, .factor, isNameOptional: isNameOptional)
  }

  /// The span that a schedule is named by.
  static func spanSetting(spelling: String) -> Setting {
    .span("", "a schedule's span", spelling: spelling, usual: .epochs(1))
  }
}
