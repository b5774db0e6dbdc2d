// SPDX-License-Identifier: Apache-2.0

/// What a table looked like that something was learnt from: its columns' names, their types, and what
/// each was for.
///
/// A model keeps it, so that a later table is read as the first one was: columns are found by name,
/// whatever their order and whatever else the table has; tables without names by place. It says nothing
/// about the cells.
public struct TableSchema: Hashable, Sendable, Codable {
  /// What a column was for.
  public enum Role: String, Hashable, Sendable, Codable {
    /// It was learnt from.
    case feature
    /// It held the classes.
    case classes
    /// It was left out.
    case ignored
  }

  /// A column without its cells.
  public struct Column: Hashable, Sendable, Codable {
    /// The name; nil where the table gave none.
    public let name: String?
    /// What the cells were.
    public let type: Table.ColumnType
    /// What the column was for.
    public let role: Role

    /// Describes a column.
    package init(name: String?, type: Table.ColumnType, role: Role) {
      self.name = name
      self.type = type
      self.role = role
    }
  }

  /// All columns of the table, in its order.
  public let columns: [Column]

  /// Describes a table by its columns.
  ///
  /// - Throws: `invalidData` unless one column at least is a feature and one at most holds the classes.
  package init(_ columns: [Column]) throws(SoftmaxError) {
    let classes = columns.count { $0.role == .classes }
    guard columns.contains(where: { $0.role == .feature }), classes <= 1 else {
      throw SoftmaxError(
        .invalidData,
        "a table needs a column to learn from and at most one with the classes, got \(classes) with "
          + "classes of \(columns.count)")
    }
    self.columns = columns
  }

  /// Describes a table.
  ///
  /// - Parameters:
  ///   - table: all columns, as its source has them.
  ///   - target: the place of the column of the classes, if there is one.
  ///   - ignored: the places of columns that are left out.
  /// - Throws: `invalidData` where no column is left to learn from.
  package init(
    of table: Table, target: Int?, ignoring ignored: Set<Int> = []
  ) throws(SoftmaxError) {
    try self.init(
      table.columns.enumerated().map { place, column in
        let role: Role =
          place == target ? .classes : ignored.contains(place) ? .ignored : .feature
        return Column(name: column.name, type: column.type, role: role)
      })
  }

  /// Describes a table whose columns are all learnt from.
  package init(of table: Table) {
    columns = table.columns.map { Column(name: $0.name, type: $0.type, role: .feature) }
  }

  /// Reads a description, and trusts nothing in it.
  public init(from decoder: any Decoder) throws {
    try self.init([Column](from: decoder))
  }

  /// Writes the columns.
  public func encode(to encoder: any Encoder) throws { try columns.encode(to: encoder) }

  /// The columns that were learnt from, in the order of the features.
  public var features: [Column] { columns.filter { $0.role == .feature } }

  /// The names of the features; nil where the table gave none.
  package var featureNames: [String]? {
    let names = features.map(\.name)
    return names.contains { $0 != nil } ? names.map { $0 ?? "" } : nil
  }

  /// The column that held the classes, if there was one.
  public var target: Column? { columns.first { $0.role == .classes } }

  private var hasNames: Bool { columns.contains { $0.name != nil } }
}

// Reading a later table as the first one.
extension TableSchema {
  /// The columns of a table that a model learnt from, in the order in which it learnt from them.
  ///
  /// Found by name where both tables have names; else by place, in a table of as many columns as there
  /// were, or as there were features. Copies no cells.
  ///
  /// - Throws: `shapeMismatch` for another number of columns without names; `invalidArgument` naming a
  ///   feature that no column has, or several.
  package func features(of table: Table) throws(SoftmaxError) -> Table {
    table.selecting(columns: try places(among: table.columns.map(\.name)))
  }

  /// The place of the column of the classes in a later table; nil where it has none.
  package func target(in table: Table) throws(SoftmaxError) -> Int? {
    try target(among: table.columns.map(\.name))
  }

  /// The same in a table whose columns have these names.
  package func target(among names: [String?]) throws(SoftmaxError) -> Int? {
    guard let place = columns.firstIndex(where: { $0.role == .classes }) else { return nil }
    if let name = columns[place].name, names.contains(where: { $0 != nil }) {
      let isLaidOutAlike = place < names.count && names[place] == name
      if isLaidOutAlike { return place }
      let found = names.indices.filter { names[$0] == name }
      guard found.count <= 1 else {
        throw SoftmaxError(
          .invalidData, "\(found.count) columns are called \(name.debugDescription)",
          remedy: "give each column its own name")
      }
      return found.first
    }
    return names.count == columns.count ? place : nil
  }

  /// The places of the features in a table whose columns have these names.
  ///
  /// - Throws: as ``features(of:)``.
  package func places(among names: [String?]) throws(SoftmaxError) -> [Int] {
    let featurePlaces = columns.indices.filter { columns[$0].role == .feature }
    let wanted = featurePlaces.map { columns[$0].name }
    guard hasNames, names.contains(where: { $0 != nil }) else {
      if names.count == featurePlaces.count { return Array(names.indices) }
      if names.count == columns.count { return featurePlaces }
      let all =
        columns.count > featurePlaces.count ? " or the training table's \(columns.count)" : ""
      throw SoftmaxError(
        .shapeMismatch,
        "the table has \(names.count) columns, expected \(featurePlaces.count) features\(all)",
        remedy: "give it the columns of the training table, or name them as there")
    }
    if names == columns.map(\.name) { return featurePlaces }
    if names == wanted { return Array(names.indices) }
    guard Set(wanted).count == wanted.count else {
      throw SoftmaxError(
        .invalidArgument,
        "two of the features have the same name, so they are found only in the order that they had",
        remedy: "give each feature its own name, or keep the order of the training table")
    }
    let places = Dictionary(grouping: names.indices) { names[$0] }
    var result: [Int] = []
    for (place, name) in zip(featurePlaces, wanted) {
      let found = places[name] ?? []
      if found.count == 1 {
        result.append(found[0])
        continue
      }
      let label = Table.label(of: name, at: place)
      guard found.isEmpty else {
        throw SoftmaxError(
          .invalidArgument, "\(found.count) columns are called \(label)",
          remedy: "give each column its own name")
      }
      let known = names.prefix(20).enumerated().map { Table.label(of: $1, at: $0) }
      throw SoftmaxError(
        .invalidArgument,
        "the feature \(label), which was learnt from, has no column; there are "
          + known.joined(separator: ", ") + (names.count > 20 ? ", ..." : ""),
        remedy: "name the columns as those of the training table")
    }
    return result
  }
}

extension Table.ColumnType: Codable {
  /// Reads a type's name, and trusts nothing in it.
  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let known = [Table.ColumnType.number, .category].first(where: { $0.description == name })
    else {
      throw SoftmaxError(
        .unsupported, "a column is of the type \(name.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    self = known
  }

  /// Writes the type's name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
