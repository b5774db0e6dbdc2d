// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The format of a table of comma-separated values; properties that are nil are detected.
///
/// ```swift
/// let flowers = try LabeledDataset(csv: "iris.csv", as: CSVFormat(target: .column("species")))
/// ```
///
/// The separator, the header and the types of the columns are detected from the first 256 records within
/// the first 256 KiB. ``CSVTable/note`` describes the detected format.
public struct CSVFormat: Hashable, Sendable {
  /// The column that holds the classes.
  public enum Target: Hashable, Sendable {
    /// The last column that has no other role and is not ignored.
    case last
    /// The column with this name; if no column has this name and the text is an integer, the column with
    /// this number, counted from 1.
    case column(String)
    /// The column at an index, counted from 0.
    case index(Int)
    /// No column: all columns are features.
    case none
  }

  /// The character that separates cells.
  public enum Separator: String, CaseIterable, Hashable, Sendable {
    /// `,`
    case comma
    /// `;`
    case semicolon
    /// The tab character.
    case tab
    /// `|`
    case pipe

    /// The ASCII code of the separator.
    package var byte: UInt8 {
      switch self {
      case .comma: 0x2c
      case .semicolon: 0x3b
      case .tab: 0x09
      case .pipe: 0x7c
      }
    }
  }

  /// The character between the integer part and the fraction of a number.
  public enum DecimalMark: String, CaseIterable, Hashable, Sendable {
    /// `.`
    case point
    /// `,`
    case comma

    /// The ASCII code of the mark.
    var byte: UInt8 { self == .point ? 0x2e : 0x2c }
  }

  /// The texts that common programs write for a missing value, matched without regard to case.
  public static let defaultMissingMarks = [
    "?", "NA", "N/A", "#N/A", "<NA>", "NaN", "-NaN", "null", "none", "nil",
  ]

  /// The column that holds the classes; nil for the one of ``schema``, without a schema for the last
  /// one.
  public var target: Target?
  /// Whether the first line is a header; nil to detect it.
  ///
  /// The first line is taken for a header if it has texts above columns of numbers, or no number at all.
  /// If some of its cells suggest a header and others a row, reading throws an error that asks for this
  /// property.
  public var hasHeader: Bool?
  /// The separator of the cells; nil to detect it.
  ///
  /// Detection prefers the separator that splits most lines into the same number of cells and leaves
  /// more numbers. A first line such as `sep=;`, which spreadsheets write, determines the separator.
  public var separator: Separator?
  /// The decimal mark of the numbers; nil to detect it.
  ///
  /// It is a comma if a cell can be a number with a comma alone and none with a point alone. A mark after one to three
  /// digits and before three more says nothing, since it may separate thousands.
  public var decimalMark: DecimalMark?
  /// The texts that mark a missing cell, matched without regard to case; an empty cell is always
  /// missing.
  ///
  /// ``defaultMissingMarks`` give way to those of ``schema``. Without a schema, and unless others are given, a column
  /// of numbers or dates may have one more: the only text without a digit that stands there, three times at least, such
  /// as `k. A.` or `-`.
  public var missingMarks: [String]
  /// The columns to ignore, each by its name or its number, counted from 1.
  public var ignoredColumns: [String]
  /// The column with the weight of each row, by its name or its number from 1; nil for the one of ``schema``, if any.
  ///
  /// A row of weight 2 counts like two rows, and one of weight 0 like none. The column is no feature.
  public var weightColumn: String?
  /// The column with the group of each row, such as a patient, by its name or its number from 1; nil for the one of
  /// ``schema``, if any.
  ///
  /// Rows of a group are never learned from and judged by at once (`LabeledDataset.origins`). The column is no feature.
  public var groupColumn: String?
  /// The column of dates or numbers with the time of each row, by its name or its number from 1; nil for the one of
  /// ``schema``, if any.
  ///
  /// Rows are judged by models of earlier rows (`LabeledDataset.origins`). The column is no feature.
  public var timeColumn: String?
  /// The types of columns that should not be detected, each by its name or its number, counted from 1.
  ///
  /// A column that has only numbers, or one text among them, holds numbers; so does one of whose cells at most a
  /// twentieth are texts, each of which is then an error. Of the other columns those hold texts of words whose cells
  /// hardly repeat and have several words: more than half of the cells are different, and a cell has three words or 30
  /// bytes on average. The others hold categories.
  ///
  /// Before that a column is found to hold dates if all cells but such mistakes are dates of ISO 8601, or all with the
  /// day or all with the month before the year; and to hold numbers if all are written with thousands apart, the sign of
  /// one currency, or a percent sign each, which makes hundredths of them.
  ///
  /// A column whose type is given is a feature, although it looks like an identifier.
  public var columnTypes: [String: Table.ColumnType]
  /// Whether the rows whose class is missing are left out of a data set (``CSVTable/dataset()``); if false, they are an
  /// error, because a text such as `NA` may be the name of a class.
  ///
  /// How many are left out is one of the table's ``CSVTable/warnings``.
  public var dropsUnlabeled: Bool
  /// The known names of the classes in their order, such as those of a model.
  ///
  /// They become the classes of the table if they include all of its labels. Otherwise, and if nil, the
  /// classes are the different labels, sorted: by value if all are numbers, else by Unicode code points.
  public var knownClassNames: [String]?
  /// The schema of the table that a model was trained on; nil if there is no model.
  ///
  /// With a schema the features and the class column are those of that table. They are found by name, in
  /// any order and among other columns, or by index if a table has no names.
  public var schema: TableSchema?

  /// Creates a format.
  public init(
    target: Target? = nil, hasHeader: Bool? = nil, separator: Separator? = nil,
    decimalMark: DecimalMark? = nil, missingMarks: [String] = CSVFormat.defaultMissingMarks,
    ignoredColumns: [String] = [], weightColumn: String? = nil, groupColumn: String? = nil,
    timeColumn: String? = nil, columnTypes: [String: Table.ColumnType] = [:],
    dropsUnlabeled: Bool = false, knownClassNames: [String]? = nil, schema: TableSchema? = nil
  ) {
    self.target = target
    self.hasHeader = hasHeader
    self.separator = separator
    self.decimalMark = decimalMark
    self.missingMarks = missingMarks
    self.ignoredColumns = ignoredColumns
    self.weightColumn = weightColumn
    self.groupColumn = groupColumn
    self.timeColumn = timeColumn
    self.columnTypes = columnTypes
    self.dropsUnlabeled = dropsUnlabeled
    self.knownClassNames = knownClassNames
    self.schema = schema
  }

  /// Whether nobody has said what marks a missing cell.
  var hasDefaultMissingMarks: Bool { missingMarks == Self.defaultMissingMarks }

  /// The columns that are named for a role of which there is one, beside the classes.
  var namedColumns: [(name: String?, role: TableSchema.Role)] {
    [(weightColumn, .weights), (groupColumn, .groups), (timeColumn, .times)]
  }
}
