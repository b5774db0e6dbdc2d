// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An axis from numbers to places on the picture, with round numbers to mark.
struct AxisScale {
  let range: ClosedRange<Double>
  let ticks: [Double]
  private let step: Double
  private let places: (begin: Double, end: Double)

  /// Covers the values, and a fixed range where one is given.
  init(
    values: some Sequence<Double>, range fixed: ClosedRange<Double>?, tickCount: Int,
    from begin: Double, to end: Double
  ) {
    let finite = values.filter(\.isFinite)
    let low = fixed?.lowerBound ?? finite.min() ?? 0
    let high = fixed?.upperBound ?? finite.max() ?? 1
    let extent = high - low
    // One value alone lies in the middle.
    let span = extent > 0 && extent.isFinite ? extent : max(abs(low), 1)
    let step = Self.roundStep(span / Double(max(1, tickCount)))
    let isFlat = !(extent > 0 && extent.isFinite)
    let first =
      fixed == nil || isFlat ? ((isFlat ? low - span / 2 : low) / step).rounded(.down) : nil
    let last =
      fixed == nil || isFlat ? ((isFlat ? high + span / 2 : high) / step).rounded(.up) : nil
    range = (first.map { $0 * step } ?? low)...(last.map { $0 * step } ?? high)
    self.step = step
    let start = (range.lowerBound / step - 1e-9).rounded(.up)
    let count = Int(((range.upperBound / step + 1e-9).rounded(.down) - start))
    ticks = (0...max(0, count)).map { (start + Double($0)) * step }
    places = (begin, end)
  }

  // 1, 2 or 5 times a power of ten.
  private static func roundStep(_ rough: Double) -> Double {
    let power = pow(10, floor(log10(rough)))
    let digit = rough / power
    return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power
  }

  func place(_ value: Double) -> Double {
    let part = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return places.begin + part * (places.end - places.begin)
  }

  /// A mark's number with the decimals that tell it from its neighbours.
  func text(_ tick: Double) -> String {
    if max(abs(range.lowerBound), abs(range.upperBound)) >= 1e6 || step < 1e-5 {
      return String(format: "%g", tick)
    }
    let decimals = max(0, Int(-floor(log10(step) + 1e-9)))
    // Not -0.
    return String(format: "%.\(decimals)f", tick == 0 ? 0 : tick)
  }
}
