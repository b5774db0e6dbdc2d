// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The first lines of a table, cut into cells to find out how the rest is to be read.
struct CSVSample {
  /// What a cell may be taken for.
  enum Cell: Hashable {
    case missing
    case number(Double)
    case text(String)
  }

  private static let byteCount = 1 << 18
  private static let recordCount = 256
  /// Of a record of many cells, so many are enough to tell separators apart.
  private static let comparedCellCount = 64

  /// The records, the header too if there is one; the first may be longer or shorter than the others.
  let records: [[Cell]]
  /// What stands between two cells.
  let separator: CSVFormat.Separator
  /// The bytes of a line on average, at least 1.
  let byteCountOfLine: Int

  /// Looks at the next lines of a scanner, and takes none of them.
  ///
  /// - Parameter named: the separator that the file itself names.
  init(
    _ scanner: CSVScanner, format: CSVFormat, marks: MissingMarks,
    named: CSVFormat.Separator?
  ) throws(SoftmaxError) {
    let (bytes, line) = try scanner.peek(Self.byteCount)
    byteCountOfLine = max(1, bytes.count / max(1, bytes.count { $0 == 0x0a }))
    func sample(_ separator: CSVFormat.Separator) -> CSVScanner {
      CSVScanner(
        sample: bytes, firstLine: line, separator: separator.byte, path: scanner.path)
    }
    let candidates = CSVFormat.Separator.allCases.filter { bytes.contains($0.byte) }
    separator =
      format.separator ?? named
      // Of equals the first: a tabulator or a semicolon is seldom anything but a separator.
      ?? [.tab, .semicolon, .comma, .pipe].filter(candidates.contains).map {
        ($0, Self.score(of: sample($0), decimalMark: format.decimalMark))
      }.reduce((CSVFormat.Separator.comma, 0)) { $1.1 > $0.1 ? $1 : $0 }.0
    var records: [[Cell]] = []
    let scanner = sample(separator)
    while records.count < Self.recordCount, (try? scanner.advance()) == true {
      records.append(
        scanner.cells.map { cell in
          switch scanner.number(in: cell, mark: format.decimalMark) {
          case .number(let number): return marks.contains(number) ? .missing : .number(number)
          case .tooGreat: return .number(.infinity)
          case .none: break
          }
          guard let text = scanner.text(of: cell) else { return .text("") }
          return marks.contains(text) ? .missing : .text(text)
        })
    }
    self.records = records
  }

  // How well the lines are cut: the share of those that have the usual number of cells, times the share
  // of numbers among the cells. Zero where the usual line is one cell.
  private static func score(of scanner: CSVScanner, decimalMark: CSVFormat.DecimalMark) -> Double {
    var counts: [Int: Int] = [:]
    var (recordCount, cellCount, numberCount) = (0, 0, 0)
    while recordCount < Self.recordCount {
      guard let hasRecord = try? scanner.advance() else {
        // What cannot be cut is a line that does not fit.
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
      // A table of words has a separator too.
      * (0.2 + Double(numberCount) / Double(max(1, cellCount)))
  }
}

/// The texts that stand for a missing cell.
struct MissingMarks {
  private let marks: Set<String>
  // A class that a model knows by this name is not missing.
  private let classes: Set<String>
  private let longest: Int
  // Marks such as -999, however they are written.
  private let numbers: Set<Double>

  init(_ format: CSVFormat) {
    marks = Set(format.missingMarks.map { $0.lowercased() })
    classes = Set(format.knownClassNames ?? [])
    longest = marks.map(\.utf8.count).max() ?? 0
    numbers = Set(format.missingMarks.compactMap { Double($0) }.filter(\.isFinite))
  }

  /// Whether a cell of this text is missing.
  func contains(_ text: String) -> Bool {
    if text.allSatisfy(\.isWhitespace) { return true }
    return text.utf8.count <= longest && marks.contains(text.lowercased())
  }

  /// Whether a number stands for a missing cell.
  func contains(_ number: Double) -> Bool { holdsNumbers && numbers.contains(number) }

  /// Whether there are numbers among the marks.
  var holdsNumbers: Bool { !numbers.isEmpty }

  /// Whether a cell of this text in the column of the classes is missing.
  func containsClass(_ text: String) -> Bool { contains(text) && !classes.contains(text) }
}

extension CSVScanner {
  /// What a cell says as a number.
  func number(in cell: Cell, mark: CSVFormat.DecimalMark) -> CSVNumber.Reading {
    unsafe withBytes(of: cell) { unsafe CSVNumber.read($0, mark: mark.byte) }
  }

  /// Whether a cell is a number, its decimals behind whatever mark.
  fileprivate func isNumber(_ cell: Cell) -> Bool {
    if number(in: cell, mark: .point) != .none { return true }
    // A comma at the end is the separator of another candidate.
    let endsInDigit = unsafe withBytes(of: cell) { bytes in
      unsafe bytes.last.map { $0 &- 0x30 < 10 } ?? false
    }
    return endsInDigit && number(in: cell, mark: .comma) != .none
  }
}
