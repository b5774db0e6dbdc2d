// SPDX-License-Identifier: Apache-2.0

/// A schedule that multiplies the learning rate by a factor after each span.
package struct StepSchedule: ScheduleKind {
  package static let name = "step"
  package static let spelling = name
  package static let every = spanSetting(spelling: "every")
  package static let factor = factorSetting(usual: 0.1)
  package static let settings = [every, factor]
  package static let length: Setting? = nil

  private let factor: Double
  private let span: TrainingSpan

  package init(_ values: SettingValues) {
    factor = values.number(Self.factor)
    span = values.span(Self.every)
  }

  package func validate() {}

  package func factor(atStep step: Double, stepsPerEpoch: Int) -> Double {
    power(factor, (step / span.stepCount(stepsPerEpoch: stepsPerEpoch)).rounded(.down))
  }

  package func peaks(stepsPerEpoch: Int) -> [Double] { [0] }
}

extension LearningRateSchedule {
  /// Returns a schedule that multiplies the learning rate by a factor after each span: factor^floor(t /
  /// span) in step t.
  ///
  /// It equals PyTorch's `StepLR`; with a span of one epoch also its `ExponentialLR`.
  public static func step(factor: Double = 0.1, every span: Span) -> LearningRateSchedule {
    LearningRateSchedule(
      StepSchedule.self, [StepSchedule.factor: .number(factor), StepSchedule.every: .span(span)])
  }
}
