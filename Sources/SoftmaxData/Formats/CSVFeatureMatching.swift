// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Where the features that a model knows by name stand among the columns of a table.
struct CSVFeatureMatching {
  private let names: [String]
  private let target: Int?
  private let scanner: CSVScanner
  // The columns that are features.
  private let features: [Int]

  /// - Parameters:
  ///   - names: of the columns.
  ///   - target: the column of the classes, from 0; nil for none.
  ///   - scanner: stands at the line of the names.
  init(names: [String], target: Int?, _ scanner: CSVScanner) {
    self.names = names
    self.target = target
    self.scanner = scanner
    features = names.indices.filter { $0 != target }
  }

  /// For each feature that the format knows its place among the table's; nil where they stand as they
  /// come.
  ///
  /// - Throws: `invalidData` unless the columns have the names of the features, each once.
  func order(of format: CSVFormat) throws(SoftmaxError) -> [Int]? {
    guard let known = format.knownFeatureNames else { return nil }
    let wanted = Set(known)
    if format.target == .last, let target, wanted.contains(names[target]),
      features.contains(where: { names[$0] == names[target] })
    {
      throw duplicate(target)
    }
    guard features.map({ names[$0] }) != known else { return nil }
    guard wanted.count == known.count else {
      throw SoftmaxError(
        .invalidData,
        "two of the features that the model knows have the same name, so its columns must come in the "
          + "order that they had in training",
        remedy: "bring them into it, or leave the header out",
        at: scanner.location(nil))
    }
    try validate(known, wanted)
    var places: [String: Int] = [:]
    for (place, column) in features.enumerated() {
      guard wanted.contains(names[column]) else {
        throw SoftmaxError(
          .invalidData,
          "the model knows no feature \(CSVTable.quoted(names[column]))",
          remedy: "leave the column out; if it holds the classes, name it as the target (--target)",
          at: scanner.location(column))
      }
      guard places.updateValue(place, forKey: names[column]) == nil else {
        throw duplicate(column)
      }
    }
    return known.compactMap { places[$0] }
  }

  private func duplicate(_ column: Int) -> SoftmaxError {
    SoftmaxError(
      .invalidData, "two columns are called \(CSVTable.quoted(names[column]))",
      remedy: "give each its own name", at: scanner.location(column))
  }

  // Throws where a feature has no column, or its column is taken for the classes.
  private func validate(_ known: [String], _ wanted: Set<String>) throws(SoftmaxError) {
    let others = features.map { names[$0] }.filter { !wanted.contains($0) }
    let all = Set(names)
    if let missing = known.first(where: { !all.contains($0) }) {
      let nearest = Spelling.nearest(to: missing, among: others)
      throw SoftmaxError(
        .invalidData,
        "the feature \(CSVTable.quoted(missing)), which the model knows, has no column",
        remedy: (nearest.map { "is it \(CSVTable.quoted($0))? " } ?? "")
          + "name the columns as those that it was trained on", at: scanner.location(nil))
    }
    guard let target, wanted.contains(names[target]) else { return }
    throw SoftmaxError(
      .invalidData,
      others.isEmpty
        ? "all columns are features that the model knows, and none holds the classes"
        : "the feature \(CSVTable.quoted(names[target])), which the model knows, is taken for the classes",
      remedy: others.first.map {
        "name the column that holds the classes (--target \(CSVTable.quoted($0))?)"
      } ?? "add a column with the class of each row", at: scanner.location(target))
  }
}
