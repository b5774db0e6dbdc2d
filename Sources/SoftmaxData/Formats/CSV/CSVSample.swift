// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The first records of a table, from which separator, header and column types are detected.
struct CSVSample {
  /// A cell, interpreted without knowing the type of its column.
  enum Cell: Hashable {
    case missing
    case number(Double)
    case text(String)

    /// Returns whether it is neither missing nor a number, not even an infinite one or one with another decimal mark.
    func isText(besideNumbersWith mark: CSVFormat.DecimalMark) -> Bool {
      guard case .text(let text) = self else { return false }
      return !CSVRows.isNotFinite(text) && mark.other(reading: text) == nil
    }
  }

  static let byteCount = 1 << 18
  private static let byteCountOfLong = 1 << 21
  static let recordCount = 256
  // Objects may lack most keys, and each is a cell.
  private static let greatestCellCount = 1 << 20
  /// The number of cells per record that the score of a separator examines.
  private static let comparedCellCount = 64

  /// The records including a header, possibly with different numbers of cells.
  let records: [[Cell]]
  /// The texts of the same cells, "" for one that is no text of UTF-8.
  let texts: [[String]]
  /// The separator that the caller gives, the file names or the records suggest, in this order.
  let separator: CSVFormat.Separator
  /// The decimal mark that the caller gives, or that the records suggest.
  let decimalMark: CSVFormat.DecimalMark
  /// Whether the caller gives the decimal mark, or a cell can only be a number with that mark.
  let isDecimalMarkKnown: Bool
  /// The encoding of the file.
  let encoding: TextEncoding
  /// The average number of bytes per line, at least 1.
  let byteCountOfLine: Int
  /// The keys of JSON lines; nil for comma-separated values.
  let keys: JSONColumns?
  /// The columns of JSON lines that hold nothing but numbers of JSON, which are written in one way.
  let columnsOfNumbers: Set<Int>

  /// Examines the next lines of a scanner without consuming them.
  ///
  /// More bytes than usual are examined where a text is so long that they would hold a header alone.
  ///
  /// - Parameters:
  ///   - named: the separator from a `sep=` line of the file; nil without such a line.
  ///   - further: later lines to examine too.
  init(
    _ scanner: CSVScanner, format: CSVFormat, marks: MissingMarks,
    named: CSVFormat.Separator?, further: [UInt8] = []
  ) throws(SoftmaxError) {
    var (bytes, line) = try scanner.peek(Self.byteCount)
    self.init(
      bytes, line, further, of: scanner, format: format, marks: marks, named: named)
    // Of a line that is too long the beginning tells as much.
    guard records.count < 2, bytes.last.map(CSVScanner.isLineEnd) == true else { return }
    let before = bytes.count
    (bytes, line) = try scanner.peek(Self.byteCountOfLong)
    guard bytes.count > before else { return }
    self.init(
      bytes, line, further, of: scanner, format: format, marks: marks, named: named)
  }

  private init(
    _ bytes: ArraySlice<UInt8>, _ line: Int, _ further: [UInt8], of scanner: CSVScanner,
    format: CSVFormat, marks: MissingMarks, named: CSVFormat.Separator?
  ) {
    encoding = scanner.encoding
    byteCountOfLine = max(1, bytes.count / max(1, bytes.count { $0 == 0x0a }))
    var keys = scanner.keys
    func sample(
      _ separator: CSVFormat.Separator, of part: ArraySlice<UInt8>? = nil
    ) -> CSVScanner {
      CSVScanner(
        sample: Array(part ?? bytes), firstLine: line, separator: separator.byte,
        path: scanner.path,
        keys: keys)
    }
    let candidates =
      keys == nil ? CSVFormat.Separator.allCases.filter { bytes.contains($0.byte) } : []
    separator =
      format.separator ?? named
      // Of separators with equal scores the first is chosen: tabs and semicolons rarely occur except as
      // separators.
      ?? [.tab, .semicolon, .comma, .pipe].filter(candidates.contains).map {
        ($0, Self.score(of: sample($0)))
      }.reduce((CSVFormat.Separator.comma, 0)) { $1.1 > $0.1 ? $1 : $0 }.0
    let (decimalMark, isKnown) =
      format.decimalMark.map { ($0, true) } ?? Self.decimalMark(of: sample(separator))
    self.decimalMark = decimalMark
    isDecimalMarkKnown = isKnown
    var records: [[Cell]] = []
    var texts: [[String]] = []
    func cell(_ cell: CSVScanner.Cell, _ scanner: CSVScanner) -> Cell {
      switch scanner.number(in: cell, mark: decimalMark) {
      case .number(let number): return marks.contains(number) ? .missing : .number(number)
      case .tooGreat: return .number(.infinity)
      case .none: break
      }
      guard let text = scanner.text(of: cell) else { return .text("") }
      return marks.contains(text) ? .missing : .text(text)
    }
    // The columns that have numbers of JSON, and those that have other cells.
    var (numbers, others) = (Set<Int>(), Set<Int>())
    // The further lines are those that the types of late columns are found from.
    for (bytes, greatestCount) in [(bytes, Self.recordCount), (further[...], .max)]
    where !bytes.isEmpty {
      let scanner = sample(separator, of: bytes)
      var (count, cellCount) = (0, 0)
      while count < greatestCount, cellCount < Self.greatestCellCount,
        (try? scanner.advance()) == true
      {
        count += 1
        cellCount += scanner.cells.count
        texts.append(scanner.cells.map { scanner.text(of: $0) ?? "" })
        records.append(scanner.cells.map { cell($0, scanner) })
        guard scanner.isOfObjects, let record = records.last else { continue }
        for (column, cell) in record.enumerated() where cell != .missing {
          if case .number = cell, !scanner.cells[column].isQuoted {
            numbers.insert(column)
          } else {
            others.insert(column)
          }
        }
      }
      keys = scanner.keys
    }
    self.records = records
    self.texts = texts
    self.keys = keys
    columnsOfNumbers = numbers.subtracting(others)
  }

  // Returns the decimal mark, and whether a cell can only be a number with it: three digits may be thousands.
  private static func decimalMark(
    of scanner: CSVScanner
  ) -> (CSVFormat.DecimalMark, Bool) {
    var (recordCount, hasComma) = (0, false)
    while recordCount < Self.recordCount, (try? scanner.advance()) == true {
      recordCount += 1
      for cell in scanner.cells {
        let isOfPoint = scanner.number(in: cell, mark: .point) != .none
        let isOfComma = scanner.number(in: cell, mark: .comma) != .none
        guard isOfPoint != isOfComma, let text = scanner.text(of: cell) else { continue }
        let decimals = text.drop { $0 != "," && $0 != "." }.dropFirst().prefix { $0.isNumber }
        if isOfPoint {
          if decimals.count != 3 || !Self.mayHaveThousands(text) { return (.point, true) }
        } else if decimals.count != 3 || !Self.mayHaveThousands(text) {
          hasComma = true
        }
      }
    }
    // Beside decimals that can only follow a comma, a point before three digits separates thousands.
    return hasComma ? (.comma, true) : (.point, false)
  }

  // Returns whether the digits before a mark may be thousands: one to three, and no 0 alone.
  private static func mayHaveThousands(_ text: String) -> Bool {
    let digits = text.drop { "+- ".contains($0) }.prefix { $0.isNumber }
    return (1...3).contains(digits.count) && digits.first != "0"
  }

  // Scores a separator by the product of two factors.
  //
  // The first is the share of records that have the most frequent number of cells. The second is 0.2 plus
  // the share of numbers among the cells. The score is zero if the most frequent number of cells is one.
  private static func score(of scanner: CSVScanner) -> Double {
    var counts: [Int: Int] = [:]
    var (recordCount, cellCount, numberCount) = (0, 0, 0)
    while recordCount < Self.recordCount {
      guard let hasRecord = try? scanner.advance() else {
        // A record that cannot be parsed counts as one with another number of cells.
        recordCount += 1
        break
      }
      guard hasRecord else { break }
      recordCount += 1
      counts[scanner.cells.count, default: 0] += 1
      for cell in scanner.cells.prefix(comparedCellCount) {
        cellCount += 1
        if scanner.isNumber(cell) { numberCount += 1 }
      }
    }
    guard let (usual, share) = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
      usual >= 2
    else { return 0 }
    return Double(share) / Double(recordCount)
      // The constant lets tables without numbers have a positive score.
      * (0.2 + Double(numberCount) / Double(max(1, cellCount)))
  }
}

/// The texts and numbers that mark a missing cell.
struct MissingMarks {
  private let marks: Set<String>
  // The known class names. In the class column they are classes even if they are also marks.
  private let classes: Set<String>
  private let longest: Int
  // The values of numeric marks such as -999, to recognize other notations, such as -999.0.
  private let numbers: Set<Double>

  /// The marks other than empty cells; nil for the usual ones.
  let special: [String]?

  init(_ format: CSVFormat) {
    let usual = CSVFormat.defaultMissingMarks
    let given =
      format.hasDefaultMissingMarks ? format.schema?.missingMarks ?? usual : format.missingMarks
    special = given == usual ? nil : given
    marks = Set(given.map { $0.lowercased() })
    classes = Set(format.knownClassNames ?? [])
    longest = marks.map(\.utf8.count).max() ?? 0
    numbers = Set(given.compactMap { Double($0) }.filter(\.isFinite))
  }

  /// Returns whether a cell with this text is missing.
  func contains(_ text: String) -> Bool {
    if text.allSatisfy(\.isWhitespace) { return true }
    return text.utf8.count <= longest && marks.contains(text.lowercased())
  }

  /// Returns whether a number marks a missing cell.
  func contains(_ number: Double) -> Bool { holdsNumbers && numbers.contains(number) }

  /// Whether any of the marks is a number.
  var holdsNumbers: Bool { !numbers.isEmpty }

  /// Returns whether a cell with this text in the class column is missing.
  func containsClass(_ text: String) -> Bool { contains(text) && !classes.contains(text) }
}

extension CSVScanner {
  /// Parses a cell as a number.
  ///
  /// A number of JSON has a point, whatever the mark is of those in strings.
  func number(in cell: Cell, mark: CSVFormat.DecimalMark) -> CSVNumber.Reading {
    if isOfObjects, cell.hasEscapes {
      return text(of: cell).map { CSVNumber.read($0, mark: mark.byte) } ?? .none
    }
    let mark = isOfObjects && !cell.isQuoted ? .point : mark
    return unsafe withBytes(of: cell) { unsafe CSVNumber.read($0, mark: mark.byte) }
  }

  /// Returns whether a cell is a number, with either decimal mark.
  fileprivate func isNumber(_ cell: Cell) -> Bool {
    if number(in: cell, mark: .point) != .none { return true }
    // A trailing comma is not a decimal mark but more likely a separator.
    let endsInDigit = unsafe withBytes(of: cell) { bytes in
      unsafe bytes.last.map { $0 &- 0x30 < 10 } ?? false
    }
    return endsInDigit && number(in: cell, mark: .comma) != .none
  }
}
