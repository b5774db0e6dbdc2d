// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// What the columns of a table are: found out from its first lines and what the caller said.
struct CSVColumns {
  /// For each column its name; empty where a header leaves it out, nil without a header.
  let names: [String]?
  /// The column of the classes, from 0; nil for none.
  let target: Int?
  /// The columns that are left out.
  let ignored: Set<Int>
  /// For each column whether it holds numbers, not texts.
  let holdsNumbers: [Bool]
  /// The number of the first line, from 1.
  let line: Int
  private let naming: Naming

  /// Looks at the scanner's record, the first of the table.
  init(
    _ scanner: CSVScanner, sample: CSVSample, format: CSVFormat
  ) throws(SoftmaxError) {
    line = scanner.line
    let hasHeader = try Self.hasHeader(scanner, sample: sample, format: format)
    let rows = hasHeader ? sample.records.dropFirst() : sample.records[...]
    let count = Self.count(scanner, rows: rows, format: format)
    if hasHeader {
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
    naming = Naming(names: names, count: count, isHeaderSaid: format.hasHeader == true)
    let finder = Finder(naming: naming, scanner: scanner)
    var ignored: Set<Int> = []
    for column in format.ignoredColumns {
      ignored.insert(try finder.place(of: column, "to leave out"))
    }
    let target = try finder.target(of: format, ignored: ignored)
    if let target, ignored.contains(target) {
      throw SoftmaxError(
        .invalidArgument, "the column of the classes is left out",
        remedy: "name another with --target or --ignore", at: scanner.location(target))
    }
    guard (0..<count).contains(where: { $0 != target && !ignored.contains($0) }) else {
      throw SoftmaxError(
        .invalidData,
        count == 1
          ? "has one column, expected features and the classes" : "has no column of features",
        remedy: "check the separator (--separator)", at: scanner.location(nil))
    }
    self.ignored = ignored
    self.target = target
    holdsNumbers = (0..<count).map { column in
      column != target
        && rows.allSatisfy { row in
          guard column < row.count, case .text(let text) = row[column] else { return true }
          return CSVRows.isNotFinite(text)
        }
    }
  }

  /// The number of columns.
  var count: Int { holdsNumbers.count }

  // The number of columns: where every line ends with a separator, what is behind it is none.
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

extension CSVColumns {
  /// What columns may be called: by their names, or by their numbers from 1.
  private struct Naming {
    let names: [String]?
    let count: Int
    /// Whether the caller knows that the columns have names, so that a number may be one.
    var isHeaderSaid: Bool

    func places(ofName text: String) -> [Int] {
      names.map { names in names.indices.filter { names[$0] == text } } ?? []
    }

    func place(ofNumber text: String) -> Int? {
      Int(text).flatMap { (1...count).contains($0) ? $0 - 1 : nil }
    }

    /// The only column that a text can stand for.
    func place(of text: String) -> Int? {
      let named = places(ofName: text)
      let numbered = place(ofNumber: text)
      guard let place = named.first else { return numbered }
      guard named.count == 1 else { return nil }
      return numbered == nil || numbered == place || isHeaderSaid ? place : nil
    }
  }

  /// The option of the command that leaves a column out, such as `--ignore 'Unnamed: 0'`; nil where
  /// neither its name nor its number is its own.
  func option(ignoring place: Int) -> String? {
    let name = naming.names?[place]
    // What would not be copied as it stands is better told by its number.
    let isHandy = name.map { $0.count <= 40 && $0 == PrintableText.line($0) } ?? false
    let texts = (isHandy ? [name] : []) + ["\(place + 1)", name]
    var saying = naming
    saying.isHeaderSaid = true
    for (naming, header) in [(naming, ""), (saying, "--header ")] {
      guard let text = texts.compactMap(\.self).first(where: { naming.place(of: $0) == place })
      else { continue }
      // What begins with a dash would be taken for an option.
      return "\(header)--ignore\(text.hasPrefix("-") ? "=" : " ")\(ShellWord.quoted(text))"
    }
    return nil
  }
}

extension CSVColumns {
  /// Finds columns by what a caller calls them.
  private struct Finder {
    let naming: Naming
    let scanner: CSVScanner

    private var names: [String]? { naming.names }
    private var count: Int { naming.count }

    func target(of format: CSVFormat, ignored: Set<Int>) throws(SoftmaxError) -> Int? {
      switch format.target {
      case .some(.none): return nil
      case .last: return lastKept(ignored)
      case .index(let index):
        guard (0..<count).contains(index) else {
          throw SoftmaxError(
            .notFound,
            "there is no column \(index) for the classes, only columns 0...\(count - 1)",
            at: scanner.location(nil))
        }
        return index
      case .column(let name): return try place(of: name, "for the classes")
      case nil:
        guard let schema = format.schema else { return lastKept(ignored) }
        return try target(of: schema, ignored: ignored)
      }
    }

    // Where a model's classes stand; of a model that does not say, the last column if it is no feature.
    private func target(
      of schema: TableSchema, ignored: Set<Int>
    ) throws(SoftmaxError) -> Int? {
      guard schema.target == nil else { return try schema.target(among: columnNames) }
      let features = schema.features
      guard let last = lastKept(ignored), count - ignored.count > features.count else { return nil }
      guard let names, features.contains(where: { $0.name == names[last] }) else { return last }
      return nil
    }

    private var columnNames: [String?] { names ?? Array(repeating: nil, count: count) }

    private func lastKept(_ ignored: Set<Int>) -> Int? {
      (0..<count).last { !ignored.contains($0) }
    }

    /// The column of a name or a number from 1.
    func place(of name: String, _ purpose: String) throws(SoftmaxError) -> Int {
      if let place = naming.place(of: name) { return place }
      let places = naming.places(ofName: name)
      if places.count > 1 {
        throw SoftmaxError(
          .invalidData, "\(places.count) columns are called \(CSVTable.quoted(name))",
          remedy: "give each column its own name", at: scanner.location(places[1]))
      }
      if let place = places.first {
        throw SoftmaxError(
          .invalidArgument,
          "\(CSVTable.quoted(name)) is the name of column \(place + 1) and the number of another",
          remedy:
            "say that the first line names the columns (--header) to take the name, or that it "
            + "is a row (--no-header)", at: scanner.location(place))
      }
      guard let names else {
        throw SoftmaxError(
          .notFound,
          "there is no column \(CSVTable.quoted(name)) \(purpose): the first line is a row",
          remedy:
            "give its number from 1 to \(count), or say that the first line names the columns "
            + "(--header)", at: scanner.location(nil))
      }
      let shown = names.prefix(20).map(CSVTable.quoted).joined(separator: ", ")
      let nearest = Spelling.nearest(to: name, among: names)
      throw SoftmaxError(
        .notFound,
        "there is no column \(CSVTable.quoted(name)) \(purpose); the first line has \(shown)"
          + (names.count > 20 ? ", ..." : ""),
        remedy: nearest.map { "did you mean \(CSVTable.quoted($0))?" }
          ?? "give its name, or its number from 1 to \(count)", at: scanner.location(nil))
    }
  }
}
