// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of one part of a data set.
struct DataPartInspection {
  let name: String
  let samples: LabeledDataset
  /// The number of rows of each class.
  let classCounts: [Int]
  let range: ValueRange?
  /// The statistics of each feature; empty if the features have no names.
  let features: [FeatureStatistics]
  /// An index of the rows by content, which finds duplicates.
  let index: RowIndex

  init(_ name: String, _ samples: LabeledDataset) {
    self.name = name
    self.samples = samples
    classCounts = samples.labels.reduce(into: Array(repeating: 0, count: samples.classCount)) {
      $0[$1] += 1
    }
    range = ValueRange(of: samples.features)
    features = samples.features.table.map(FeatureStatistics.all) ?? []
    index = RowIndex(samples.features)
  }

  /// The indices of the classes without a row.
  var missingClasses: [Int] { classCounts.indices.filter { classCounts[$0] == 0 } }

  /// The number of rows that equal an earlier row of a different class.
  var conflictCount: Int {
    index.duplicates.count { samples.labels[$0.row] != samples.labels[$0.first] }
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("rows", .integer(samples.count)),
      ("class_counts", .array(classCounts.map { .integer($0) })),
      ("missing_classes", .array(missingClasses.map { .string(samples.classNames[$0]) })),
      ("minimum", range?.minimum ?? .null),
      ("maximum", range?.maximum ?? .null),
      ("duplicates", .integer(index.duplicates.count)),
      ("duplicates_of_another_class", .integer(conflictCount)),
    ]
    if !features.isEmpty { members.append(("features", .array(features.map(\.json)))) }
    return .object(members)
  }
}
