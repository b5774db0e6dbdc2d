// SPDX-License-Identifier: Apache-2.0

/// A chart of curves over a common horizontal axis, with linear axes.
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
    /// The name of the curve in the legend.
    public var name: String
    /// The positions of the points on the horizontal axis.
    public var x: [Double]
    /// The values of the points; a value that is not finite leaves a gap.
    public var y: [Double]

    /// Creates a curve; if the arrays differ in length, the excess elements are ignored.
    public init(name: String, x: [Double], y: [Double]) {
      self.name = name
      self.x = x
      self.y = y
    }
  }

  /// The title of the chart.
  public var title: String
  /// The label of the horizontal axis.
  public var xLabel: String
  /// The label of the vertical axis.
  public var yLabel: String
  /// The curves.
  public var series: [Series]
  /// The range of the horizontal axis; nil means the range of the points.
  public var xRange: ClosedRange<Double>?
  /// The range of the vertical axis; nil means the range of the points.
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
