// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension CSVColumns {
  /// The identification of columns by name or by number, counted from 1.
  struct Naming {
    let names: [String]?
    let count: Int
    /// Whether the caller has stated that there is a header.
    ///
    /// A text that is both a name and a number is then taken for a name.
    var isHeaderSaid: Bool

    func places(ofName text: String) -> [Int] {
      names.map { names in names.indices.filter { names[$0] == text } } ?? []
    }

    func place(ofNumber text: String) -> Int? {
      Int(text).flatMap { $0 >= 1 && $0 <= count ? $0 - 1 : nil }
    }

    /// Returns the index of the only column that a text can refer to; nil if there is none or more than
    /// one.
    func place(of text: String) -> Int? {
      let named = places(ofName: text)
      let numbered = place(ofNumber: text)
      guard let place = named.first else { return numbered }
      guard named.count == 1 else { return nil }
      return numbered == nil || numbered == place || isHeaderSaid ? place : nil
    }
  }

  /// Returns the command-line option for a column, such as `--ignore 'Unnamed: 0'`; nil if neither its name nor
  /// its number identifies the column.
  func option(_ option: String, for place: Int) -> String? {
    let name = naming.names?[place]
    // A name that is long or has unprintable characters cannot be copied from a terminal, so the number
    // is preferred.
    let isHandy = name.map { $0.count <= 40 && $0 == PrintableText.line($0) } ?? false
    let texts = (isHandy ? [name] : []) + ["\(place + 1)", name]
    var saying = naming
    saying.isHeaderSaid = true
    for (naming, header) in [(naming, ""), (saying, "--header ")] {
      guard let text = texts.compactMap(\.self).first(where: { naming.place(of: $0) == place })
      else { continue }
      // Separated by a space, a text that begins with a dash would be taken for another option.
      return "\(header)\(option)\(text.hasPrefix("-") ? "=" : " ")\(ShellWord.quoted(text))"
    }
    return nil
  }
}

extension CSVColumns {
  /// Finds columns by the names and numbers that a caller gives.
  struct Finder {
    let naming: Naming
    let scanner: CSVScanner

    private var names: [String]? { naming.names }
    private var count: Int { naming.count }

    func target(
      of format: CSVFormat, roles: [Int: TableSchema.Role]
    ) throws(SoftmaxError) -> Int? {
      switch format.target {
      case .some(.none): return nil
      case .last: return lastKept(roles)
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
        guard let schema = format.schema else { return lastKept(roles) }
        return try target(of: schema, roles: roles)
      }
    }

    // Returns the index of the class column of a model's schema. If the model's table had no class
    // column, the last column is taken, unless it is a feature.
    private func target(
      of schema: TableSchema, roles: [Int: TableSchema.Role]
    ) throws(SoftmaxError) -> Int? {
      guard schema.target == nil else { return try schema.target(among: columnNames) }
      let features = schema.features
      guard let last = lastKept(roles), count - roles.count > features.count else { return nil }
      guard let names, features.contains(where: { $0.name == names[last] }) else { return last }
      return nil
    }

    /// Returns the roles that a format names.
    func namedRoles(of format: CSVFormat) throws(SoftmaxError) -> [Int: TableSchema.Role] {
      var roles: [Int: TableSchema.Role] = [:]
      for column in format.ignoredColumns {
        // A later table may lack what the model does not use.
        let isThere = naming.place(of: column) != nil || !naming.places(ofName: column).isEmpty
        if format.schema != nil, !isThere { continue }
        roles[try place(of: column, "to leave out")] = .ignored
      }
      for (name, role) in format.namedColumns {
        guard let name else { continue }
        let place = try place(of: name, "for the \(role.rawValue)")
        guard roles.updateValue(role, forKey: place) == nil else {
          throw SoftmaxError(
            .invalidArgument,
            "\(CSVTable.quoted(name)) is named for the \(role.rawValue) and for something else",
            remedy: "name another column for one of them", at: scanner.location(place))
        }
      }
      return roles
    }

    /// Returns roles with those of a model's schema that the format does not name, except of columns that have another.
    func roles(
      _ roles: [Int: TableSchema.Role], completedBy format: CSVFormat
    ) throws(SoftmaxError) -> [Int: TableSchema.Role] {
      guard let schema = format.schema else { return roles }
      var roles = roles
      // Either tells which rows are kept apart.
      let origins: [TableSchema.Role] = [.groups, .times]
      let areOriginsNamed = format.namedColumns.contains {
        $0.name != nil && origins.contains($0.role)
      }
      for (name, role) in format.namedColumns
      where name == nil && !(areOriginsNamed && origins.contains(role)) {
        guard let place = try schema.place(of: role, among: columnNames), roles[place] == nil else {
          continue
        }
        roles[place] = role
      }
      return roles
    }

    private var columnNames: [String?] { names ?? Array(repeating: nil, count: count) }

    private func lastKept(_ roles: [Int: TableSchema.Role]) -> Int? {
      (0..<count).last { roles[$0] == nil }
    }

    /// Returns the index of the column with a name or a number, counted from 1.
    func place(of name: String, _ purpose: String) throws(SoftmaxError) -> Int {
      if let place = naming.place(of: name) { return place }
      let places = naming.places(ofName: name)
      if places.count > 1 {
        throw SoftmaxError(
          .invalidData, "\(places.count) columns are called \(CSVTable.quoted(name))",
          remedy: "give each column its own name, or say its number, such as \(places[1] + 1)",
          at: scanner.location(places[1]))
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
      let parts = name.split(separator: ",").map(String.init)
      if parts.count > 1, parts.allSatisfy(names.contains) {
        throw SoftmaxError(
          .notFound, "there is no column \(CSVTable.quoted(name)) \(purpose)",
          remedy: "\(parts.count) columns are called so: name each by itself",
          at: scanner.location(nil))
      }
      let shown = names.prefix(20).map(CSVTable.quoted).joined(separator: ", ")
      let nearest = Spelling.nearest(to: name, among: names)
      throw SoftmaxError(
        .notFound,
        "there is no column \(CSVTable.quoted(name)) \(purpose); "
          + "\(scanner.isOfObjects ? "the keys are" : "the first line has") \(shown)"
          + (names.count > 20 ? ", ..." : ""),
        remedy: nearest.map { "did you mean \(CSVTable.quoted($0))?" }
          ?? "give its name, or its number from 1 to \(count)", at: scanner.location(nil))
    }
  }
}
