// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The rows of a table, as many as were read so far, column by column.
struct CSVRows {
  private static let greatestClassCount = 1 << 16
  private static let wordsForNotFinite: Set<String> = [
    "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity",
  ]
  // Numbers that are moved from rows to columns at once: few enough to stay in a processor's cache.
  private static let blockCount = 1 << 13

  /// The number of rows.
  private(set) var count = 0
  /// For a column its first cell that is missing, or no number in a column that is a feature.
  private(set) var faults: [Int: CSVFault] = [:]

  private let columns: CSVColumns
  private let marks: MissingMarks
  private let decimalMark: CSVFormat.DecimalMark
  private let maximumByteCount: Int
  /// The columns that hold numbers, in ascending order.
  let numberColumns: [Int]
  // Their cells; the last rows still lie in `block`, row by row.
  private var numbers: [[Double]]
  private var block: [Double] = []
  private let textColumns: [Int]
  private var texts: [Texts]
  private var textByteCount = 0

  init(columns: CSVColumns, format: CSVFormat, marks: MissingMarks, maximumByteCount: Int) {
    self.columns = columns
    self.marks = marks
    decimalMark = format.decimalMark
    self.maximumByteCount = maximumByteCount
    numberColumns = columns.holdsNumbers.indices.filter { columns.holdsNumbers[$0] }
    textColumns = columns.holdsNumbers.indices.filter { !columns.holdsNumbers[$0] }
    numbers = Array(repeating: [], count: numberColumns.count)
    texts = Array(repeating: Texts(), count: textColumns.count)
  }

  /// Makes room for about so many rows, so that columns that grow are not copied.
  ///
  /// Room that no row takes costs address space alone; there is never more than may be used.
  mutating func reserve(rowCount: Int) {
    let rowCount = min(rowCount, maximumByteCount / max(1, 8 * numberColumns.count))
    for place in numbers.indices { numbers[place].reserveCapacity(rowCount) }
  }

  /// Whether a text stands for an infinite number.
  static func isNotFinite(_ text: String) -> Bool {
    text.utf8.count <= 9 && wordsForNotFinite.contains(text.lowercased())
  }

  /// Takes the scanner's record for a row.
  mutating func append(_ scanner: CSVScanner) throws(SoftmaxError) {
    guard try holdsRow(scanner) else { return }
    let rowByteCount = 8 * numberColumns.count + 4 * textColumns.count
    guard (count + 1) * rowByteCount + textByteCount <= maximumByteCount else {
      throw SoftmaxError(
        .unsupported, "its numbers take more than \(maximumByteCount) bytes",
        remedy: "split the file", at: scanner.location(nil))
    }
    let begin = block.count
    block += scanner.numbers
    for (place, number) in scanner.numbers.enumerated() where number.isNaN {
      note(columnIn: numberColumns[place], scanner)
    }
    if marks.holdsNumbers {
      for (place, column) in numberColumns.enumerated() where marks.contains(block[begin + place]) {
        block[begin + place] = .nan
        note(
          CSVFault(
            .missing, line: scanner.line, text: scanner.text(of: scanner.cells[column]) ?? ""),
          column)
      }
    }
    for (place, column) in textColumns.enumerated() {
      texts[place].codes.append(try code(of: column, place, scanner))
    }
    count += 1
    if block.count + numberColumns.count > Self.blockCount { moveBlock() }
  }

  /// The columns of the table.
  mutating func finish() throws(SoftmaxError) -> Table {
    moveBlock()
    var cells = columns.holdsNumbers.map { _ in Table.Column.Cells.numbers([]) }
    for (place, column) in numberColumns.enumerated() { cells[column] = .numbers(numbers[place]) }
    for (place, column) in textColumns.enumerated() {
      cells[column] = .categories(texts[place].codes, names: texts[place].names)
    }
    return try Table(
      cells.enumerated().map { Table.Column($1, name: columns.names?[$0]) })
  }

  // False for a line of blanks, which a table with tabulators cuts into cells.
  private func holdsRow(_ scanner: CSVScanner) throws(SoftmaxError) -> Bool {
    let cells = scanner.cells
    if cells.count == columns.count { return true }
    // A separator at the end of each line begins no column.
    if cells.count == columns.count + 1, scanner.isBlank(cells[columns.count]) { return true }
    if cells.allSatisfy(scanner.isBlank) { return false }
    throw SoftmaxError(
      .invalidData,
      "has \(cells.count) \(cells.count == 1 ? "cell" : "cells"), but line \(columns.line) "
        + "has \(columns.count)",
      remedy:
        "give each line a cell for each column; put cells with separators into quotes, or name "
        + "the separator (--separator)", at: scanner.location(nil))
  }

  private mutating func moveBlock() {
    let width = numberColumns.count
    guard width > 0 else { return }
    // Out of the rows, so that the columns read it in place.
    var rows: [Double] = []
    swap(&rows, &block)
    let rowCount = rows.count / width
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: rowCount) { column in
      for place in 0..<width {
        for row in 0..<rowCount {
          unsafe column.initializeElement(at: row, to: rows[row * width + place])
        }
        unsafe numbers[place].append(contentsOf: UnsafeBufferPointer(column))
      }
    }
    rows.removeAll(keepingCapacity: true)
    swap(&rows, &block)
  }

  private mutating func code(
    of column: Int, _ place: Int, _ scanner: CSVScanner
  ) throws(SoftmaxError) -> Int32 {
    let cell = scanner.cells[column]
    let isClass = column == columns.target
    let key = scanner.key(of: cell)
    if let key, let code = texts[place].code(ofKey: key) { return code }
    guard let text = scanner.text(of: cell) else {
      note(CSVFault(.notUTF8, line: scanner.line), column)
      return -1
    }
    if let code = texts[place].places[text] {
      texts[place].remember(key, code)
      return code
    }
    if isClass ? marks.containsClass(text) : marks.contains(text) {
      if isClass { note(CSVFault(.missing, line: scanner.line, text: text), column) }
      return -1
    }
    guard !isClass || texts[place].names.count < Self.greatestClassCount else {
      throw SoftmaxError(
        .unsupported, "there are more than \(Self.greatestClassCount) classes",
        remedy: "check which column holds the classes (--target)", at: scanner.location(column))
    }
    // A text costs its bytes twice, and its place in the dictionary.
    textByteCount += 2 * text.utf8.count + 64
    if !isClass, scanner.number(in: cell, mark: decimalMark) == .none {
      note(CSVFault(.noNumber, line: scanner.line, text: text), column)
    }
    return texts[place].add(text)
  }

  // A cell that is no number, in a column of numbers.
  private mutating func note(columnIn column: Int, _ scanner: CSVScanner) {
    guard faults[column]?.isMissing ?? true else { return }
    let cell = scanner.cells[column]
    guard let text = scanner.text(of: cell) else {
      note(CSVFault(.notUTF8, line: scanner.line), column)
      return
    }
    let isTooGreat = scanner.number(in: cell, mark: decimalMark) == .tooGreat
    let kind: CSVFault.Kind =
      marks.contains(text)
      ? .missing : isTooGreat || Self.isNotFinite(text) ? .notFinite : .noNumber
    note(CSVFault(kind, line: scanner.line, text: text), column)
  }

  // Of a column the first fault counts; but what is no number weighs more than what is missing.
  private mutating func note(_ fault: CSVFault, _ column: Int) {
    guard let first = faults[column] else {
      faults[column] = fault
      return
    }
    if first.isMissing, !fault.isMissing { faults[column] = fault }
  }

  // The cells of a column of texts, each text kept once.
  private struct Texts {
    var codes: [Int32] = []
    var names: [String] = []
    var places: [String: Int32] = [:]

    // The bytes of short cells as they stand in the file, with their codes. To look through a few costs
    // less than to make a string of a cell and hash it.
    private var keys: [UInt64] = []
    private var codesOfKeys: [Int32] = []

    func code(ofKey key: UInt64) -> Int32? {
      keys.firstIndex(of: key).map { codesOfKeys[$0] }
    }

    mutating func remember(_ key: UInt64?, _ code: Int32) {
      guard let key, keys.count < 16 else { return }
      keys.append(key)
      codesOfKeys.append(code)
    }

    mutating func add(_ text: String) -> Int32 {
      let code = Int32(names.count)
      places[text] = code
      names.append(text)
      return code
    }
  }
}
