// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore

/// A linear axis that maps values to coordinates of a picture, with tick marks at round values.
struct AxisScale {
  let range: ClosedRange<Double>
  let ticks: [Double]
  private let step: Double
  private let places: (begin: Double, end: Double)

  /// Creates an axis for a range of values.
  ///
  /// - Parameters:
  ///   - low: the least value.
  ///   - high: the greatest value.
  ///   - tickCount: the approximate maximum number of tick marks.
  ///   - isRounded: whether the range is extended to tick marks at both ends.
  ///   - isWhole: whether tick marks are at whole numbers only.
  ///   - begin: the coordinate of the lower end of the axis.
  ///   - end: the coordinate of the upper end of the axis.
  init(
    _ low: Double, _ high: Double, tickCount: Int, isRounded: Bool = false, isWhole: Bool = false,
    from begin: Double, to end: Double
  ) {
    // Values are limited so that neither their difference nor a tick mark beyond an end overflows.
    let (least, greatest) = (min(max(low, -1e300), 1e300), min(max(high, -1e300), 1e300))
    let extent = greatest - least
    // A single value, or values that differ by rounding only, lie in the middle of the axis.
    let isFlat = !(extent > max(abs(least), abs(greatest)) * 1e-12 && extent > 1e-290)
    let span = isFlat ? max(abs(least), 1) : extent
    let (low, high) = isFlat ? (least - span / 2, least + span / 2) : (least, greatest)
    let rough = Self.roundStep(span / Double(max(1, tickCount)))
    let step = isWhole ? max(1, rough) : rough
    range =
      isRounded
      ? (low / step).rounded(.down) * step...(high / step).rounded(.up) * step : low...high
    self.step = step
    // The tolerance keeps tick marks at the ends of the range in spite of rounding.
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    places = (begin, end)
  }

  // Returns 1, 2 or 5 times a power of ten, at least `rough`.
  private static func roundStep(_ rough: Double) -> Double {
    let power = pow(10, floor(log10(rough)))
    let digit = rough / power
    return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power
  }

  func place(_ value: Double) -> Double {
    let part = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return places.begin + part * (places.end - places.begin)
  }

  /// Returns the text of a tick mark, with enough decimals to distinguish it from its neighbours.
  func text(_ tick: Double) -> String {
    if max(abs(range.lowerBound), abs(range.upperBound)) >= 1e6 || step < 1e-5 {
      return NumberText.significant(tick, 6)
    }
    let decimals = max(0, Int(-floor(log10(step) + 1e-9)))
    // Writes 0 instead of -0.
    return NumberText.fixed(tick == 0 ? 0 : tick, decimals)
  }
}
