// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The names, types and roles of the columns of a table, determined from its first lines and the
/// caller's format.
struct CSVColumns {
  /// The name of each column, empty if the header has no text there; nil if the table has no header.
  let names: [String]?
  /// The index of the class column; nil if there is none.
  let target: Int?
  /// The roles of the columns that are no features.
  let roles: [Int: TableSchema.Role]
  /// The type of each column's cells; the class column holds categories.
  let types: [Table.ColumnType]
  /// How the cells of some columns are written: all dates, and numbers that are not only digits with a decimal mark.
  let notations: [Int: CellNotation]
  /// The columns of dates whose cells may begin with the day or with the month.
  let ambiguousDates: Set<Int>
  /// For each column whether its type was given, by the format or a model, not detected.
  let isTypeKnown: [Bool]
  /// Whether the format says that the class column holds categories, although its cells may look like a quantity.
  let areClassesSaid: Bool
  /// Whether the rows are objects of JSON, whose columns are known by their keys and not by places.
  let isOfObjects: Bool
  /// The line number of the first record, counted from 1.
  let line: Int
  let naming: Naming
  /// The texts that stand for missing cells in columns of numbers or dates, beside the marks of all columns.
  let missingMarks: [Int: String]

  /// Determines the columns; the current record of the scanner must be the first of the table.
  ///
  /// - Parameter categories: the indices of columns that are known to hold texts further on in the file.
  /// - Parameter dateOrders: the order of day and month in columns, where it is known from the whole file.
  /// - Throws: `invalidData` if the first line may be a header or a row, if a name is ambiguous, or if no
  ///   feature column remains; `notFound` or `invalidArgument` for a column of the format that is missing
  ///   or ambiguous.
  init(
    _ scanner: CSVScanner, sample: CSVSample, format: CSVFormat, categories: Set<Int> = [],
    dateOrders: [Int: CellNotation.DateOrder] = [:]
  ) throws(SoftmaxError) {
    line = scanner.line
    isOfObjects = scanner.isOfObjects
    let keys = sample.keys?.names
    let hasHeader =
      if keys == nil {
        try Self.hasHeader(scanner, sample: sample, format: format)
      } else { false }
    let rows = hasHeader ? sample.records.dropFirst() : sample.records[...]
    let count = keys?.count ?? Self.count(scanner, rows: rows, format: format)
    if let keys {
      names = keys
    } else if hasHeader {
      var names: [String] = []
      for (column, cell) in scanner.cells.prefix(count).enumerated() {
        guard let name = scanner.text(of: cell) else {
          throw SoftmaxError(
            .invalidData, "the column's name is no text of UTF-8",
            remedy: "save the file again as UTF-8",
            at: scanner.location(column))
        }
        names.append(name)
      }
      self.names = names
    } else {
      names = nil
    }
    naming = Naming(
      names: names, count: count, isHeaderSaid: isOfObjects || format.hasHeader == true)
    let finder = Finder(naming: naming, scanner: scanner)
    var roles = try finder.namedRoles(of: format)
    let target = try finder.target(of: format, roles: roles)
    if let target {
      if let role = roles[target] {
        throw SoftmaxError(
          .invalidArgument,
          "the column of the classes is "
            + (role == .ignored ? "left out" : "named for the \(role.rawValue)"),
          remedy: "name another with --target or "
            + (role == .ignored ? "--ignore" : "for the \(role.rawValue)"),
          at: scanner.location(target))
      }
      roles[target] = .classes
    }
    roles = try finder.roles(roles, completedBy: format)
    guard (0..<count).contains(where: { roles[$0] == nil }) else {
      throw SoftmaxError(
        .invalidData,
        count == 1
          ? "has one column, expected features and the classes" : "has no column of features",
        remedy: isOfObjects
          ? "give each object a member for each column" : "check the separator (--separator)",
        at: scanner.location(nil))
    }
    self.roles = roles
    self.target = target
    var types: [Int: Table.ColumnType] = [:]
    var (known, isOfModel) = ([Int: CellNotation](), Set<Int>())
    var marks: [Int: String] = [:]
    for (name, type) in format.columnTypes {
      types[try finder.place(of: name, "to read as a \(type)")] = type
    }
    if let schema = format.schema {
      let names: [String?] = names ?? Array(repeating: nil, count: count)
      // Columns that are not found are an error where the features are asked for.
      let places = (try? schema.places(among: names)) ?? []
      for (place, feature) in zip(places, schema.features) {
        types[place] = feature.type
        known[place] = feature.notation
        marks[place] = feature.missingMark
        isOfModel.insert(place)
      }
      for (place, role) in roles where role == .weights || role == .times {
        guard let column = schema.columns.first(where: { $0.role == role }) else { continue }
        types[place] = column.type
        known[place] = column.notation
        isOfModel.insert(place)
      }
    }
    // A text among weights is a mistake.
    for (place, role) in roles where role == .weights { types[place] = .number }
    areClassesSaid = target.map { types[$0] == .category } ?? false
    isTypeKnown = (0..<count).map { types[$0] != nil }
    let guesser = ColumnGuess(sample: sample, rowCount: rows.count)
    var (found, ambiguous) = ([Table.ColumnType](), Set<Int>())
    // Who says what marks missing cells wants no others.
    let findsMarks = format.schema == nil && format.hasDefaultMissingMarks
    for column in 0..<count {
      if findsMarks, column != target, roles[column] == nil, !categories.contains(column),
        types[column].map({ $0 == .number || $0 == .date }) ?? true
      {
        marks[column] = guesser.missingMark(of: column, type: types[column])
      }
      // What a model knows of a column is not found again, and classes and groups have no other notation than their texts.
      if column == target || roles[column] == .groups || categories.contains(column) {
        found.append(.category)
      } else if let order = dateOrders[column] {
        found.append(.date)
        known[column] = CellNotation(dateOrder: order)
      } else if let type = types[column], isOfModel.contains(column),
        type != .date || known[column] != nil
      {
        found.append(type)
      } else {
        let guess = guesser.column(column, type: types[column], mark: marks[column])
        found.append(guess.type)
        known[column] = guess.notation
        if guess.isAmbiguous { ambiguous.insert(column) }
      }
    }
    (self.types, notations, ambiguousDates) = (found, known, ambiguous)
    missingMarks = marks
  }

  /// Returns whether a column with so many texts among its cells holds numbers, and the texts are mistakes.
  static func holdsNumbers(textCount: Int, cellCount: Int) -> Bool {
    textCount == 0 || textCount < cellCount && textCount <= max(1, cellCount / 20)
  }

  /// The number of columns.
  var count: Int { types.count }

  /// Returns whether a column is a feature, unless its cells show that it identifies rows.
  func isFeature(_ column: Int) -> Bool { roles[column] == nil }

  /// Returns the index of the column with a role; nil if there is none.
  func place(of role: TableSchema.Role) -> Int? { roles.first { $0.value == role }?.key }

  /// Returns the name of a column in quotes, or `column 3` if it has none.
  func label(of column: Int) -> String { CSVTable.label(of: names?[column], at: column) }

  /// Returns the part of a note that says how the numbers of features are written if not in digits alone, such as
  /// `, "price" with a number like $1,234.5`.
  func writtenNumbers(leavingOut leftOut: Set<Int>) -> String {
    placesOfWrittenNumbers.filter { isFeature($0) && !leftOut.contains($0) }.prefix(5).map {
      ", \(label(of: $0)) with \(notations[$0]?.example ?? "")"
    }.joined()
  }

  /// Returns the columns that identify rows, of those that would be features and whose type was not given.
  func identifiers(of table: Table) -> [CSVIdentifier] {
    let features = types.indices.filter(isFeature)
    return CSVIdentifier.all(
      of: table, among: features.filter { !isTypeKnown[$0] }, featureCount: features.count,
      hasHeader: names != nil)
  }

  /// Returns the indices of the columns of a type, in ascending order.
  func places(of type: Table.ColumnType) -> [Int] { types.indices.filter { types[$0] == type } }

  // The other columns of numbers.
  private var placesOfWrittenNumbers: [Int] { places(of: .number).filter { notations[$0] != nil } }

  /// The columns of numbers that are digits with a decimal mark, in ascending order.
  var placesOfPlainNumbers: [Int] { places(of: .number).filter { notations[$0] == nil } }

  /// Returns the error for using the class column if it looks like a quantity, if most classes have a single row, or if
  /// there is one class; nil if it may hold classes.
  func targetError(of table: Table, path: String) -> SoftmaxError? {
    guard let target, !areClassesSaid,
      case .categories(let codes, let names) = table.columns[target].cells
    else { return nil }
    let label = label(of: target)
    let option = option("--category", for: target)
    let location = SoftmaxError.Location.cell(
      path: path, line: line, column: isOfObjects ? nil : target + 1)
    if names.count == 1, !codes.contains(where: { $0 < 0 }) {
      return SoftmaxError(
        .invalidData, "all rows are of one class, \(CSVTable.quoted(names[0])), in \(label)",
        remedy: "name the column that holds the classes (--target)", at: location)
    }
    if let quantity = CSVQuantity(codes: codes, names: names) {
      return quantity.error(label, option: option, at: location)
    }
    guard names.count > Self.greatestCountOfRareClasses, 2 * names.count > codes.count else {
      return nil
    }
    return SoftmaxError(
      .invalidData,
      "\(label) has \(names.count) different texts in \(codes.count) rows, and nothing can be learnt of a class with "
        + "one row",
      remedy: "name the column that holds the classes (--target)"
        + (option.map { "; if they are the names of classes, say so (\($0))" } ?? ""),
      at: location)
  }

  private static let greatestCountOfRareClasses = 100

  // Returns the number of columns. If every line ends with a separator, the empty cell after it is not a
  // column.
  private static func count(
    _ scanner: CSVScanner, rows: ArraySlice<[CSVSample.Cell]>, format: CSVFormat
  ) -> Int {
    let cells = scanner.cells
    guard cells.count > 1, let last = cells.last, scanner.isBlank(last),
      rows.allSatisfy({ $0.count < cells.count || $0[cells.count - 1] == .missing }),
      format.schema?.columns.count != cells.count
    else { return cells.count }
    return cells.count - 1
  }

  private static func hasHeader(
    _ scanner: CSVScanner, sample: CSVSample, format: CSVFormat
  ) throws(SoftmaxError) -> Bool {
    if let known = format.hasHeader { return known }
    let texts = Set(scanner.cells.compactMap { scanner.text(of: $0) })
    let guess = CSVHeaderGuess(sample)
    if let names = format.schema?.features.map(\.name), !names.contains(nil),
      names.allSatisfy({ $0.map(texts.contains) ?? false })
    {
      if guess.answer == true { return true }
      let areNumbers = names.allSatisfy { $0.map { Double($0) != nil } ?? false }
      guard areNumbers else { return true }
      throw SoftmaxError(
        .invalidData,
        "the first line has the names of the model's features, which are numbers",
        remedy: "say whether it names the columns (--header, --no-header)",
        at: scanner.location(nil))
    }
    if case .column(let name)? = format.target, texts.contains(name), Int(name) == nil {
      return true
    }
    if let answer = guess.answer { return answer }
    let stranger = guess.stranger
    throw SoftmaxError(
      .invalidData,
      "the first line may name the columns or be a row: it has numbers, and "
        + "\(CSVTable.quoted(stranger?.text ?? "")) where the lines below have numbers",
      remedy: "say whether it names the columns (--header, --no-header)",
      at: scanner.location(stranger?.column))
  }
}
