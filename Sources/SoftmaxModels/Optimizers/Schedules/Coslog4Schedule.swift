// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A schedule of four waves of a cosine, each about twice as long as the one before.
package struct Coslog4Schedule: ScheduleKind {
  package static let name = "coslog4"
  package static let spelling = name
  package static let over = spanSetting(spelling: "over")
  package static let settings = [over]
  package static let length: Setting? = over

  private let span: TrainingSpan

  package init(_ values: SettingValues) { span = values.span(Self.over) }

  package func validate() {}

  package func factor(atStep step: Double, stepsPerEpoch: Int) -> Double {
    let part = step / span.stepCount(stepsPerEpoch: stepsPerEpoch)
    guard 0..<1 ~= part else { return 0 }
    let turns = ElementaryFunctions.logarithm(1 + 15 * part) / ElementaryFunctions.logarithm(2)
    let halfTurns = 2 * (turns - turns.rounded(.down))
    return 0.5 * (1 - cosine(ofHalfTurns: min(halfTurns, 2 - halfTurns)))
  }

  // The factor is 1 where 1 + 15 t is 2^0.5, 2^1.5, 2^2.5 and 2^3.5.
  package func peaks(stepsPerEpoch: Int) -> [Double] {
    [1, 2, 4, 8].map {
      ($0 * 2.0.squareRoot() - 1) / 15 * span.stepCount(stepsPerEpoch: stepsPerEpoch)
    }
  }
}

extension LearningRateSchedule {
  /// Returns a schedule of four waves that begin and end at 0, each twice as long as the one before.
  ///
  /// With T steps in total, the factor of step t (from 0) is (1 - cos(2 pi log2(1 + 15 t / T))) / 2, and 0
  /// from step T on. So the rate is 0 in the first step.
  ///
  /// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted
  /// trees on tabular data", NeurIPS 2024.
  ///
  /// - Parameter span: T, the length of the training.
  public static func coslog4(over span: Span) -> LearningRateSchedule {
    LearningRateSchedule(Coslog4Schedule.self, [Coslog4Schedule.over: .span(span)])
  }
}
