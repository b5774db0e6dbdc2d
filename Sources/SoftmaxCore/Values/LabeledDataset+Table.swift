// SPDX-License-Identifier: Apache-2.0

// From a table with its classes in a column to samples with labels.
extension LabeledDataset {
  /// The rows of a table, labelled by one of its columns; all others are features.
  ///
  /// ```swift
  /// let flowers = try LabeledDataset(table: table, target: "species")
  /// ```
  ///
  /// The classes are the texts of the column, sorted: numbers by their value if all are numbers, else all
  /// by their characters. If all of them are among the known names, these are the classes instead, in
  /// their order.
  ///
  /// - Parameters:
  ///   - table: a row for each sample.
  ///   - name: of the column that holds the classes.
  ///   - knownClassNames: the classes of a model, say.
  /// - Throws: `notFound` or `invalidArgument` unless one column has the name; `invalidData` where a class
  ///   is missing, or all rows are of one class.
  public init(
    table: Table, target name: String, knownClassNames: [String]? = nil
  ) throws(SoftmaxError) {
    let target = try table.place(ofColumn: name)
    let schema = try TableSchema(of: table, target: target)
    try self.init(
      features: .columns(schema.features(of: table)), classes: table.columns[target],
      knownClassNames: knownClassNames)
    self = described(by: schema)
  }

  /// Samples whose classes are a column's texts.
  ///
  /// - Throws: `invalidData` where a class is missing, or all rows are of one class.
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
  /// The index of each row's class and the names of the classes.
  fileprivate func labels(
    knownClassNames known: [String]?
  ) throws(SoftmaxError) -> (labels: [Int], classNames: [String]) {
    var (codes, texts) = ([Int32](), [String]())
    switch cells {
    case .categories(let own, let names): (codes, texts) = (own, names)
    case .numbers:
      let column = Table.Column.categories((0..<count).map { text(inRow: $0) })
      if case .categories(let own, let names) = column.cells { (codes, texts) = (own, names) }
    }
    if let row = codes.firstIndex(where: { $0 < 0 }) {
      throw SoftmaxError(
        .invalidData, "the class is missing\(name.map { " in \($0.debugDescription)" } ?? "")",
        remedy: "fill the gap or remove the row", at: .row(row, column: nil))
    }
    // Rows that were left out may have been the only ones of a class.
    let present = Set(codes)
    let names = texts.indices.filter { present.contains(Int32($0)) }.map { texts[$0] }
    let isKnown = known.map { known in names.allSatisfy(Set(known).contains) } ?? false
    let order = isKnown ? known ?? [] : Self.sorted(names)
    let ranks = Dictionary(
      order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let rankOfCode = texts.map { ranks[$0] ?? 0 }
    return (codes.map { rankOfCode[Int($0)] }, order)
  }

  // Numbers by their value if all are numbers, else all by their characters.
  private static func sorted(_ names: [String]) -> [String] {
    let numbers = names.compactMap { name in Double(name).flatMap { $0.isFinite ? $0 : nil } }
    guard numbers.count == names.count else {
      return names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }
    // 1 and 1.0 are two names.
    return zip(numbers, names).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  }
}
