// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The range and the mean of one feature of a table over all rows.
struct FeatureStatistics {
  let name: String
  let range: ClosedRange<Double>
  let mean: Double

  /// Computes the statistics of all columns of numbers; empty without names or rows.
  static func all(of table: Table) -> [FeatureStatistics] {
    zip(table.columnNames ?? [], table.columns).compactMap { name, column in
      guard let range = column.range, let mean = column.mean else { return nil }
      return FeatureStatistics(name: name, range: range, mean: mean)
    }
  }

  var json: JSONValue {
    .object([
      ("name", .string(name)), ("minimum", .number(range.lowerBound)), ("mean", .number(mean)),
      ("maximum", .number(range.upperBound)),
    ])
  }
}
