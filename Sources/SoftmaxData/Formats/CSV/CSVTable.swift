// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A table read from comma-separated values, with the role of each column and the position of invalid
/// cells.
///
/// A file is UTF-8, UTF-16 with a byte order mark, or Windows-1252 if its first 256 KiB are no UTF-8.
/// Numbers are written like `-1.5e3`, with a point or ``CSVFormat/decimalMark``, independent of the
/// user's locale, or in a column like `$1,234.50` or `45%`; each is read as the nearest `Double`. A column is read as
/// numbers unless it holds the classes or more than a few texts, and otherwise as dates, as categories, or as texts of words (``CSVFormat/columnTypes``).
/// A text that alone stands among numbers or dates, such as `k. A.`, is a missing cell (``CSVFormat/missingMarks``).
/// Columns that identify the rows are no features unless their type is given: the first one if it counts the rows, or
/// has no name and different whole numbers, those that are called an identifier, such as `id`, and categories that hardly
/// repeat.
/// Spaces and tabs around an unquoted cell are ignored, and so are blank lines.
///
/// A file that begins with an object is of JSON lines, an object for each row. Its columns are the keys, in the order in
/// which they first appear; a key that is not there and `null` are gaps, and objects within others have columns such as
/// `size.width`. A string holds what a cell in quotes would.
///
/// ```swift
/// let flowers = try CSVTable.read("iris.csv", as: CSVFormat(target: .column("species")))
/// print(flowers.note)                  // read as comma, header, 150 rows, classes in "species"
/// let dataset = try flowers.dataset()
/// ```
///
/// The whole table is held in memory: eight bytes per number or date, four bytes per category and each different one
/// of a column once, and of a text its bytes and 16 more.
///
/// Source of the format: RFC 4180, "Common Format and MIME Type for Comma-Separated Values Files".
public struct CSVTable: Sendable {
  /// All columns of the file including the class column, in the order of the file.
  public let table: Table
  /// The names, types and roles of the columns.
  public let schema: TableSchema
  /// A summary of how the file was read, for one message to the user, such as `read as comma, header,
  /// 150 rows, classes in "species" (the last column)`.
  public let note: String
  /// Possible mistakes in the table that are not errors.
  ///
  /// Of the features there are none if the format has a model's schema, because they are then those of the model.
  public private(set) var warnings: [String]

  /// The files that the rows are from.
  let files: CSVFiles
  /// The line number of the first record, counted from 1.
  let line: Int
  /// The invalid cells of each column that has some.
  let faults: [Int: CSVFaults]
  /// Whether the rows are objects of JSON.
  let isOfObjects: Bool
  /// The columns that were taken for numbers by the first lines, and hold categories.
  let categories: Set<Int>
  /// The order of dates that all lines tell, and the first ones do not.
  let dateOrders: [Int: CellNotation.DateOrder]
  /// The columns that are no features because they identify the rows.
  let identifiers: [CSVIdentifier]
  // The error for using the class column if it looks like one of no classes, and no model says that it holds them.
  private let targetError: SoftmaxError?
  private let dropsUnlabeled: Bool
  let decimalMark: CSVFormat.DecimalMark
  let knownSchema: TableSchema?
  /// Whether the last column was taken for the classes, which nobody has named.
  let isTargetGuessed: Bool
  private let knownClassNames: [String]?

  init(
    _ rows: consuming CSVRows, columns: CSVColumns, sample: CSVSample, marks: MissingMarks,
    files: CSVFiles, format: CSVFormat
  ) throws(SoftmaxError) {
    if let error = rows.raggedLines.error(columns: columns, in: files) { throw error }
    table = try rows.finish()
    faults = rows.faults
    categories = rows.categories
    dateOrders = rows.dateOrders
    // The features of a model's table are fixed.
    identifiers = format.schema == nil ? columns.identifiers(of: table) : []
    var roles = columns.roles
    for identifier in identifiers { roles[identifier.column] = .ignored }
    schema = try TableSchema(
      of: table, roles: roles, notations: columns.notations,
      missingMarks: marks.special, marksOfColumns: columns.missingMarks)
    self.files = files
    line = columns.line
    isOfObjects = columns.isOfObjects
    targetError =
      format.schema == nil && format.knownClassNames == nil
      ? columns.targetError(of: table, path: files.path) : nil
    dropsUnlabeled = format.dropsUnlabeled
    decimalMark = sample.decimalMark
    knownSchema = format.schema
    isTargetGuessed = format.target == nil && format.schema == nil
    knownClassNames = format.knownClassNames
    note = Self.note(
      rowCount: table.rowCount, fileCount: files.count, columns, sample, identifiers: identifiers,
      isTargetGuessed: isTargetGuessed)
    // The features of a model's table are fixed, so a warning about them would not help.
    warnings = format.schema == nil ? Self.warnings(table, schema, columns) : []
    if dropsUnlabeled, unlabeledCount > 0 {
      warnings.append("\(unlabeledCount) of its rows have no class and are left out")
    }
  }

  /// The number of rows.
  public var rowCount: Int { table.rowCount }

  // The path of the first file.
  private var path: String { files.path }

  /// The index of the class column; nil if there is none.
  var target: Int? { schema.columns.firstIndex { $0.role == .classes } }

  /// The class of each row, nil if the cell is missing; the whole value is nil if there is no class
  /// column.
  ///
  /// - Complexity: linear in the number of rows.
  public var labels: [String?]? {
    target.map { place in (0..<rowCount).map { table.columns[place].text(inRow: $0) } }
  }

  /// Returns the feature columns; with a model's schema the features of the model in the model's order.
  ///
  /// Cells may be missing.
  ///
  /// - Throws: `invalidData` with the line and column of the first cell that must not be missing, or is no number, and
  ///   a message that names the first ten;
  ///   `nonFiniteValue` if the first is infinite or beyond the range of `Double`; `shapeMismatch` or
  ///   `invalidArgument` if the features of a model are not found.
  public func features() throws(SoftmaxError) -> Features {
    let places = try featurePlaces()
    try validate(places)
    return .columns(table.selecting(columns: places))
  }

  /// Returns the features and classes of all rows, for training or evaluation.
  ///
  /// - Throws: `invalidData` if there is no class column, a class is missing (``CSVFormat/dropsUnlabeled``), all rows have
  ///   the same class, or the column looks like a quantity or has hardly two rows of a class and its type is not given
  ///   (``CSVFormat/columnTypes``); otherwise the errors of ``features()``.
  public func dataset() throws(SoftmaxError) -> LabeledDataset {
    let places = try featurePlaces()
    guard let target else {
      let name = knownSchema?.target?.name.map { ", which was \(CSVTable.quoted($0)) in training" }
      throw SoftmaxError(
        .invalidData, "has no column of classes\(name ?? "")",
        remedy: "name the one that holds them (--target)", at: .file(path: path, offset: nil))
    }
    if let targetError { throw targetError }
    // A model of groups or times can be judged by rows of which they are not known.
    let unknown = schema.columns.indices.filter {
      knownSchema != nil && [.groups, .times].contains(schema.columns[$0].role)
        && table.columns[$0].missingCount > 0
    }
    let needed = schema.columns.indices.filter {
      Self.neededRoles.contains(schema.columns[$0].role) && !places.contains($0)
        && !unknown.contains($0) && !($0 == target && dropsUnlabeled)
    }
    try validate(places + needed)
    let labeled = labeled(by: target)
    let dataset: LabeledDataset
    do throws(SoftmaxError) {
      dataset = try LabeledDataset(
        features: .columns(labeled.selecting(columns: places)), classes: labeled.columns[target],
        knownClassNames: knownClassNames
      ).taking(rolesIn: schema, of: labeled, but: unknown)
    } catch {
      throw error.located(at: .file(path: path, offset: nil))
    }
    return dataset.described(by: knownSchema ?? schema)
  }

  // Returns the table without the rows that are left out because their class is missing.
  private func labeled(by target: Int) -> Table {
    guard dropsUnlabeled, unlabeledCount > 0,
      case .categories(let codes, _) = table.columns[target].cells
    else { return table }
    return table.selecting(rows: codes.indices.filter { codes[$0] >= 0 })
  }

  private var unlabeledCount: Int { target.map { table.columns[$0].missingCount } ?? 0 }

  /// Whether the class column, which nobody has named, holds none: it looks like a quantity or has gaps.
  var isTargetUnlikely: Bool {
    targetError != nil || !dropsUnlabeled && unlabeledCount > 0
  }

  /// Returns a text in quotes, truncated for a message.
  static func quoted(_ text: String) -> String {
    let short = text.count > 40 ? text.prefix(40) + "..." : text[...]
    return String(short).debugDescription
  }

  /// Returns the name of a column in quotes, or `column 3` if it has none.
  static func label(of name: String?, at column: Int) -> String {
    name.flatMap { $0.isEmpty ? nil : quoted($0) } ?? "column \(column + 1)"
  }

  // The roles of the columns whose cells must not be missing.
  private static let neededRoles: Set<TableSchema.Role> = [.classes, .weights, .groups, .times]

  // Throws an error that names the first invalid cells, in the order of the file, among some columns.
  private func validate(_ places: [Int]) throws(SoftmaxError) {
    let columns = places.map {
      (column: $0, canBeMissing: !Self.neededRoles.contains(schema.columns[$0].role))
    }
    if let error = error(in: columns) { throw error }
  }

  // Throws for texts in columns of numbers.
  fileprivate func validateNumbers() throws(SoftmaxError) {
    let columns = table.columns.indices.map { (column: $0, canBeMissing: true) }
    if let error = error(in: columns) { throw error }
  }

  func featurePlaces() throws(SoftmaxError) -> [Int] {
    let own = schema.columns.indices.filter { schema.columns[$0].role == .feature }
    guard let known = knownSchema else { return own }
    guard !isOfObjects || known.hasNames else {
      throw SoftmaxError(
        .unsupported,
        "the features of the model have no names, so they cannot be found among the keys of JSON lines",
        remedy: "write the values as comma-separated ones, in the order of the training table",
        at: .file(path: path, offset: nil))
    }
    let names = table.columns.map(\.name)
    if let target, let name = names[target], known.features.contains(where: { $0.name == name }),
      !own.contains(where: { names[$0] == name })
    {
      let other =
        own.first { known.target?.name != nil && names[$0] == known.target?.name }
        ?? own.first { place in !known.features.contains { $0.name == names[place] } }
      throw SoftmaxError(
        .invalidData,
        "the feature \(CSVTable.quoted(name)), which the model knows, is taken for the classes",
        remedy: other.flatMap { names[$0] }.map {
          "name the column that holds the classes (--target \(CSVTable.quoted($0))?)"
        } ?? "add a column with the class of each row",
        at: .cell(path: path, line: line, column: isOfObjects ? nil : target + 1))
    }
    do throws(SoftmaxError) {
      // A table with as many columns as the training table may have the same layout. Its columns are
      // then matched by their index in the whole table, which also works without names.
      if names.count == known.columns.count {
        let trained = try known.target(among: names)
        if target == nil || target == trained { return try known.places(among: names) }
      }
      return try known.places(among: own.map { names[$0] }).map { own[$0] }
    } catch {
      throw SoftmaxError(
        error.code, error.message, remedy: error.remedy,
        at: .cell(path: path, line: line, column: nil))
    }
  }
}

extension CSVTable {
  /// Returns the summary of how a file was read; without the number of rows if that is nil.
  ///
  /// - Parameter features: the columns that are features of a model; nil without one.
  static func note(
    rowCount: Int?, fileCount: Int = 1, _ columns: CSVColumns, _ sample: CSVSample,
    identifiers: [CSVIdentifier] = [], features: Set<Int>? = nil, isTargetGuessed: Bool = false
  ) -> String {
    let classes =
      columns.target.map {
        "classes in " + columns.label(of: $0) + (isTargetGuessed ? " (the last column)" : "")
      } ?? "no classes"
    var leftOut = Set(identifiers.map(\.column))
    if let features { leftOut.formUnion(Set(columns.types.indices).subtracting(features)) }
    let header = columns.names == nil ? ", no header" : columns.isOfObjects ? "" : ", header"
    let files = fileCount == 1 ? "" : " in \(fileCount) files"
    let rows = rowCount.map { ", \($0) row\($0 == 1 ? "" : "s")\(files)" } ?? ""
    func count(_ type: Table.ColumnType, _ name: String) -> String {
      let count = columns.places(of: type).count {
        columns.isFeature($0) && !leftOut.contains($0)
      }
      return count == 0 ? "" : ", \(count) column\(count == 1 ? "" : "s") of \(name)"
    }
    let types =
      count(.category, "categories") + count(.text, "texts") + count(.date, "dates")
      + columns.writtenNumbers(leavingOut: leftOut)
    let encoding = sample.encoding == .utf8 ? "" : ", \(sample.encoding.rawValue)"
    let mark =
      encoding + (sample.decimalMark == .comma ? ", decimal comma" : "")
      + Set(columns.missingMarks.values).sorted().prefix(5).map {
        ", \(quoted($0)) as missing"
      }.joined()
    let rest = identifiers.count - shownIdentifierCount
    let named =
      identifiers.isEmpty
      ? ""
      : ", left out: "
        + identifiers.prefix(shownIdentifierCount).map(\.description).joined(separator: ", ")
        + (rest > 0 ? " and \(rest) more" : "")
    let roles = [TableSchema.Role.weights, .groups, .times].compactMap { role in
      columns.place(of: role).map { ", \(role.rawValue) in \(columns.label(of: $0))" }
    }.joined()
    let notation = columns.isOfObjects ? "JSON lines" : sample.separator.rawValue
    return "read as \(notation)\(mark)\(header)\(rows)\(types), \(classes)\(roles)\(named)"
  }

  private static let shownIdentifierCount = 5

  fileprivate static func warnings(
    _ table: Table, _ schema: TableSchema, _ columns: CSVColumns
  ) -> [String] {
    let features = table.columns.indices.filter { schema.columns[$0].role == .feature }
    let times = table.columns.indices.filter { schema.columns[$0].role == .times }
    let dates = (features + times).filter(columns.ambiguousDates.contains).map { place in
      "\(columns.label(of: place)) may begin with the day or with the month; it is read as "
        + "\(columns.notations[place]?.example ?? ""): write dates like 2024-03-31 if that is wrong"
    }
    return dates + markedClasses(table, schema, columns)
      + features.compactMap { place in
        let name = columns.names?[place] ?? ""
        // With few rows, a named column may contain consecutive numbers by chance.
        guard table.columns[place].countsRows, name.isEmpty || table.rowCount >= 10 else {
          return nil
        }
        return (name.isEmpty ? "column \(place + 1), which has no name," : quoted(name))
          + " counts the rows, which may tell the classes of a sorted table"
          + (columns.option("--ignore", for: place).map { "; leave it out with \($0)" } ?? "")
      }
  }

  // A text that stands for missing cells among numbers may do so among the classes.
  private static func markedClasses(
    _ table: Table, _ schema: TableSchema, _ columns: CSVColumns
  ) -> [String] {
    guard let place = schema.columns.firstIndex(where: { $0.role == .classes }),
      case .categories(_, let names) = table.columns[place].cells
    else { return [] }
    return names.filter(Set(columns.missingMarks.values).contains).map { name in
      "\(quoted(name)) is a class, and stands for missing cells in other columns: if it does so in "
        + "\(columns.label(of: place)), say --missing \(quoted(name)) and --drop-unlabeled"
    }
  }
}

extension Table {
  /// Reads a table of comma-separated values or of JSON lines.
  ///
  /// ```swift
  /// let table = try Table(csv: "measurements.csv")
  /// ```
  ///
  /// - Parameters:
  ///   - path: the file, plain or gzipped.
  ///   - format: the properties of the file that should not be detected.
  /// - Throws: the errors of ``CSVTable/read(_:as:maximumByteCount:)-(String,_,_)``; `invalidData` with line and
  ///   column for a text in a column whose first lines have numbers only.
  public init(csv path: String, as format: CSVFormat = CSVFormat()) throws(SoftmaxError) {
    let csv = try CSVTable.read(path, as: format)
    try csv.validateNumbers()
    self = csv.table
  }
}

extension LabeledDataset {
  /// Reads a data set from comma-separated values, with the classes in one of the columns.
  ///
  /// ```swift
  /// let flowers = try LabeledDataset(csv: "iris.csv", as: CSVFormat(target: .column("species")))
  /// ```
  ///
  /// - Parameters:
  ///   - path: the file, plain or gzipped.
  ///   - format: the class column, and the properties of the file that should not be detected.
  /// - Throws: the errors of ``CSVTable/read(_:as:maximumByteCount:)-(String,_,_)`` and ``CSVTable/dataset()``.
  public init(csv path: String, as format: CSVFormat = CSVFormat()) throws(SoftmaxError) {
    self = try CSVTable.read(path, as: format).dataset()
  }
}
