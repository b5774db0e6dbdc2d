// SPDX-License-Identifier: Apache-2.0

/// Curves over a common axis.
///
/// ```swift
/// let chart = LineChart(
///   title: "Loss by learning rate", xLabel: "epoch", yLabel: "loss",
///   series: [
///     .init(name: "0.1", x: [1, 2, 3], y: [0.9, 0.5, 0.4]),
///     .init(name: "0.01", x: [1, 2, 3], y: [2.1, 1.8, 1.6]),
///   ])
/// let picture = chart.svg()
/// ```
public struct LineChart: Hashable, Sendable {
  /// One curve.
  public struct Series: Hashable, Sendable {
    /// What it shows.
    public var name: String
    /// The places of its points along the common axis.
    public var x: [Double]
    /// Its values there; where one is not finite the curve has a gap.
    public var y: [Double]

    /// Creates a curve; of two lists of different lengths what is too much is left out.
    public init(name: String, x: [Double], y: [Double]) {
      self.name = name
      self.x = x
      self.y = y
    }
  }

  /// What the picture is about.
  public var title: String
  /// What the common axis stands for.
  public var xLabel: String
  /// What the values stand for.
  public var yLabel: String
  /// The curves.
  public var series: [Series]
  /// What the common axis covers; without it what the points need.
  public var xRange: ClosedRange<Double>?
  /// What the axis of the values covers; without it what the points need.
  public var yRange: ClosedRange<Double>?

  /// Creates a chart.
  public init(
    title: String, xLabel: String, yLabel: String, series: [Series],
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
    self.xRange = xRange
    self.yRange = yRange
  }
}
