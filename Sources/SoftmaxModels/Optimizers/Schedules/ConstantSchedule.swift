// SPDX-License-Identifier: Apache-2.0

/// The learning rate as it is.
package struct ConstantSchedule: ScheduleKind {
  package static let name = "constant"
  package static let spelling = name
  package static let settings: [Setting] = []
  package static let length: Setting? = nil

  package init(_ values: SettingValues) {}

  package func validate() {}
  package func factor(atStep step: Double, stepsPerEpoch: Int) -> Double { 1 }
  package func peak(stepsPerEpoch: Int) -> Double { 0 }
}

extension LearningRateSchedule {
  /// The learning rate as it is.
  public static let constant = LearningRateSchedule(ConstantSchedule.self)
}
