// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The scale of a feature by its median and quartiles, which clips outliers softly.
struct RobustScale: Hashable, Sendable {
  private static let greatestRowCount = 1 << 16

  let median: Double
  /// 1 / the distance of the quartiles; 0 for a feature that is unchanged.
  let factor: Double

  /// The scale that changes nothing.
  static let unchanged = RobustScale(median: 0, factor: 0)

  /// Whether the feature is unchanged.
  var isUnchanged: Bool { factor == 0 }

  init(median: Double, factor: Double) {
    self.median = median
    self.factor = factor
  }

  /// Creates the scale of a feature from some of its values in ascending order.
  ///
  /// A feature of zeros and ones alone is unchanged.
  init(ofSorted values: [Double]) {
    guard let first = values.first, let last = values.last,
      values.contains(where: { $0 != 0 && $0 != 1 })
    else {
      self = .unchanged
      return
    }
    let quartiles =
      Self.quantile(0.75, ofSorted: values) - Self.quantile(0.25, ofSorted: values)
    let range = last - first
    median = Self.quantile(0.5, ofSorted: values)
    // Where half of the values are equal, half of the range is taken.
    let factor = quartiles > 0 ? 1 / quartiles : range > 0 ? 2 / range : 1
    self.factor = factor.isFinite && factor > 0 ? factor : 1
  }

  /// Returns z / sqrt(1 + (z / 3)^2) for z = (value - median) * factor; NaN stays NaN, and a feature that is unchanged
  /// keeps its value.
  func value(_ value: Double) -> Double {
    guard !isUnchanged else { return value }
    let z = (value - median) * factor
    // The square of a greater one may be infinite.
    return z.magnitude < 1e9 ? z / (1 + z * z / 9).squareRoot() : z > 0 ? 3 : z < 0 ? -3 : z
  }

  /// Returns a quantile of values in ascending order, interpolated linearly as by NumPy.
  static func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
    let place = share * Double(values.count - 1)
    let (low, high) = (values[Int(place)], values[min(Int(place) + 1, values.count - 1)])
    // Without the difference, which could overflow.
    let rest = place - place.rounded(.down)
    return low == high ? low : low * (1 - rest) + high * rest
  }

  /// Returns the values of each column, in ascending order, of at most 65,536 rows at equal distances.
  ///
  /// If a column has values other than 0 and 1 in the other rows alone, one of them is added.
  ///
  /// - Throws: `nonFiniteValue` for a number that is missing or infinite.
  static func samples(of rows: PreprocessedRows) throws(SoftmaxError) -> [[Double]] {
    let count = rows.columnCount
    let step = (rows.rowCount + greatestRowCount - 1) / greatestRowCount
    var samples = [[Double]](repeating: [], count: count)
    // A value other than 0 and 1 of each column, which the sample may not have.
    var others = [Double?](repeating: nil, count: count)
    try rows.forEachBlock { first, values throws(SoftmaxError) in
      for (index, value) in values.enumerated() {
        let (row, column) = index.quotientAndRemainder(dividingBy: count)
        guard value.isFinite else { throw rows.failure(row: first + row, column: column) }
        if (first + row).isMultiple(of: step) { samples[column].append(value) }
        if value != 0, value != 1 { others[column] = value }
      }
    }
    return zip(samples, others).map { sample, other in
      let isCovered = other == nil || sample.contains { $0 != 0 && $0 != 1 }
      return (isCovered ? sample : sample + [other ?? 0]).sorted()
    }
  }
}
