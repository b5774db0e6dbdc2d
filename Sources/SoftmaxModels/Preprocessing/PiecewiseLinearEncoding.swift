// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension PreprocessingStep {
  /// A step that gives each number a scaled value and its place among the quantiles of the training rows, so that a
  /// linear model becomes a sum of piecewise linear functions of the features.
  ///
  /// With the median m and the distance d of the quartiles of a feature, the value is z / sqrt(1 + (z / 3)^2) for z =
  /// (x - m) / d: outliers are clipped softly. Then there is a number for each interval between two of 17 equidistant
  /// quantiles a < b that differ: 0 below a, 1 above b, and (x - a) / (b - a) between them. A feature whose numbers
  /// are 0 and 1 alone is unchanged, and one of at most two quantiles has no intervals.
  ///
  /// Fitting it throws `nonFiniteValue` for a number that is missing or infinite. The result has up to 17 columns for each
  /// one.
  ///
  /// ```swift
  /// let model = try SoftmaxRegressionCV(preprocessing: [.piecewiseLinear]).fitted(to: passengers)
  /// ```
  ///
  /// The quantiles are those of at most 65,536 rows at equal distances, interpolated linearly as by NumPy.
  /// Source: Gorishniy, Rubachev and Babenko, "On embeddings for numerical features in tabular deep learning",
  /// NeurIPS 2022; Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees
  /// on tabular data", NeurIPS 2024, for the scaling.
  public static let piecewiseLinear = PreprocessingStep(PiecewiseLinearEncoding())
}

/// The step of ``PreprocessingStep/piecewiseLinear``.
package struct PiecewiseLinearEncoding: PreprocessingKind {
  package static let name = "piecewise_linear"

  /// The encoding of a feature.
  fileprivate struct Column: Hashable, Sendable {
    var scale = RobustScale.unchanged
    /// The ends of the intervals, ascending; empty if there are none.
    var edges: [Double] = []

    /// The number of values that replace a value.
    var width: Int { 1 + max(0, edges.count - 1) }
  }

  /// The greatest number of values that replace a value.
  static let greatestWidth = 1 + intervalCount
  private static let intervalCount = 16

  private let columns: [Column]
  private let width: Int

  init() { self.init([]) }

  private init(_ columns: [Column]) {
    self.columns = columns
    width = columns.reduce(0) { $0 + $1.width }
  }

  /// Creates a step from its learnt values, which may come from a file.
  ///
  /// - Throws: `invalidArgument` unless there are a finite median, a factor of at least 0 and a number of edges for
  ///   each feature, and the edges of each one ascend.
  package init(settings: NoSettings, learnt: [String: [Double]]) throws(SoftmaxError) {
    let medians = learnt["median"] ?? []
    let factors = learnt["factor"] ?? []
    let counts = (learnt["edge_count"] ?? []).map { Int(exactly: $0) ?? -1 }
    var edges = (learnt["edges"] ?? [])[...]
    var columns: [Column] = []
    if medians.count == factors.count, medians.count == counts.count {
      for ((median, factor), count) in zip(zip(medians, factors), counts)
      where median.isFinite && factor.isFinite && factor >= 0 && 0...edges.count ~= count {
        let own = Array(edges.prefix(count))
        edges = edges.dropFirst(count)
        guard own.allSatisfy(\.isFinite), zip(own, own.dropFirst()).allSatisfy({ $0 < $1 })
        else { break }
        columns.append(Column(scale: RobustScale(median: median, factor: factor), edges: own))
      }
    }
    guard columns.count == medians.count, edges.isEmpty else {
      throw SoftmaxError(
        .invalidArgument,
        "the step \(Self.name) needs a finite median, a factor and ascending edges for each feature"
      )
    }
    self.init(columns)
  }

  package var settings: NoSettings { NoSettings() }
  package var learnt: [String: [Double]] {
    [
      "median": columns.map(\.scale.median), "factor": columns.map(\.scale.factor),
      "edge_count": columns.map { Double($0.edges.count) }, "edges": columns.flatMap(\.edges),
    ]
  }
  package var makesColumns: Bool { true }
  package var inputCount: Int? { isFitted ? columns.count : nil }
  package var isFitted: Bool { !columns.isEmpty }
  package var description: String { "piecewise linear" }

  package func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> PiecewiseLinearEncoding {
    PiecewiseLinearEncoding(try RobustScale.samples(of: rows).map(Self.column))
  }

  private static func column(of sorted: [Double]) -> Column {
    var column = Column(scale: RobustScale(ofSorted: sorted))
    guard !column.scale.isUnchanged else { return column }
    for interval in 0...intervalCount {
      let edge = RobustScale.quantile(Double(interval) / Double(intervalCount), ofSorted: sorted)
      if column.edges.last.map({ $0 < edge }) ?? true { column.edges.append(edge) }
    }
    if column.edges.count < 3 { column.edges = [] }
    return column
  }

  package func columnCount(from count: Int?) throws(SoftmaxError) -> Int? {
    guard isFitted else { return count }
    guard let count, count != columns.count else { return width }
    throw SoftmaxError(
      .shapeMismatch, "the step \(Self.name) is of \(columns.count) features; got \(count)")
  }

  package var action: PreprocessingAction {
    .compute { [columns, width] values in
      var result: [Double] = []
      result.reserveCapacity(values.count / columns.count * width)
      var place = 0
      for value in values {
        columns[place].append(value, to: &result)
        place = place + 1 == columns.count ? 0 : place + 1
      }
      values = result
    }
  }
}

extension PiecewiseLinearEncoding.Column {
  fileprivate func append(_ value: Double, to result: inout [Double]) {
    guard !scale.isUnchanged else {
      result.append(value)
      return
    }
    guard !value.isNaN else {
      result.append(contentsOf: repeatElement(.nan, count: width))
      return
    }
    result.append(scale.value(value))
    for (low, high) in zip(edges, edges.dropFirst()) {
      // Halves, because the difference of huge numbers is infinite.
      result.append(
        value <= low ? 0 : value >= high ? 1 : (value / 2 - low / 2) / (high / 2 - low / 2))
    }
  }
}
