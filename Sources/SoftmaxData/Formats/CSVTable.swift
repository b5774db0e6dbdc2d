// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A table of numbers out of comma-separated values, with the classes of its rows where it has such.
///
/// One column may hold the classes, by default the last; all others are features and hold
/// finite numbers such as `-1.5e3`, with a point whatever the user's language. Spaces and
/// tabulators around a cell that is not in quotes do not count. Header and separator are found
/// by looking, as ``CSVFormat`` says.
///
/// ```swift
/// let table = try CSVTable.read("iris.csv", as: CSVFormat(target: .column("species")))
/// print(table.featureNames ?? [], table.classNames)   // ["sepal length", ...] ["setosa", ...]
/// let flowers = try table.dataset()
/// ```
///
/// Source of the format: RFC 4180, "Common Format and MIME Type for Comma-Separated Values Files".
public struct CSVTable: Hashable, Sendable {
  /// The numbers, a row for each line.
  public let features: Matrix
  /// The names of the features, if the table has a header.
  public let featureNames: [String]?
  /// The index of each row's class in ``classNames``; nil if no column holds the classes.
  public let labels: [Int]?
  /// The names of the classes; empty if no column holds them.
  public let classNames: [String]
  /// The name of the column of the classes, if there is one and it has a name.
  public let targetName: String?

  /// The path of the file, for errors.
  let path: String

  /// The number of rows.
  public var rowCount: Int { features.rowCount }

  /// The rows with their classes, to learn from or to be judged by.
  ///
  /// - Throws: `invalidData` if no column holds the classes, or if all rows are of one class.
  public func dataset() throws(SoftmaxError) -> LabeledDataset {
    guard let labels else {
      throw SoftmaxError(
        .invalidData, "has no column of classes", remedy: "name one as the target",
        at: .file(path: path, offset: nil))
    }
    guard classNames.count >= 2 else {
      throw SoftmaxError(
        .invalidData,
        "all rows are of one class, \(classNames.first.map(CSVTable.quoted) ?? "none")",
        remedy: "a classifier needs at least 2; check which column holds the classes",
        at: .file(path: path, offset: nil))
    }
    return try LabeledDataset(
      features: .columns(features.table(named: featureNames)), labels: labels,
      classNames: classNames)
  }

  /// A text in quotes, short enough for a message.
  static func quoted(_ text: String) -> String {
    let short = text.count > 40 ? text.prefix(40) + "..." : text[...]
    return String(short).debugDescription
  }
}

extension LabeledDataset {
  /// Reads a table of comma-separated values.
  ///
  /// ```swift
  /// let flowers = try LabeledDataset(csv: "iris.csv", as: CSVFormat(target: .column("species")))
  /// ```
  ///
  /// - Parameters:
  ///   - path: the file, plain or gzipped.
  ///   - format: which column holds the classes, and whatever is not to be found by looking.
  /// - Throws: as ``CSVTable/read(_:as:maximumByteCount:)`` and ``CSVTable/dataset()``.
  public init(csv path: String, as format: CSVFormat = CSVFormat()) throws(SoftmaxError) {
    self = try CSVTable.read(path, as: format).dataset()
  }
}

extension Matrix {
  /// The columns of the matrix with names, where there are such.
  fileprivate func table(named names: [String]?) throws(SoftmaxError) -> Table {
    try Table(
      (0..<columnCount).map { column in
        .numbers((0..<rowCount).map { Double(self[$0, column]) }, name: names?[column])
      })
  }
}
