// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Where the features that a model knows by name stand among the columns of a table.
struct CSVFeatureMatching {
  /// The column of the classes, from 0; nil for none.
  let target: Int?
  /// For each feature its place among the columns that are features; nil where they stand as they come.
  let order: [Int]?

  /// Looks for the format's features among the names of the scanner's record.
  ///
  /// - Parameter target: the column of the classes so far as the format says.
  init(
    names: [String], target: Int?, format: CSVFormat, _ scanner: CSVScanner
  ) throws(SoftmaxError) {
    guard let known = format.knownFeatureNames, Set(known).count == known.count else {
      (self.target, order) = (target, nil)
      return
    }
    let wanted = Set(known)
    var target = target
    if target != nil, format.target == .last {
      let others = names.indices.filter { !wanted.contains(names[$0]) }
      if others.count == 1 { target = others[0] }
    }
    let features = names.indices.filter { $0 != target }
    var places: [String: Int] = [:]
    for (place, column) in features.enumerated() {
      let name = names[column]
      guard wanted.contains(name) else { continue }
      guard places.updateValue(place, forKey: name) == nil else {
        throw SoftmaxError(
          .invalidData, "two columns are called \(CSVTable.quoted(name))",
          remedy: "give each its own name", at: scanner.location(column))
      }
    }
    if let missing = known.first(where: { places[$0] == nil }) {
      let isTarget = target.map { names[$0] == missing } ?? false
      let others = features.map { names[$0] }.filter { !wanted.contains($0) }
      let nearest = Spelling.nearest(to: missing, among: others)
      throw SoftmaxError(
        .invalidData,
        "the feature \(CSVTable.quoted(missing)), which the model knows, "
          + (isTarget ? "is taken for the classes" : "has no column"),
        remedy: isTarget
          ? "name the column that holds the classes (--target)"
          : (nearest.map { "is it \(CSVTable.quoted($0))? " } ?? "")
            + "name the columns as those that it was trained on",
        at: scanner.location(nil))
    }
    if let other = features.first(where: { !wanted.contains(names[$0]) }) {
      throw SoftmaxError(
        .invalidData,
        "the model knows no feature \(CSVTable.quoted(names[other]))",
        remedy: "leave the column out; if it holds the classes, name it as the target (--target)",
        at: scanner.location(other))
    }
    let order = known.compactMap { places[$0] }
    self.target = target
    self.order = order == Array(order.indices) ? nil : order
  }
}
