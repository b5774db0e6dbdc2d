// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A schedule with a linear warm-up, followed by a decay along half a cosine.
package struct CosineSchedule: ScheduleKind {
  package static let name = "cosine"
  package static let spelling = name
  package static let over = spanSetting(spelling: "over")
  package static let warmup = Setting.span(
    "warmup", "a schedule's warm-up", usual: .steps(0), atLeast: 0, isOmittedAtZero: true)
  package static let floor = Setting.number("floor", "a schedule's floor", usual: 0, .fraction)
  package static let settings = [warmup, floor, over]
  package static let length: Setting? = over

  private let span: TrainingSpan
  private let warmup: TrainingSpan
  private let floor: Double

  package init(_ values: SettingValues) {
    span = values.span(Self.over)
    warmup = values.span(Self.warmup)
    floor = values.number(Self.floor)
  }

  package func validate() throws(SoftmaxError) {
    guard span.unit != warmup.unit || warmup.count < span.count else {
      throw SoftmaxError(
        .invalidArgument,
        "a warm-up of \(warmup.count) \(warmup.unit) leaves nothing of a schedule of "
          + "\(span.count)", remedy: "make it shorter than the schedule")
    }
  }

  package func factor(atStep step: Double, stepsPerEpoch: Int) -> Double {
    let warmup = warmup.stepCount(stepsPerEpoch: stepsPerEpoch)
    let length = span.stepCount(stepsPerEpoch: stepsPerEpoch)
    if step < warmup { return (step + 1) / (warmup + 1) }
    guard step < length else { return floor }
    return along(cosineFrom: 1, to: floor, (step - warmup) / (length - warmup))
  }

  package func peaks(stepsPerEpoch: Int) -> [Double] {
    [warmup.stepCount(stepsPerEpoch: stepsPerEpoch)]
  }
}

extension LearningRateSchedule {
  /// Returns a schedule with a linear warm-up, followed by a decay along half a cosine.
  ///
  /// With W warm-up steps of T steps in total, the factor of step t (from 0) is (t + 1) / (W + 1) before
  /// step W, then floor + (1 - floor) (1 + cos(pi (t - W) / (T - W))) / 2, and `floor` from step T on.
  /// This is PyTorch's `CosineAnnealingLR` over T - W steps after a `LinearLR` from 1 / (W + 1).
  ///
  /// Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
  ///
  /// - Parameters:
  ///   - span: T, the length of the training.
  ///   - warmup: W, the length of the warm-up.
  ///   - floor: the final factor, in 0...1.
  public static func cosine(
    over span: Span, warmup: Span = .steps(0), floor: Double = 0
  ) -> LearningRateSchedule {
    LearningRateSchedule(
      CosineSchedule.self,
      [
        CosineSchedule.over: .span(span), CosineSchedule.warmup: .span(warmup),
        CosineSchedule.floor: .number(floor),
      ])
  }
}
