// SPDX-License-Identifier: Apache-2.0

extension Table {
  /// What the cells of a column are.
  public struct ColumnType: Hashable, Sendable, CustomStringConvertible {
    /// The type's name, as printed and saved.
    public let description: String

    /// Finite numbers.
    public static let number = ColumnType(description: "number")
    /// Texts of which many are the same, such as the names of classes.
    public static let category = ColumnType(description: "category")
  }

  /// A column: a name, a type, and a cell for each row, which may be missing.
  public struct Column: Sendable {
    package enum Cells: Sendable {
      /// NaN is a missing number.
      case numbers([Double])
      /// The place of each cell's text in `names`; -1 is a missing cell.
      case categories([Int32], names: [String])
    }

    /// The column's name; nil where its source gives none.
    public let name: String?
    package let cells: Cells

    package init(_ cells: Cells, name: String?) {
      self.cells = cells
      self.name = name
    }

    /// A column of numbers.
    ///
    /// - Parameters:
    ///   - numbers: a finite number for each row; nil, NaN or infinity for a missing one.
    ///   - name: the column's name, if it has one.
    public static func numbers(_ numbers: [Double?], name: String? = nil) -> Column {
      Column(.numbers(numbers.map { $0.flatMap { $0.isFinite ? $0 : nil } ?? .nan }), name: name)
    }

    /// A column of texts of which many are the same.
    ///
    /// - Parameters:
    ///   - texts: a text for each row; nil for a missing one.
    ///   - name: the column's name, if it has one.
    public static func categories(_ texts: [String?], name: String? = nil) -> Column {
      var (names, places) = ([String](), [String: Int32]())
      let codes = texts.map { text -> Int32 in
        guard let text else { return -1 }
        if let place = places[text] { return place }
        let place = Int32(names.count)
        places[text] = place
        names.append(text)
        return place
      }
      return Column(.categories(codes, names: names), name: name)
    }

    /// What the cells are.
    public var type: ColumnType {
      switch cells {
      case .numbers: .number
      case .categories: .category
      }
    }

    /// The number of rows.
    public var count: Int {
      switch cells {
      case .numbers(let numbers): numbers.count
      case .categories(let codes, _): codes.count
      }
    }

    /// The number in a row; nil where it is missing or the column holds none.
    ///
    /// - Precondition: the row lies within the column.
    public func number(inRow row: Int) -> Double? {
      guard case .numbers(let numbers) = cells, !numbers[row].isNaN else { return nil }
      return numbers[row]
    }

    /// The text in a row, of a number its shortest form; nil where it is missing.
    ///
    /// - Precondition: the row lies within the column.
    public func text(inRow row: Int) -> String? {
      switch cells {
      case .numbers(let numbers):
        let number = numbers[row]
        if number.isNaN { return nil }
        return Int(exactly: number).map(String.init) ?? "\(number)"
      case .categories(let codes, let names):
        return codes[row] < 0 ? nil : names[Int(codes[row])]
      }
    }

    /// The number of missing cells.
    public var missingCount: Int {
      switch cells {
      case .numbers(let numbers): numbers.count(where: \.isNaN)
      case .categories(let codes, _): codes.count { $0 < 0 }
      }
    }

    /// The same cells under another name.
    package func named(_ name: String?) -> Column { Column(cells, name: name) }

    /// The chosen rows, in the order given.
    package func selecting(rows: [Int]) -> Column {
      switch cells {
      case .numbers(let numbers): Column(.numbers(rows.map { numbers[$0] }), name: name)
      case .categories(let codes, let names):
        Column(.categories(rows.map { codes[$0] }, names: names), name: name)
      }
    }
  }
}

// Two missing numbers are the same, though NaN is not NaN; texts are the same however they are coded.
extension Table.Column: Hashable {
  /// Whether both have the same name and the same cells.
  public static func == (a: Table.Column, b: Table.Column) -> Bool {
    guard a.name == b.name, a.count == b.count else { return false }
    switch (a.cells, b.cells) {
    case (.numbers(let left), .numbers(let right)):
      return zip(left, right).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    case (.categories, .categories):
      return (0..<a.count).allSatisfy { a.text(inRow: $0) == b.text(inRow: $0) }
    case (.numbers, .categories), (.categories, .numbers):
      return false
    }
  }

  /// Hashes name, type and number of rows.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(type)
    hasher.combine(count)
  }
}
