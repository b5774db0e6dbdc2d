// SPDX-License-Identifier: Apache-2.0

/// How to read a table of comma-separated values; what is left out is found by looking.
///
/// ```swift
/// let flowers = try CSVTable.read("iris.csv", as: CSVFormat(target: .column("species")))
/// ```
public struct CSVFormat: Hashable, Sendable {
  /// Which column holds the classes.
  public enum Target: Hashable, Sendable {
    /// The last one.
    case last
    /// The column of this name; where the header has none such and the text is a whole number,
    /// the column of this number, counted from 1.
    case column(String)
    /// The column at an index, counted from 0.
    case index(Int)
    /// None: all columns are features.
    case none
  }

  /// What stands between two cells.
  public enum Separator: String, CaseIterable, Hashable, Sendable {
    /// `,`
    case comma
    /// `;`
    case semicolon
    /// The tabulator.
    case tab

    /// As it stands in the text.
    var byte: UInt8 {
      switch self {
      case .comma: 0x2c
      case .semicolon: 0x3b
      case .tab: 0x09
      }
    }
  }

  /// Which column holds the classes.
  public var target: Target
  /// Whether the first line names the columns; nil to find out.
  ///
  /// It does if no feature in it is a number, and does not if all of them are. A line where some
  /// are numbers and some are not is an error that asks for this to be said.
  public var hasHeader: Bool?
  /// What stands between two cells; nil to find out.
  ///
  /// A tabulator if the first line has one outside of quotes, else a semicolon if it has one, else
  /// a comma.
  public var separator: Separator?
  /// Names of classes in their order, such as those of a model.
  ///
  /// They are the table's classes if all of its labels are among them. Else, and without this,
  /// the classes are the labels themselves, sorted: numbers by their value, others by their
  /// characters.
  public var knownClassNames: [String]?
  /// Names of features in their order, such as those of a model.
  ///
  /// A table with a header must have a column for each and no other, in whatever order: the features
  /// come in this one. Where two of the names are the same the order must be this one. A table without
  /// header is taken as it stands; a first line of these names is one, and where all of them are
  /// numbers, ``hasHeader`` has to be said.
  public var knownFeatureNames: [String]?
  /// The number of features that a classifier takes, where one is to be used.
  ///
  /// A table of exactly so many columns then has no classes, whatever ``target`` says.
  public var featureCount: Int?

  /// Describes a table.
  public init(
    target: Target = .last, hasHeader: Bool? = nil, separator: Separator? = nil,
    knownClassNames: [String]? = nil, knownFeatureNames: [String]? = nil, featureCount: Int? = nil
  ) {
    self.target = target
    self.hasHeader = hasHeader
    self.separator = separator
    self.knownClassNames = knownClassNames
    self.knownFeatureNames = knownFeatureNames
    self.featureCount = featureCount
  }
}
