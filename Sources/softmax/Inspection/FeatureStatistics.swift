// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The range and the mean of one feature over all rows.
struct FeatureStatistics {
  let name: String
  /// The range in the precision of the storage: doubles for a table, otherwise floats.
  let minimum: JSONValue
  let maximum: JSONValue
  let mean: Double

  /// Computes the statistics of named columns, and for a table of numeric ones; empty without rows.
  static func all(of features: Features, names: [String]) -> [FeatureStatistics] {
    guard features.rowCount > 0, names.count == features.columnCount else { return [] }
    if let table = features.table {
      return zip(names, table.columns).compactMap { name, column in
        guard let range = column.range, let mean = column.mean else { return nil }
        return FeatureStatistics(
          name: name, minimum: .number(range.lowerBound), maximum: .number(range.upperBound),
          mean: mean)
      }
    }
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
        name: names[column], minimum: .float(minima[column]), maximum: .float(maxima[column]),
        mean: sums[column] / Double(features.rowCount))
    }
  }

  var json: JSONValue {
    .object([
      ("name", .string(name)), ("minimum", minimum), ("mean", .number(mean)), ("maximum", maximum),
    ])
  }
}
