// SPDX-License-Identifier: Apache-2.0

/// A schedule that rises along half a cosine and then falls along another, far below its start.
package struct OneCycleSchedule: ScheduleKind {
  package static let name = "one-cycle"
  package static let spelling = name
  package static let over = spanSetting(spelling: "over")
  package static let warmupFraction = Setting.number(
    "warmup_fraction", "a cycle's warm-up", spelling: "warmup", usual: 0.3, .fraction)
  package static let initialDivisor = Setting.number(
    "initial_divisor", "a cycle's initial divisor", spelling: "start", usual: 25, .atLeastOne)
  package static let finalDivisor = Setting.number(
    "final_divisor", "a cycle's final divisor", spelling: "end", usual: 1e4, .atLeastOne)
  package static let settings = [warmupFraction, initialDivisor, finalDivisor, over]
  package static let length: Setting? = over

  private let span: TrainingSpan
  private let warmupFraction: Double
  private let initialDivisor: Double
  private let finalDivisor: Double

  package init(_ values: SettingValues) {
    span = values.span(Self.over)
    warmupFraction = values.number(Self.warmupFraction)
    initialDivisor = values.number(Self.initialDivisor)
    finalDivisor = values.number(Self.finalDivisor)
  }

  package func validate() {}

  package func factor(atStep step: Double, stepsPerEpoch: Int) -> Double {
    let initial = 1 / initialDivisor
    let final = initial / finalDivisor
    // The last steps of the two phases; the first phase ends with the greatest rate.
    let peak = peak(stepsPerEpoch: stepsPerEpoch)
    let last = span.stepCount(stepsPerEpoch: stepsPerEpoch) - 1
    if step < peak { return along(cosineFrom: initial, to: 1, step / peak) }
    guard step < last else { return step == peak ? 1 : final }
    return along(cosineFrom: 1, to: final, (step - peak) / (last - peak))
  }

  package func peaks(stepsPerEpoch: Int) -> [Double] { [peak(stepsPerEpoch: stepsPerEpoch)] }

  private func peak(stepsPerEpoch: Int) -> Double {
    warmupFraction * span.stepCount(stepsPerEpoch: stepsPerEpoch) - 1
  }
}

extension LearningRateSchedule {
  /// Returns a schedule of one cycle, which rises along half a cosine and then falls far below its
  /// start.
  ///
  /// The factor rises from 1 / initialDivisor to 1, then falls to 1 / (initialDivisor finalDivisor), and
  /// stays there if the training continues. The optimizer's learning rate is therefore the greatest rate.
  /// This is PyTorch's `OneCycleLR` without its cycle of momentums.
  ///
  /// Source: Smith and Topin, "Super-convergence: very fast training of neural networks using large
  /// learning rates", 2018.
  ///
  /// - Parameters:
  ///   - span: the length of the training.
  ///   - warmupFraction: the fraction of the span in which the rate rises, in 0...1.
  ///   - initialDivisor: the ratio of the greatest rate to the first one, at least 1.
  ///   - finalDivisor: the ratio of the first rate to the last one, at least 1.
  public static func oneCycle(
    over span: Span, warmupFraction: Double = 0.3, initialDivisor: Double = 25,
    finalDivisor: Double = 1e4
  ) -> LearningRateSchedule {
    LearningRateSchedule(
      OneCycleSchedule.self,
      [
        OneCycleSchedule.over: .span(span),
        OneCycleSchedule.warmupFraction: .number(warmupFraction),
        OneCycleSchedule.initialDivisor: .number(initialDivisor),
        OneCycleSchedule.finalDivisor: .number(finalDivisor),
      ])
  }
}
