// SPDX-License-Identifier: Apache-2.0

/// A table of columns, each with a name, a type and cells that may be missing.
///
/// Files of rows are read into tables before training. Numbers stay `Double` until a step of a pipeline has
/// shifted and scaled them, so integers above 2^24, such as 16,777,217, are not rounded before that. A table
/// takes 8 bytes for each number or date and 4 bytes for each cell of a category, and each text of a category is
/// stored once; a cell of a column of texts takes its bytes and 16 more. Copies share the memory. Column names
/// need not be unique.
///
/// ```swift
/// let table = try Table([
///   .numbers([5.1, nil, 6.3], name: "petal length"),
///   .categories(["setosa", "setosa", "virginica"], name: "species"),
/// ])
/// print(table.rowCount, table.columns[0].number(inRow: 1) as Any)     // 3 nil
/// ```
public struct Table: Hashable, Sendable {
  /// The columns, in the order of the source.
  public let columns: [Column]
  /// The number of rows.
  public let rowCount: Int

  /// Creates a table from its columns.
  ///
  /// - Throws: `invalidArgument` for no columns; `shapeMismatch` unless all columns have the same number of
  ///   rows.
  public init(_ columns: [Column]) throws(SoftmaxError) {
    guard let first = columns.first else {
      throw SoftmaxError(.invalidArgument, "a table needs at least 1 column")
    }
    for (place, column) in columns.enumerated() where column.count != first.count {
      throw SoftmaxError(
        .shapeMismatch,
        "column \(Table.label(of: column, at: place)) has \(column.count) rows, "
          + "\(Table.label(of: first, at: 0)) has \(first.count)")
    }
    self.columns = columns
    rowCount = first.count
  }

  private init(unchecked columns: [Column], rowCount: Int) {
    self.columns = columns
    self.rowCount = rowCount
  }

  /// The number of columns.
  public var columnCount: Int { columns.count }

  /// The names of the columns; nil unless every column has a name.
  public var columnNames: [String]? {
    let names = columns.compactMap(\.name)
    return names.count == columns.count ? names : nil
  }

  /// Returns the index of the column with a given name.
  ///
  /// - Throws: `notFound` if no column has the name; `invalidArgument` if several columns have it.
  public func place(ofColumn name: String) throws(SoftmaxError) -> Int {
    let places = columns.indices.filter { columns[$0].name == name }
    if places.count == 1 { return places[0] }
    guard places.isEmpty else {
      throw SoftmaxError(
        .invalidArgument, "\(places.count) columns are called \(name.debugDescription)",
        remedy: "give each column its own name")
    }
    let known = columns.prefix(20).enumerated().map { Table.label(of: $1, at: $0) }
    throw SoftmaxError(
      .notFound,
      "no column is called \(name.debugDescription); there are \(known.joined(separator: ", "))"
        + (columns.count > 20 ? ", ..." : ""))
  }

  /// Returns the column with a given name.
  ///
  /// - Throws: The errors of ``place(ofColumn:)``.
  public func column(_ name: String) throws(SoftmaxError) -> Column {
    columns[try place(ofColumn: name)]
  }

  /// Returns a table of the given rows, in the given order.
  ///
  /// - Precondition: Every row lies within the table.
  public func selecting(rows: some Sequence<Int>) -> Table {
    let rows = Array(rows)
    return Table(unchecked: columns.map { $0.selecting(rows: rows) }, rowCount: rows.count)
  }

  /// Returns a table of the columns at the given indices, in the given order.
  ///
  /// - Precondition: Every index lies within the table, and there is at least one.
  public func selecting(columns places: some Sequence<Int>) -> Table {
    let chosen = places.map { columns[$0] }
    precondition(!chosen.isEmpty, "a table needs at least 1 column")
    return Table(unchecked: chosen, rowCount: rowCount)
  }

  /// Returns the text that identifies a column in messages: its name in quotes, or its number from 1.
  package static func label(of column: Column, at place: Int) -> String {
    label(of: column.name, at: place)
  }

  /// Returns the text for a column with the given name; the number is used if the name is nil or empty.
  package static func label(of name: String?, at place: Int) -> String {
    if let name, !name.isEmpty { name.debugDescription } else { "number \(place + 1)" }
  }
}
