// SPDX-License-Identifier: Apache-2.0

extension Table {
  /// The type of the cells of a column.
  public struct ColumnType: Hashable, Sendable, CustomStringConvertible {
    /// The name of the type, as printed and saved.
    public let description: String

    /// Finite numbers.
    public static let number = ColumnType(description: "number")
    /// Texts of which many are equal, such as the names of classes.
    public static let category = ColumnType(description: "category")
    /// Texts of words, of which hardly two are equal, such as reviews.
    public static let text = ColumnType(description: "text")
    /// Dates, perhaps with a time of day.
    public static let date = ColumnType(description: "date")

    /// The types that a file can name.
    static let all = [number, category, text, date]
  }

  /// A column of a table: a name, a type, and a cell for each row, which may be missing.
  ///
  /// Copies share the memory of the cells.
  public struct Column: Sendable {
    package enum Cells: Sendable {
      /// The numbers; NaN represents a missing cell.
      case numbers([Double])
      /// The index of each cell's text in `names`; -1 represents a missing cell.
      case categories([Int32], names: [String])
      /// The numbers 1 and 0: whether each code is a member. The element of `members` at code + 1 says so, because
      /// the code of a missing cell is -1.
      ///
      /// The columns that stand for a column of categories share its codes.
      case indicators([Int32], members: [Bool])
      /// The seconds of each date from the beginning of 1970 in UTC; NaN represents a missing cell.
      case dates([Double])
      /// The texts; an empty one represents a missing cell.
      case texts(TextCells)
    }

    /// The name of the column; nil if its source has no name.
    public let name: String?
    package let cells: Cells

    package init(_ cells: Cells, name: String?) {
      self.cells = cells
      self.name = name
    }

    /// Creates a column of numbers.
    ///
    /// - Parameters:
    ///   - numbers: a number for each row; nil, NaN and infinities become missing cells.
    ///   - name: the name of the column, or nil.
    public static func numbers(_ numbers: [Double?], name: String? = nil) -> Column {
      Column(.numbers(numbers.map { $0.flatMap { $0.isFinite ? $0 : nil } ?? .nan }), name: name)
    }

    /// Creates a column of texts of which many are equal.
    ///
    /// - Parameters:
    ///   - texts: a text for each row; nil for a missing cell.
    ///   - name: the name of the column, or nil.
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

    /// Creates a column of texts of words, of which hardly two are equal.
    ///
    /// - Parameters:
    ///   - texts: a text for each row; nil and an empty text for a missing cell.
    ///   - name: the name of the column, or nil.
    public static func texts(_ texts: [String?], name: String? = nil) -> Column {
      Column(.texts(TextCells(texts)), name: name)
    }

    /// Creates a column of dates.
    ///
    /// ```swift
    /// let joined = Table.Column.dates(secondsSince1970: [1_709_251_200, nil], name: "joined")
    /// print(joined.text(inRow: 0) ?? "")       // 2024-03-01
    /// ```
    ///
    /// - Parameters:
    ///   - seconds: the seconds of each date from the beginning of 1970 in UTC; nil, NaN and infinities become missing
    ///     cells.
    ///   - name: the name of the column, or nil.
    public static func dates(secondsSince1970 seconds: [Double?], name: String? = nil) -> Column {
      Column(.dates(seconds.map { $0.flatMap { $0.isFinite ? $0 : nil } ?? .nan }), name: name)
    }

    /// The type of the cells.
    public var type: ColumnType {
      switch cells {
      case .numbers, .indicators: .number
      case .categories: .category
      case .texts: .text
      case .dates: .date
      }
    }

    /// The number of rows.
    public var count: Int {
      switch cells {
      case .numbers(let numbers), .dates(let numbers): numbers.count
      case .categories(let codes, _), .indicators(let codes, _): codes.count
      case .texts(let texts): texts.count
      }
    }

    /// Returns the number in a row, or nil if the cell is missing or the column does not hold numbers.
    ///
    /// - Precondition: The row lies within the column.
    public func number(inRow row: Int) -> Double? {
      switch cells {
      case .numbers(let numbers): numbers[row].isNaN ? nil : numbers[row]
      case .indicators(let codes, let members): members[Int(codes[row]) + 1] ? 1 : 0
      case .categories, .texts, .dates: nil
      }
    }

    /// Returns the text in a row, or nil if the cell is missing.
    ///
    /// A number is written with as few digits as are needed to read back the same number, and without a
    /// decimal point if it is an integer that fits into an `Int`; a date as in ISO 8601, in UTC.
    ///
    /// - Precondition: The row lies within the column.
    public func text(inRow row: Int) -> String? {
      switch cells {
      case .categories(let codes, let names): codes[row] < 0 ? nil : names[Int(codes[row])]
      case .texts(let texts): texts.text(inRow: row)
      case .dates(let seconds):
        seconds[row].isNaN ? nil : CivilDate.text(secondsSince1970: seconds[row])
      case .numbers, .indicators:
        number(inRow: row).map { number in Int(exactly: number).map(String.init) ?? "\(number)" }
      }
    }

    /// The number of missing cells.
    package var missingCount: Int {
      switch cells {
      case .numbers(let numbers), .dates(let numbers): numbers.count(where: \.isNaN)
      case .categories(let codes, _): codes.count { $0 < 0 }
      case .indicators: 0
      case .texts(let texts): texts.places.count(where: \.isEmpty)
      }
    }

    /// Returns the column with a different name.
    package func named(_ name: String?) -> Column { Column(cells, name: name) }

    /// Returns the cells of the given rows, in the given order; names of unused categories are kept.
    package func selecting(rows: [Int]) -> Column {
      switch cells {
      case .numbers(let numbers): Column(.numbers(rows.map { numbers[$0] }), name: name)
      case .categories(let codes, let names):
        Column(.categories(rows.map { codes[$0] }, names: names), name: name)
      case .indicators(let codes, let members):
        Column(.indicators(rows.map { codes[$0] }, members: members), name: name)
      case .dates(let seconds): Column(.dates(rows.map { seconds[$0] }), name: name)
      case .texts(let texts): Column(.texts(texts.selecting(rows: rows)), name: name)
      }
    }
  }
}

// Two missing numbers are equal, although NaN is not equal to itself. Categories are compared by their
// texts, because the same texts can have different codes.
extension Table.Column: Hashable {
  /// Returns whether two columns have the same name, type and cells.
  public static func == (a: Table.Column, b: Table.Column) -> Bool {
    guard a.name == b.name, a.count == b.count, a.type == b.type else { return false }
    return switch (a.cells, b.cells) {
    case (.numbers(let left), .numbers(let right)), (.dates(let left), .dates(let right)):
      zip(left, right).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    case (.categories, _), (.texts, _):
      (0..<a.count).allSatisfy { a.text(inRow: $0) == b.text(inRow: $0) }
    default:
      (0..<a.count).allSatisfy { a.number(inRow: $0) == b.number(inRow: $0) }
    }
  }

  /// Hashes name, type and number of rows.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(type)
    hasher.combine(count)
  }
}
