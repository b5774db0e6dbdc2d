// SPDX-License-Identifier: Apache-2.0

/// A schedule that leaves the learning rate constant.
package struct ConstantSchedule: ScheduleKind {
  package static let name = "constant"
  package static let spelling = name
  package static let settings: [Setting] = []
  package static let length: Setting? = nil

  package init(_ values: SettingValues) {}

  package func validate() {}
  package func factor(atStep step: Double, stepsPerEpoch: Int) -> Double { 1 }
  package func peaks(stepsPerEpoch: Int) -> [Double] { [0] }
}

extension LearningRateSchedule {
  /// A schedule that leaves the learning rate constant.
  public static let constant = LearningRateSchedule(ConstantSchedule.self)
}
