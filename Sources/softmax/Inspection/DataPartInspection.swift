// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of one part of a data set.
struct DataPartInspection {
  let name: String
  let rows: Features
  /// The rows with their classes; nil if they have none.
  let samples: LabeledDataset?
  /// The number of rows of each class.
  let classCounts: [Int]
  let range: ValueRange?
  /// The statistics of each feature; empty if the features are no columns of a table.
  let features: [FeatureStatistics]
  /// An index of the rows by content, which finds duplicates.
  let index: RowIndex

  init(_ name: String, _ samples: LabeledDataset) {
    self.init(name, samples.features, samples)
  }

  /// Summarizes rows without classes.
  init(_ name: String, _ rows: Features) {
    self.init(name, rows, nil)
  }

  private init(_ name: String, _ rows: Features, _ samples: LabeledDataset?) {
    self.name = name
    self.rows = rows
    self.samples = samples
    var counts = Array(repeating: 0, count: samples?.classCount ?? 0)
    for label in samples?.labels ?? [] { counts[label] += 1 }
    classCounts = counts
    features = rows.table.map(FeatureStatistics.all) ?? []
    range = rows.table == nil ? ValueRange(of: rows) : ValueRange(of: features)
    index = RowIndex(rows)
  }

  /// The indices of the classes without a row.
  var missingClasses: [Int] { classCounts.indices.filter { classCounts[$0] == 0 } }

  /// The number of rows that equal an earlier row of a different class.
  var conflictCount: Int {
    guard let labels = samples?.labels else { return 0 }
    return index.duplicates.count { labels[$0.row] != labels[$0.first] }
  }

  /// Returns the number of rows of a class and their share, for a table.
  func cells(ofClass index: Int) -> [String] {
    let share = Double(classCounts[index]) / Double(max(1, rows.rowCount))
    return [NumberText.grouped(classCounts[index]), NumberText.percent(share)]
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("rows", .integer(rows.rowCount))]
    if let samples {
      members += [
        ("class_counts", .array(classCounts.map { .integer($0) })),
        ("missing_classes", .array(missingClasses.map { .string(samples.classNames[$0]) })),
      ]
    }
    members += [
      ("minimum", range?.minimum ?? .null), ("maximum", range?.maximum ?? .null),
      ("duplicates", .integer(index.duplicates.count)),
    ]
    if samples != nil {
      members.append(("duplicates_of_another_class", .integer(conflictCount)))
    }
    if !features.isEmpty { members.append(("features", .array(features.map(\.json)))) }
    return .object(members)
  }
}
