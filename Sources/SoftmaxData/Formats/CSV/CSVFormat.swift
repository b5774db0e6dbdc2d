// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// How to read a table of comma-separated values; what is left out is found by looking.
///
/// ```swift
/// let flowers = try LabeledDataset(csv: "iris.csv", as: CSVFormat(target: .column("species")))
/// ```
///
/// Separator, header and types of the columns are found out from the first 256 lines, or as many as
/// there are in 256 KiB; ``CSVTable/note`` says what was found.
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
    /// `|`
    case pipe

    /// As it stands in the text.
    var byte: UInt8 {
      switch self {
      case .comma: 0x2c
      case .semicolon: 0x3b
      case .tab: 0x09
      case .pipe: 0x7c
      }
    }
  }

  /// What stands before the decimals of a number.
  public enum DecimalMark: String, CaseIterable, Hashable, Sendable {
    /// `.`
    case point
    /// `,`
    case comma

    /// As it stands in the text.
    var byte: UInt8 { self == .point ? 0x2e : 0x2c }
  }

  /// What programs write where there is nothing, in whatever case.
  public static let defaultMissingMarks = [
    "?", "NA", "N/A", "#N/A", "<NA>", "NaN", "-NaN", "null", "none", "nil",
  ]

  /// Which column holds the classes; nil for what ``schema`` says, else the last one.
  public var target: Target?
  /// Whether the first line names the columns; nil to find out.
  ///
  /// It does where it has words above columns of numbers, or no number at all. Where some of its
  /// cells speak for a header and some against one, that is an error that asks for this to be said.
  public var hasHeader: Bool?
  /// What stands between two cells; nil to find out.
  ///
  /// The separator that cuts the lines into the same number of cells, of several the one that leaves
  /// more numbers. A first line such as `sep=;`, which spreadsheets write, names it.
  public var separator: Separator?
  /// What stands before the decimals of a number.
  public var decimalMark: DecimalMark
  /// The texts that stand for a missing cell, in whatever case; an empty cell is always missing.
  public var missingMarks: [String]
  /// The columns to leave out, each by its name or its number, counted from 1.
  public var ignoredColumns: [String]
  /// Names of classes in their order, such as those of a model.
  ///
  /// They are the table's classes if all of its labels are among them. Else, and without this,
  /// the classes are the labels themselves, sorted: numbers by their value, others by their
  /// characters.
  public var knownClassNames: [String]?
  /// What the table looked like that a model was trained on.
  ///
  /// The features are then those of that table, found by name whatever their order and whatever other
  /// columns there are, or by place in a table without names; and so are the classes.
  public var schema: TableSchema?

  /// Describes a table.
  public init(
    target: Target? = nil, hasHeader: Bool? = nil, separator: Separator? = nil,
    decimalMark: DecimalMark = .point, missingMarks: [String] = CSVFormat.defaultMissingMarks,
    ignoredColumns: [String] = [], knownClassNames: [String]? = nil, schema: TableSchema? = nil
  ) {
    self.target = target
    self.hasHeader = hasHeader
    self.separator = separator
    self.decimalMark = decimalMark
    self.missingMarks = missingMarks
    self.ignoredColumns = ignoredColumns
    self.knownClassNames = knownClassNames
    self.schema = schema
  }
}
