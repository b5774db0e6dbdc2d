// SPDX-License-Identifier: Apache-2.0

/// The difference of a metric between two evaluations of the same rows.
public struct MetricDifference: Hashable, Sendable {
  /// The value of the second evaluation minus that of the first; infinite if one of them is.
  public let value: Double
  /// The 95 % confidence interval; nil if there is none.
  public let interval: ClosedRange<Double>?

  /// Whether 0 lies outside of the interval, so that the difference is larger than chance explains.
  public var isBeyondChance: Bool { interval.map { !$0.contains(0) } ?? false }
}
