// SPDX-License-Identifier: Apache-2.0

// Data sets from tables in which a column holds the classes.
extension LabeledDataset {
  /// Creates a data set from the rows of a table, with the classes of one column.
  ///
  /// The columns that have no other role are features.
  ///
  /// ```swift
  /// let flowers = try LabeledDataset(table: table, target: "species")
  /// ```
  ///
  /// With the rows of patients, which are to be judged by models of other patients:
  ///
  /// ```swift
  /// let visits = try LabeledDataset(table: table, target: "outcome", group: "patient")
  /// ```
  ///
  /// The classes are the distinct texts of the column. They are sorted by value if all are numbers, else
  /// by Unicode scalars. If all of them are among `knownClassNames`, the classes are `knownClassNames`, in
  /// the given order.
  ///
  /// - Parameters:
  ///   - table: a row for each sample.
  ///   - name: the name of the column that holds the classes.
  ///   - weight: the name of the column with the weight of each row (``sampleWeights``); nil if there is none.
  ///   - group: the name of the column with the group of each row (``origins``); nil if there is none.
  ///   - time: the name of the column of dates or numbers with the time of each row (``origins``); nil if there is none.
  ///   - knownClassNames: class names, such as those of a model; nil if none are known.
  /// - Throws: `notFound` or `invalidArgument` unless exactly one column has the name; `invalidData` if a
  ///   class, weight, group or time is missing or invalid, if there are fewer than two classes, or if no other column
  ///   remains as a feature; `invalidArgument` for a column with two roles.
  public init(
    table: Table, target name: String, weight: String? = nil, group: String? = nil,
    time: String? = nil, knownClassNames: [String]? = nil
  ) throws(SoftmaxError) {
    let target = try table.place(ofColumn: name)
    var roles: [Int: TableSchema.Role] = [target: .classes]
    let others: [(name: String?, role: TableSchema.Role)] = [
      (weight, .weights), (group, .groups), (time, .times),
    ]
    for (name, role) in others {
      guard let name else { continue }
      guard roles.updateValue(role, forKey: try table.place(ofColumn: name)) == nil else {
        throw SoftmaxError(
          .invalidArgument, "the column \(name.debugDescription) has two roles",
          remedy: "name another column for one of them")
      }
    }
    let schema = try TableSchema(of: table, roles: roles)
    try self.init(
      features: .columns(schema.features(of: table)), classes: table.columns[target],
      knownClassNames: knownClassNames)
    self = try described(by: schema).taking(rolesIn: schema, of: table)
  }

  /// Returns the same samples with the weights and origins that columns of their table hold.
  ///
  /// - Parameters:
  ///   - schema: the roles of the columns.
  ///   - table: the table with all its columns.
  ///   - leftOut: the indices of columns whose roles are not taken.
  /// - Throws: `invalidData` or `invalidArgument` for a cell that is missing or invalid, with its row.
  package func taking(
    rolesIn schema: TableSchema, of table: Table, but leftOut: [Int] = []
  ) throws(SoftmaxError) -> LabeledDataset {
    var result = self
    for (place, column) in table.columns.enumerated() where !leftOut.contains(place) {
      switch schema.columns[place].role {
      case .weights: result = try result.weighted(by: column.weights())
      case .groups: result = try result.with(origins: .groups(column.groups()))
      case .times: result = try result.with(origins: .times(column.times()))
      case .feature, .classes, .ignored: break
      }
    }
    return result
  }

  /// Creates a data set whose classes are the texts of a column.
  ///
  /// - Throws: `invalidData` if a class is missing or there are fewer than two classes.
  package init(
    features: Features, classes: Table.Column, knownClassNames: [String]? = nil
  ) throws(SoftmaxError) {
    let (labels, classNames) = try classes.labels(knownClassNames: knownClassNames)
    guard classNames.count >= 2 else {
      throw SoftmaxError(
        .invalidData,
        "all rows are of one class, \(classNames.first?.debugDescription ?? "none")",
        remedy: "a classifier needs at least 2; check which column holds the classes")
    }
    try self.init(features: features, labels: labels, classNames: classNames)
  }
}

extension Table.Column {
  /// Returns the index of each row's class and the names of the classes.
  ///
  /// - Parameter known: class names, which are used if they include all texts of the column.
  /// - Throws: `invalidData` if a class is missing.
  package func labels(
    knownClassNames known: [String]?
  ) throws(SoftmaxError) -> (labels: [Int], classNames: [String]) {
    var (codes, texts) = ([Int32](), [String]())
    switch cells {
    case .categories(let own, let names): (codes, texts) = (own, names)
    case .numbers, .indicators, .texts, .dates:
      let column = Table.Column.categories((0..<count).map { text(inRow: $0) })
      if case .categories(let own, let names) = column.cells { (codes, texts) = (own, names) }
    }
    if let row = codes.firstIndex(where: { $0 < 0 }) {
      throw SoftmaxError(
        .invalidData, "the class is missing\(name.map { " in \($0.debugDescription)" } ?? "")",
        remedy: "fill the gap or remove the row", at: .row(row, column: nil))
    }
    // A column of selected rows keeps the names of all categories. Only those that occur are classes.
    let present = Set(codes)
    let names = texts.indices.filter { present.contains(Int32($0)) }.map { texts[$0] }
    let isKnown = known.map { known in names.allSatisfy(Set(known).contains) } ?? false
    let order = isKnown ? known ?? [] : Self.sorted(names)
    let ranks = Dictionary(
      order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let rankOfCode = texts.map { ranks[$0] ?? 0 }
    return (codes.map { rankOfCode[Int($0)] }, order)
  }

  // Returns the names sorted by value if all are finite numbers, else by Unicode scalars.
  private static func sorted(_ names: [String]) -> [String] {
    let numbers = names.compactMap { name in Double(name).flatMap { $0.isFinite ? $0 : nil } }
    guard numbers.count == names.count else {
      return names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }
    // Names with the same value, such as "1" and "1.0", are sorted as texts.
    return zip(numbers, names).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  }
}
