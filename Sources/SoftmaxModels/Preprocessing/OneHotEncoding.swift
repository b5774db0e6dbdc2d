// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension PreprocessingStep {
  /// A step that replaces each column of categories by columns of 0 and 1, one for each category.
  ///
  /// A column has categories of its own for the texts that at least two of the training rows have, at most 255 of
  /// them: the most frequent, of equally frequent ones the first. The others share a column, which is also that of
  /// texts that the training rows do not have. Missing cells have a column if the training rows have any, else they
  /// belong to the others. So a row has a 1 in one of the columns, or in none if it has an unknown text and no
  /// training row had a rare one.
  ///
  /// Columns of numbers are not changed. A pipeline that is fitted to a table with columns of categories begins with
  /// this step, after ``fillGaps`` and ``dateParts``. A result takes 4 bytes for each cell of a category until rows are
  /// read. Fitting it to other features than the columns of a table throws `unsupported`.
  ///
  /// ```swift
  /// let pipeline = try Pipeline([.oneHot], fittedTo: passengers)
  /// ```
  public static let oneHot = PreprocessingStep(OneHotEncoding())
}

/// The step of ``PreprocessingStep/oneHot``.
package struct OneHotEncoding: PreprocessingKind {
  package static let name = "one_hot"

  package struct Settings: Hashable, Sendable, Codable {
    /// What replaces each column, null for a column of numbers; empty before fitting.
    var columns: [Categories?]
  }

  /// The categories of a column.
  package struct Categories: Hashable, Sendable, Codable {
    /// The texts with a column each, in this order.
    var texts: [String]
    /// Whether missing cells have a column, after those of the texts.
    var hasMissing: Bool
    /// Whether other texts have a column, which is the last.
    var hasOthers: Bool

    var count: Int { texts.count + (hasMissing ? 1 : 0) + (hasOthers ? 1 : 0) }
  }

  /// The greatest number of columns that replace a column.
  static let greatestCount = greatestTextCount + 2
  private static let greatestTextCount = 255
  private static let leastRowCount = 2

  package let settings: Settings

  init() { settings = Settings(columns: []) }

  /// Creates a step from its settings, which may come from a file.
  ///
  /// - Throws: `invalidArgument` for a column with two equal texts, or without any category.
  package init(settings: Settings, learnt: [String: [Double]]) throws(SoftmaxError) {
    for categories in settings.columns.compactMap(\.self) {
      guard Set(categories.texts).count == categories.texts.count, categories.count > 0 else {
        throw SoftmaxError(
          .invalidArgument, "a column of the step \(Self.name) has no category, or one twice")
      }
    }
    self.settings = settings
  }

  package var learnt: [String: [Double]] { [:] }
  package var makesColumns: Bool { true }
  package var inputCount: Int? { isFitted ? settings.columns.count : nil }
  package var isFitted: Bool { !settings.columns.isEmpty }

  package var description: String {
    let count = settings.columns.count { $0 != nil }
    return "\(count) column\(count == 1 ? "" : "s") of categories one-hot"
  }

  package func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> OneHotEncoding {
    let table = try Self.table(of: rows, remedy: "give the categories as columns of a table")
    return try OneHotEncoding(
      settings: Settings(columns: table.columns.map(Self.categories)), learnt: [:])
  }

  private static func categories(of column: Table.Column) -> Categories? {
    guard case .categories(let codes, let names) = column.cells else { return nil }
    var counts = [Int](repeating: 0, count: names.count + 1)
    for code in codes { counts[Int(code) + 1] += 1 }
    // The order of the codes is that of the first rows, and the sort keeps it for equal counts.
    let usual = names.indices.filter { counts[$0 + 1] >= leastRowCount }
      .sorted { (counts[$1 + 1], $0) < (counts[$0 + 1], $1) }
      .prefix(greatestTextCount)
    let presentCount = counts.dropFirst().count { $0 > 0 }
    let hasMissing = counts[0] > 0
    return Categories(
      texts: usual.sorted().map { names[$0] }, hasMissing: hasMissing,
      hasOthers: presentCount > usual.count || usual.isEmpty && !hasMissing)
  }

  package func columnCount(from count: Int?) throws(SoftmaxError) -> Int? {
    try columnCount(
      from: count, fitted: settings.columns.reduce(0) { $0 + ($1?.count ?? 1) })
  }

  package var action: PreprocessingAction {
    .arrange { features throws(SoftmaxError) in
      let table = try table(of: features, with: "categories")
      return .columns(
        try Table(
          zip(table.columns, settings.columns).flatMap { column, categories in
            categories.map { column.indicators(of: $0) } ?? [column]
          }))
    }
  }
}

extension OneHotEncoding {
  /// Counts the texts of each column that have no category, except that of the others.
  func unknownCells(of table: Table) -> [UnknownCells] {
    zip(table.columns, settings.columns).enumerated().compactMap { place, pair in
      let (column, categories) = pair
      guard let categories else { return nil }
      var result = UnknownCells(
        column: Table.label(of: column, at: place), kind: .category(mayBeRare: categories.hasOthers)
      )
      guard case .categories(let codes, let names) = column.asCategories.cells else {
        return result
      }
      let known = Set(categories.texts)
      let isUnknown = names.map { !known.contains($0) }
      guard isUnknown.contains(true) else { return result }
      var counts = [Int](repeating: 0, count: names.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      // The order of the names is that of their first rows.
      for (place, name) in names.enumerated() where isUnknown[place] && counts[place] > 0 {
        result.add(name, count: counts[place])
      }
      return result
    }
  }
}

extension Table.Column {
  /// The column with its numbers as texts.
  ///
  /// Where the training table had categories, numbers are texts too.
  fileprivate var asCategories: Table.Column {
    if case .categories = cells { return self }
    return .categories((0..<count).map { text(inRow: $0) }, name: name)
  }

  /// The columns of 0 and 1 that replace a column of categories.
  fileprivate func indicators(of categories: OneHotEncoding.Categories) -> [Table.Column] {
    guard case .categories(let codes, let names) = cells else {
      return asCategories.indicators(of: categories)
    }
    let none = [Bool](repeating: false, count: names.count + 1)
    let places = Dictionary(
      names.enumerated().map { ($0.element, $0.offset + 1) },
      uniquingKeysWith: { first, _ in first })
    func column(_ members: [Bool], _ text: String) -> Table.Column {
      Table.Column(.indicators(codes, members: members), name: name.map { "\($0) = \(text)" })
    }
    var others = [Bool](repeating: true, count: names.count + 1)
    var result = categories.texts.map { text -> Table.Column in
      var members = none
      if let place = places[text] { (members[place], others[place]) = (true, false) }
      return column(members, text)
    }
    if categories.hasMissing {
      var members = none
      (members[0], others[0]) = (true, false)
      result.append(column(members, "missing"))
    }
    if categories.hasOthers { result.append(column(others, "others")) }
    return result
  }
}
