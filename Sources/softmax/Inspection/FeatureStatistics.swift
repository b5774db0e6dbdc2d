// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The range and the mean of one feature over all rows.
struct FeatureStatistics {
  let name: String
  let minimum: Float
  let maximum: Float
  let mean: Double

  /// Looks through the columns that have a name; none for no rows.
  static func all(of features: Features, names: [String]) -> [FeatureStatistics] {
    guard features.rowCount > 0, names.count == features.columnCount else { return [] }
    var minima = features.row(0)
    var maxima = minima
    var sums = [Double](repeating: 0, count: names.count)
    for row in 0..<features.rowCount {
      for (column, value) in features.row(row).enumerated() {
        minima[column] = min(minima[column], value)
        maxima[column] = max(maxima[column], value)
        sums[column] += Double(value)
      }
    }
    return names.indices.map { column in
      FeatureStatistics(
        name: names[column], minimum: minima[column], maximum: maxima[column],
        mean: sums[column] / Double(features.rowCount))
    }
  }

  var json: JSONValue {
    .object([
      ("name", .string(name)), ("minimum", .float(minimum)), ("mean", .number(mean)),
      ("maximum", .float(maximum)),
    ])
  }
}
