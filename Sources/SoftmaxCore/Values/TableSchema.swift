// SPDX-License-Identifier: Apache-2.0

/// The description of a training table: the names, types and roles of its columns.
///
/// A model stores the schema, so that later tables are read like the training table. Columns are found by
/// name, in any order and among other columns. In tables without column names they are found by position.
/// A schema contains no cells and does not validate them.
public struct TableSchema: Hashable, Sendable, Codable {
  /// The role of a column in training.
  public enum Role: String, Hashable, Sendable, Codable {
    /// The column was a feature.
    case feature
    /// The column held the classes.
    case classes
    /// The column held the weight of each row.
    case weights
    /// The column named the group of each row, such as a patient.
    case groups
    /// The column held the time of each row.
    case times
    /// The column was not used.
    case ignored
  }

  /// The description of a column, without its cells.
  public struct Column: Hashable, Sendable, Codable {
    /// The name of the column; nil if it had none.
    public let name: String?
    /// The type of the cells.
    public let type: Table.ColumnType
    /// The role of the column.
    public let role: Role
    /// Whether a cell of the training table was missing.
    public let hasGaps: Bool
    /// How the cells of a file were written; nil for numbers in digits with a decimal mark, and for other types.
    package let notation: CellNotation?
    /// The text that stands for a missing cell of this column, beside the marks of the table; nil if there is none.
    package let missingMark: String?

    /// Creates the description of a column.
    package init(
      name: String?, type: Table.ColumnType, role: Role, hasGaps: Bool = false,
      notation: CellNotation? = nil, missingMark: String? = nil
    ) {
      self.name = name
      self.type = type
      self.role = role
      self.hasGaps = hasGaps
      self.notation = notation
      self.missingMark = missingMark
    }
  }

  /// All columns of the table, in the order of the table.
  public let columns: [Column]
  /// The texts that stood for a missing cell of the file; nil for the usual ones.
  package let missingMarks: [String]?

  /// Creates a schema from descriptions of the columns.
  ///
  /// - Throws: `invalidData` unless at least one column is a feature, at most one holds the classes and at most one
  ///   the weights, and at most one the groups or the times.
  package init(_ columns: [Column], missingMarks: [String]? = nil) throws(SoftmaxError) {
    let classes = columns.count { $0.role == .classes }
    guard columns.contains(where: { $0.role == .feature }), classes <= 1 else {
      throw SoftmaxError(
        .invalidData,
        "a table needs a column to learn from and at most one with the classes, got \(classes) with "
          + "classes of \(columns.count)")
    }
    let weights = columns.count { $0.role == .weights }
    let origins = columns.count { $0.role == .groups || $0.role == .times }
    guard weights <= 1, origins <= 1 else {
      throw SoftmaxError(
        .invalidData,
        "a table has at most one column of weights and one of groups or times, got \(weights) and "
          + "\(origins)")
    }
    self.columns = columns
    self.missingMarks = missingMarks
  }

  /// Creates the schema of a table.
  ///
  /// - Parameters:
  ///   - table: the table with all columns of its source.
  ///   - roles: the roles of the columns that are no features, by the index of the column.
  ///   - notations: how the cells of some columns are written, by the index of the column.
  ///   - missingMarks: the texts that stand for a missing cell; nil for the usual ones.
  ///   - marksOfColumns: one more of some columns, by the index of the column.
  /// - Throws: `invalidData` if no column remains as a feature, or if two columns have a role that only one can have.
  package init(
    of table: Table, roles: [Int: Role], notations: [Int: CellNotation] = [:],
    missingMarks: [String]? = nil, marksOfColumns: [Int: String] = [:]
  ) throws(SoftmaxError) {
    try self.init(
      table.columns.enumerated().map { place, column in
        Column(
          name: column.name, type: column.type, role: roles[place] ?? .feature,
          hasGaps: column.missingCount > 0, notation: notations[place],
          missingMark: marksOfColumns[place])
      }, missingMarks: missingMarks)
  }

  /// Creates the schema of a table whose columns are all features.
  package init(of table: Table) {
    columns = table.columns.map {
      Column(name: $0.name, type: $0.type, role: .feature, hasGaps: $0.missingCount > 0)
    }
    missingMarks = nil
  }

  // The form of a schema with marks of its own; that of others is the array of the columns alone.
  private struct Marked: Codable {
    var columns: [Column]
    var missingMarks: [String]

    private enum CodingKeys: String, CodingKey {
      case columns
      case missingMarks = "missing_marks"
    }
  }

  /// Decodes a schema and validates it.
  ///
  /// - Throws: The decoder's errors, and `invalidData` unless at least one column is a feature and at most
  ///   one holds the classes.
  public init(from decoder: any Decoder) throws {
    if (try? decoder.unkeyedContainer()) != nil {
      try self.init([Column](from: decoder))
    } else {
      let marked = try Marked(from: decoder)
      try self.init(marked.columns, missingMarks: marked.missingMarks)
    }
  }

  /// Encodes the columns, and the marks of missing cells if they are not the usual ones.
  public func encode(to encoder: any Encoder) throws {
    if let missingMarks {
      try Marked(columns: columns, missingMarks: missingMarks).encode(to: encoder)
    } else {
      try columns.encode(to: encoder)
    }
  }

  /// The columns that were features, in the order of the features.
  public var features: [Column] { columns.filter { $0.role == .feature } }

  /// The names of the features, "" for a feature without a name; nil if no feature has a name.
  package var featureNames: [String]? {
    let names = features.map(\.name)
    return names.contains { $0 != nil } ? names.map { $0 ?? "" } : nil
  }

  /// The column that held the classes; nil if there was none.
  public var target: Column? { columns.first { $0.role == .classes } }

  package var hasNames: Bool { columns.contains { $0.name != nil } }
}

// Finding the columns of the schema in a later table.
extension TableSchema {
  /// Returns the columns of a later table that are the features, in the order of the training table.
  ///
  /// The columns are found by name if both tables have column names. Otherwise they are found by position,
  /// and the later table must have as many columns as the training table or as there were features. No
  /// cells are copied.
  ///
  /// Columns of the same name are told apart by their order.
  ///
  /// - Throws: `shapeMismatch` for a different number of columns without names; `invalidArgument` with the features
  ///   whose names no columns have, or with one whose name other than as many columns have as in training.
  package func features(of table: Table) throws(SoftmaxError) -> Table {
    table.selecting(columns: try places(among: table.columns.map(\.name)))
  }

  /// Returns the index of the column of a later table that holds the classes, or nil if it has none.
  ///
  /// - Throws: `invalidData` if several columns have its name.
  package func target(in table: Table) throws(SoftmaxError) -> Int? {
    try target(among: table.columns.map(\.name))
  }

  /// Returns the index of the column that holds the classes in a table with the given column names.
  ///
  /// - Throws: `invalidData` if several columns have its name.
  package func target(among names: [String?]) throws(SoftmaxError) -> Int? {
    try place(of: .classes, among: names)
  }

  /// Returns the index of the column that has a role in a table with the given column names.
  ///
  /// It is nil if the training table had no such column, or if the table has none. Without column names,
  /// the column is found by position if the table has as many columns as the training table.
  ///
  /// - Throws: `invalidData` if several columns have its name.
  package func place(of role: Role, among names: [String?]) throws(SoftmaxError) -> Int? {
    guard let place = columns.firstIndex(where: { $0.role == role }) else { return nil }
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

  /// Returns the indices of the features in a table with the given column names.
  ///
  /// - Throws: The errors of ``features(of:)``.
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
    let found = Dictionary(grouping: names.indices) { names[$0] }
    let trained = Dictionary(grouping: columns.indices) { columns[$0].name }
    var (result, missing) = ([Int](), [Int]())
    for place in featurePlaces {
      let name = columns[place].name
      let label = Table.label(of: name, at: place)
      // Columns of the same name keep their order.
      let (places, alike) = (found[name] ?? [], trained[name] ?? [])
      if places.isEmpty {
        missing.append(place)
      } else if places.count == alike.count {
        result += zip(alike, places).filter { $0.0 == place }.map(\.1)
      } else {
        throw SoftmaxError(
          .invalidArgument,
          places.count == 1
            ? "1 column is called \(label), \(alike.count) in the training table"
            : "\(places.count) columns are called \(label)"
              + (alike.count > 1 ? ", \(alike.count) in the training table" : ""),
          remedy: "name the columns as those of the training table")
      }
    }
    guard missing.isEmpty else { throw missingColumns(missing, among: names) }
    return result
  }

  // Returns the error for features whose names no columns have.
  private func missingColumns(_ places: [Int], among names: [String?]) -> SoftmaxError {
    let labels = places.map { Table.label(of: columns[$0].name, at: $0) }
    let known = names.enumerated().map { Table.label(of: $1, at: $0) }
    func list(_ words: [String]) -> String {
      words.prefix(20).joined(separator: ", ")
        + (words.count > 20 ? ", ..." : "")
    }
    let trained = Set(columns.map(\.name))
    let others = names.compactMap { trained.contains($0) ? nil : $0 }
    let nearest = places.lazy.compactMap { columns[$0].name }.compactMap { name in
      Spelling.nearest(to: name, among: others).map { (name, $0) }
    }.first
    let hint =
      nearest.map { "is \($0.1.debugDescription) the column \($0.0.debugDescription)? " } ?? ""
    return SoftmaxError(
      .invalidArgument,
      (places.count == 1
        ? "the feature \(labels[0]), which was learnt from, has no column"
        : "\(places.count) features, which were learnt from, have no columns: \(list(labels))")
        + "; there are \(list(known))",
      remedy: hint + "name the columns as those of the training table")
  }
}

extension TableSchema.Column {
  private enum Key: String, CodingKey {
    case name, type, role, notation
    case hasGaps = "has_gaps"
    case missingMark = "missing_mark"
  }

  /// Decodes a column; files of before do not say whether cells were missing.
  ///
  /// - Throws: The decoder's errors, and `unsupported` for an unknown type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    try self.init(
      name: container.decodeIfPresent(String.self, forKey: .name),
      type: container.decode(Table.ColumnType.self, forKey: .type),
      role: container.decode(TableSchema.Role.self, forKey: .role),
      hasGaps: container.decodeIfPresent(Bool.self, forKey: .hasGaps) ?? false,
      notation: container.decodeIfPresent(CellNotation.self, forKey: .notation),
      missingMark: container.decodeIfPresent(String.self, forKey: .missingMark))
  }

  /// Encodes the column.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(name, forKey: .name)
    try container.encode(type, forKey: .type)
    try container.encode(role, forKey: .role)
    if hasGaps { try container.encode(true, forKey: .hasGaps) }
    try container.encodeIfPresent(notation, forKey: .notation)
    try container.encodeIfPresent(missingMark, forKey: .missingMark)
  }
}

extension Table.ColumnType: Codable {
  /// Decodes the name of a type.
  ///
  /// - Throws: The decoder's errors, and `unsupported` for an unknown name.
  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let known = Table.ColumnType.all.first(where: { $0.description == name }) else {
      throw SoftmaxError(
        .unsupported, "a column is of the type \(name.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    self = known
  }

  /// Encodes the name of the type.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
