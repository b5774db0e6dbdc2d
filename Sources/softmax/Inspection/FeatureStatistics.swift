// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What one feature of a table holds, over all rows.
struct FeatureStatistics {
  /// The cells that are not missing.
  enum Content {
    /// The range and the mean of numbers.
    case numbers(ClosedRange<Double>, mean: Double)
    /// The number of different categories, and the most frequent one with its rows.
    case categories(Int, mostFrequent: String, rowCount: Int)
    /// The earliest and the latest date.
    case dates(String, String)
    /// The number of different texts, and their bytes in UTF-8.
    case texts(Int, meanByteCount: Double, greatestByteCount: Int)
  }

  let name: String
  let content: Content
  let missingCount: Int

  /// Computes the statistics of all columns that have a cell; empty without names or rows.
  static func all(of table: Table) -> [FeatureStatistics] {
    zip(table.columnNames ?? [], table.columns).compactMap { name, column in
      content(of: column).map {
        FeatureStatistics(name: name, content: $0, missingCount: column.missingCount)
      }
    }
  }

  private static func content(of column: Table.Column) -> Content? {
    if let range = column.range, let mean = column.mean { return .numbers(range, mean: mean) }
    if case .dates(let seconds) = column.cells {
      let known = seconds.filter { !$0.isNaN }
      guard let least = known.min(), let greatest = known.max() else { return nil }
      return .dates(
        CivilDate.text(secondsSince1970: least), CivilDate.text(secondsSince1970: greatest))
    }
    if case .texts(let texts) = column.cells {
      let lengths = texts.places.map(\.count).filter { $0 > 0 }
      guard let greatest = lengths.max() else { return nil }
      return .texts(
        Set((0..<column.count).compactMap { column.text(inRow: $0) }).count,
        meanByteCount: Double(lengths.reduce(0, +)) / Double(lengths.count),
        greatestByteCount: greatest)
    }
    guard case .categories(let codes, let names) = column.cells else { return nil }
    var counts = [Int](repeating: 0, count: names.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    // Of equally frequent ones the first.
    guard let most = counts.indices.max(by: { (counts[$0], $1) < (counts[$1], $0) }),
      counts[most] > 0
    else { return nil }
    return .categories(
      counts.count { $0 > 0 }, mostFrequent: names[most], rowCount: counts[most])
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("name", .string(name))]
    switch content {
    case .numbers(let range, let mean):
      members += [
        ("minimum", .number(range.lowerBound)), ("mean", .number(mean)),
        ("maximum", .number(range.upperBound)),
      ]
    case .categories(let count, let mostFrequent, let rowCount):
      members += [
        ("categories", .integer(count)), ("most_frequent", .string(mostFrequent)),
        ("most_frequent_rows", .integer(rowCount)),
      ]
    case .dates(let earliest, let latest):
      members += [("earliest", .string(earliest)), ("latest", .string(latest))]
    case .texts(let count, let mean, let greatest):
      members += [
        ("texts", .integer(count)), ("mean_bytes", .number(mean)),
        ("greatest_bytes", .integer(greatest)),
      ]
    }
    if missingCount > 0 { members.append(("missing", .integer(missingCount))) }
    return .object(members)
  }
}
