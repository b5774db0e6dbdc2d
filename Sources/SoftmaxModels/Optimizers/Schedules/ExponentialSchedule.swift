// SPDX-License-Identifier: Apache-2.0

/// A schedule that decays by a factor per span, continuously over the steps of the span.
package struct ExponentialSchedule: ScheduleKind {
  package static let name = "exponential"
  package static let spelling = name
  package static let factor = factorSetting(usual: 0.95, isNameOptional: true)
  package static let every = spanSetting(spelling: "every")
  package static let settings = [factor, every]
  package static let length: Setting? = nil

  private let factor: Double
  private let span: TrainingSpan

  package init(_ values: SettingValues) {
    factor = values.number(Self.factor)
    span = values.span(Self.every)
  }

  package func validate() {}

  package func factor(atStep step: Double, stepsPerEpoch: Int) -> Double {
    power(factor, step / span.stepCount(stepsPerEpoch: stepsPerEpoch))
  }

  package func peaks(stepsPerEpoch: Int) -> [Double] { [0] }
}

extension LearningRateSchedule {
  /// Returns a schedule that decays by a factor per span, continuously over its steps: factor^(t / span)
  /// in step t.
  ///
  /// It equals Keras' `ExponentialDecay`; with a span of one step also PyTorch's `ExponentialLR`.
  public static func exponential(
    factor: Double, per span: Span = .epochs(1)
  ) -> LearningRateSchedule {
    LearningRateSchedule(
      ExponentialSchedule.self,
      [ExponentialSchedule.factor: .number(factor), ExponentialSchedule.every: .span(span)])
  }
}
