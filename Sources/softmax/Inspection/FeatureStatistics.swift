// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What one feature of a table holds, over all rows.
struct FeatureStatistics {
  /// The cells that are not missing.
  enum Content {
    /// The range and the mean of numbers, and how many different ones there are; nil if there are many.
    case numbers(ClosedRange<Double>, mean: Double, different: Int?)
    /// The number of different categories, and the most frequent one with its rows.
    case categories(Int, mostFrequent: String, rowCount: Int)
    /// The earliest and the latest date.
    case dates(String, String)
    /// The number of different texts, and their bytes in UTF-8.
    case texts(Int, meanByteCount: Double, greatestByteCount: Int)
  }

  /// The name of the column; nil if its source has no names.
  let name: String?
  // The index of the column.
  private let place: Int
  let content: Content
  let missingCount: Int

  // Numbers of which there are more different ones are no codes.
  private static let greatestDifferentCount = 100

  /// Computes the statistics of all columns that have a cell; each thread takes a column at a time.
  static func all(of table: Table) -> [FeatureStatistics] {
    let columns = table.columns
    let team = WorkerTeam(threadCount: min(WorkerTeam.processorCount, max(1, columns.count)))
    return team.results(ofTasks: columns.count) { index in
      content(of: columns[index]).map {
        FeatureStatistics(
          name: columns[index].name, place: index, content: $0,
          missingCount: columns[index].missingCount)
      }
    }.compactMap(\.self)
  }

  private static func content(of column: Table.Column) -> Content? {
    if case .numbers(let numbers) = column.cells { return content(of: numbers) }
    if case .dates(let seconds) = column.cells {
      guard case .numbers(let range, _, _) = content(of: seconds) else { return nil }
      return .dates(
        CivilDate.text(secondsSince1970: range.lowerBound),
        CivilDate.text(secondsSince1970: range.upperBound))
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

  private static func content(of numbers: [Double]) -> Content? {
    var (least, greatest, sum, count) = (Double.infinity, -Double.infinity, 0.0, 0)
    var different: Set<Double>? = []
    for number in numbers where !number.isNaN {
      least = min(least, number)
      greatest = max(greatest, number)
      sum += number
      count += 1
      different?.insert(number)
      if let known = different?.count, known > greatestDifferentCount { different = nil }
    }
    guard count > 0 else { return nil }
    return .numbers(least...greatest, mean: sum / Double(count), different: different?.count)
  }

  /// The name for people.
  var title: String { name.map(PrintableText.line) ?? "feature \(place)" }

  /// The range of numbers; nil for others.
  var range: ClosedRange<Double>? {
    guard case .numbers(let range, _, _) = content else { return nil }
    return range
  }

  /// Whether all cells are the same, and none is missing.
  var isConstant: Bool {
    guard missingCount == 0 else { return false }
    return switch content {
    case .numbers(let range, _, _): range.lowerBound == range.upperBound
    case .categories(let count, _, _), .texts(let count, _, _): count == 1
    case .dates(let earliest, let latest): earliest == latest
    }
  }

  private var type: Table.ColumnType {
    switch content {
    case .numbers: .number
    case .categories: .category
    case .dates: .date
    case .texts: .text
    }
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", JSONValue(name)), ("type", .string(type.description)),
    ]
    switch content {
    case .numbers(let range, let mean, let different):
      members += [
        ("minimum", .number(range.lowerBound)), ("mean", .number(mean)),
        ("maximum", .number(range.upperBound)),
      ]
      if let different { members.append(("different", .integer(different))) }
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
