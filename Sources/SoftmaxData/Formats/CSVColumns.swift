// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// What the columns of a table are: found out from its first line and what the caller said.
struct CSVColumns {
  /// The number of columns, that of the classes included.
  let count: Int
  /// The column of the classes, from 0; nil for none.
  let target: Int?
  /// Whether the first line names the columns.
  let hasHeader: Bool
  /// The number of the first line, from 1.
  let line: Int

  /// For each feature its place among the columns that are features; nil where they stand as they come.
  let order: [Int]?

  private let names: [String]?

  /// Looks at the scanner's record, the first of the table.
  init(_ scanner: CSVScanner, format: CSVFormat) throws(SoftmaxError) {
    count = scanner.cells.count
    line = scanner.line
    let isPlain = format.featureCount == count
    let target = isPlain ? nil : try Self.target(scanner, format: format)
    let hasHeader = try Self.hasHeader(scanner, target: target, format: format)
    if hasHeader {
      var names: [String] = []
      for (column, cell) in scanner.cells.enumerated() {
        guard let name = scanner.text(of: scanner.trimmed(cell)) else {
          throw SoftmaxError(
            .invalidData, "the column's name is not UTF-8", remedy: "save the file again as UTF-8",
            at: scanner.location(column))
        }
        names.append(name)
      }
      self.names = names
      order = try CSVFeatureMatching(names: names, target: target, scanner).order(of: format)
    } else {
      (names, order) = (nil, nil)
    }
    self.target = target
    self.hasHeader = hasHeader
    guard target == nil || count >= 2 else {
      throw SoftmaxError(
        .invalidData, "has one column, expected features and the classes",
        remedy: "check the separator", at: scanner.location(nil))
    }
  }

  var featureCount: Int { target == nil ? count : count - 1 }

  /// The names of the features; nil without a header.
  var featureNames: [String]? {
    guard let names else { return nil }
    let features = names.indices.filter { $0 != target }.map { names[$0] }
    return order.map { order in order.map { features[$0] } } ?? features
  }

  var targetName: String? {
    guard let target, let names else { return nil }
    return names[target]
  }

  /// A column's name in a message, if it has one.
  func inColumn(_ column: Int) -> String {
    names.map { " in " + CSVTable.quoted($0[column]) } ?? ""
  }

  private static func target(
    _ scanner: CSVScanner, format: CSVFormat
  ) throws(SoftmaxError) -> Int? {
    let count = scanner.cells.count
    switch format.target {
    case .none: return nil
    case .last: return count - 1
    case .index(let index):
      guard (0..<count).contains(index) else {
        throw SoftmaxError(
          .notFound, "there is no column \(index) for the classes, only columns 0...\(count - 1)",
          at: scanner.location(nil))
      }
      return index
    case .column(let name): return try column(of: name, scanner, format: format)
    }
  }

  private static func column(
    of name: String, _ scanner: CSVScanner, format: CSVFormat
  ) throws(SoftmaxError) -> Int {
    let names = scanner.cells.map { scanner.text(of: scanner.trimmed($0)) ?? "" }
    let places = names.indices.filter { names[$0] == name }
    if format.hasHeader != false {
      if places.count == 1 { return places[0] }
      if places.count > 1 {
        throw SoftmaxError(
          .invalidData, "\(places.count) columns are called \(CSVTable.quoted(name))",
          remedy: "give the number of the one that holds the classes",
          at: scanner.location(places[1]))
      }
    }
    if let number = Int(name), (1...names.count).contains(number) { return number - 1 }
    let shown = names.prefix(20).map(CSVTable.quoted).joined(separator: ", ")
    let nearest = Spelling.nearest(to: name, among: names)
    throw SoftmaxError(
      .notFound,
      "there is no column \(CSVTable.quoted(name)) for the classes; the first line has \(shown)"
        + (names.count > 20 ? ", ..." : ""),
      remedy: nearest.map { "did you mean \(CSVTable.quoted($0))?" }
        ?? "give its name, or its number from 1 to \(names.count)",
      at: scanner.location(nil))
  }

  private static func hasHeader(
    _ scanner: CSVScanner, target: Int?, format: CSVFormat
  ) throws(SoftmaxError) -> Bool {
    if let known = format.hasHeader { return known }
    if let names = format.knownFeatureNames, try holds(names, scanner, target: target) {
      return true
    }
    if case .column(let name) = format.target, let target,
      scanner.text(of: scanner.trimmed(scanner.cells[target])) == name, Int(name) == nil
    {
      return true
    }
    let features = scanner.cells.indices.filter { $0 != target }
    let words = features.filter { scanner.number(in: scanner.cells[$0]) == .none }
    if words.isEmpty { return false }
    if words.count == features.count { return true }
    let text = scanner.text(of: scanner.trimmed(scanner.cells[words[0]])) ?? ""
    throw SoftmaxError(
      .invalidData,
      "the first line has \(features.count - words.count) numbers among its features, and "
        + "\(CSVTable.quoted(text)), which is none",
      remedy: "say whether it names the columns (--header, --no-header); if that column holds "
        + "the classes, name it as the target (--target)",
      at: scanner.location(words[0]))
  }

  // Whether the features of the first line are these names; throws where they might be numbers too.
  private static func holds(
    _ names: [String], _ scanner: CSVScanner, target: Int?
  ) throws(SoftmaxError) -> Bool {
    let cells = scanner.cells.indices.filter { $0 != target }.map { scanner.cells[$0] }
    guard cells.count == names.count,
      Set(cells.compactMap { scanner.text(of: scanner.trimmed($0)) }) == Set(names)
    else { return false }
    guard cells.contains(where: { scanner.number(in: $0) == .none }) else {
      throw SoftmaxError(
        .invalidData,
        "the first line has the names of the model's features, which are numbers",
        remedy: "say whether it names the columns (--header, --no-header)",
        at: scanner.location(nil))
    }
    return true
  }
}
