// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The rows of a table that have been read so far, stored by column.
///
/// A number takes 8 bytes, a category 4 bytes, and each different category of a column is stored once. Of a column of
/// texts a cell takes its bytes and 16 more.
struct CSVRows {
  private static let wordsForNotFinite: Set<String> = [
    "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity",
  ]

  /// The number of rows.
  private(set) var count = 0
  /// The invalid cells of each column that has some.
  ///
  /// In a column of numbers they are missing or non-numeric cells; in the class column they are missing classes.
  private(set) var faults: [Int: CSVFaults] = [:]

  /// The lines that are no rows because they have too few or too many cells.
  private(set) var raggedLines = CSVRaggedLines()

  // The number of texts in each column of numbers.
  private var textCounts: [Int: Int] = [:]
  // The number of them that are dates in the other order of day and month.
  private var otherOrderCounts: [Int: Int] = [:]

  private let columns: CSVColumns
  private let marks: MissingMarks
  private let decimalMark: CSVFormat.DecimalMark
  private let maximumByteCount: Int
  /// The columns that hold numbers, in ascending order.
  let numberColumns: [Int]
  // The cells of these columns. The cells of the last rows are still in `block`, row by row.
  private var numbers: [[Double]]
  private var block: [Double] = []
  // The columns of numbers and dates that are not only digits with a decimal mark, and their cells.
  private let writtenColumns: [(column: Int, notation: CellNotation)]
  private var written: [[Double]]
  // The column of the weights, and its place among the columns of plain numbers.
  private let weightColumn: Int?
  private let weightPlace: Int?
  private let groupColumn: Int?
  private let categoryColumns: [Int]
  private var codes: [CSVCategories]
  private let textColumns: [Int]
  private var texts: [TextCells]
  private var textByteCount = 0
  // The size of a row without its texts.
  private let rowByteCount: Int

  /// Creates a table without rows.
  ///
  /// - Parameter read: the columns to read; the cells of the others count as missing. Nil for all columns.
  init(
    columns: CSVColumns, read: Set<Int>? = nil, decimalMark: CSVFormat.DecimalMark,
    marks: MissingMarks, maximumByteCount: Int
  ) {
    self.columns = columns
    self.marks = marks
    self.decimalMark = decimalMark
    self.maximumByteCount = maximumByteCount
    func isRead(_ column: Int) -> Bool { read?.contains(column) ?? true }
    numberColumns = columns.placesOfPlainNumbers.filter(isRead)
    writtenColumns = columns.notations.map { (column: $0.key, notation: $0.value) }
      .filter { isRead($0.column) }.sorted { $0.column < $1.column }
    written = Array(repeating: [], count: writtenColumns.count)
    weightColumn = columns.place(of: .weights)
    weightPlace = if let weightColumn { numberColumns.firstIndex(of: weightColumn) } else { nil }
    groupColumn = columns.place(of: .groups)
    categoryColumns = columns.places(of: .category).filter(isRead)
    textColumns = columns.places(of: .text).filter(isRead)
    numbers = Array(repeating: [], count: numberColumns.count)
    codes = Array(repeating: CSVCategories(), count: categoryColumns.count)
    texts = Array(repeating: TextCells(), count: textColumns.count)
    rowByteCount =
      8 * (numberColumns.count + writtenColumns.count) + 4 * categoryColumns.count + 16
      * textColumns.count
  }

  /// Reserves capacity for about `rowCount` rows, so that growing columns are not copied.
  ///
  /// Unused capacity costs only address space, and is at most `maximumByteCount`.
  mutating func reserve(rowCount: Int) {
    let rowCount = min(rowCount, maximumByteCount / max(1, 8 * numberColumns.count))
    for place in numbers.indices { numbers[place].reserveCapacity(rowCount) }
  }

  /// Returns whether a text denotes an infinite number.
  static func isNotFinite(_ text: String) -> Bool {
    text.utf8.count <= 9 && wordsForNotFinite.contains(text.lowercased())
  }

  /// Appends the current record of the scanner as a row; returns false if it is none, such as a line of blanks.
  mutating func append(_ scanner: CSVScanner) throws(SoftmaxError) -> Bool {
    let cells = scanner.cells
    guard holdsRow(cells, scanner) else { return false }
    guard (count + 1) * rowByteCount + textByteCount <= maximumByteCount else {
      throw SoftmaxError(
        .unsupported, "its cells take more than \(maximumByteCount) bytes",
        remedy: "split the file", at: scanner.location(nil))
    }
    let begin = block.count
    let numbers = scanner.numbers
    block += numbers
    for place in numbers.indices where numbers[place].isNaN {
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
    if let weightPlace, block[begin + weightPlace] < 0 {
      noteNegative(numberColumns[weightPlace], scanner)
    }
    for (place, (column, _)) in writtenColumns.enumerated() {
      let number = writtenCell(place, scanner)
      if number < 0, column == weightColumn { noteNegative(column, scanner) }
      written[place].append(number)
    }
    for (place, column) in categoryColumns.enumerated() {
      codes[place].codes.append(try code(of: cells[column], column, place, scanner))
    }
    for (place, column) in textColumns.enumerated() { appendText(of: column, place, scanner) }
    count += 1
    if block.count + numberColumns.count > [[Double]].blockCount { moveBlock() }
    return true
  }

  /// Returns the table of all rows.
  mutating func finish() throws(SoftmaxError) -> Table {
    moveBlock()
    // The columns that are not read share the cells.
    let isAnyLeftOut =
      numberColumns.count + writtenColumns.count + categoryColumns.count + textColumns.count
      < columns.count
    let missing = [Int32](repeating: -1, count: isAnyLeftOut ? count : 0)
    var cells = columns.types.map { _ in Table.Column.Cells.categories(missing, names: []) }
    for (place, column) in numberColumns.enumerated() { cells[column] = .numbers(numbers[place]) }
    for (place, (column, _)) in writtenColumns.enumerated() {
      cells[column] =
        columns.types[column] == .date ? .dates(written[place]) : .numbers(written[place])
    }
    for (place, column) in categoryColumns.enumerated() {
      cells[column] = .categories(codes[place].codes, names: codes[place].names)
    }
    for (place, column) in textColumns.enumerated() { cells[column] = .texts(texts[place]) }
    return try Table(
      cells.enumerated().map { Table.Column($1, name: columns.names?[$0]) })
  }

  // Returns whether the record is a row; it notes a wrong number of cells.
  //
  // It returns false for a line of blanks, which a table separated by tabs splits into cells.
  private mutating func holdsRow(_ cells: [CSVScanner.Cell], _ scanner: CSVScanner) -> Bool {
    // An object may lack keys, or have some that are no columns.
    if cells.count == columns.count || scanner.isOfObjects { return true }
    // A separator at the end of a line does not start another column.
    if cells.count == columns.count + 1, scanner.isBlank(cells[columns.count]) { return true }
    if !cells.allSatisfy(scanner.isBlank) {
      raggedLines.add(line: scanner.line, cellCount: cells.count)
    }
    return false
  }

  /// Moves the last numbers into their columns.
  mutating func moveBlock() {
    numbers.append(rows: block)
    block.removeAll(keepingCapacity: true)
  }

  private mutating func code(
    of cell: CSVScanner.Cell, _ column: Int, _ place: Int, _ scanner: CSVScanner
  ) throws(SoftmaxError) -> Int32 {
    let isClass = column == columns.target
    let key = scanner.key(of: cell)
    if let key, let code = codes[place].code(ofKey: key) { return code }
    guard !cell.isList else {
      note(CSVFault(.list, line: scanner.line), column)
      return -1
    }
    guard cell.bytes.count <= CSVScanner.Limit.bytesOfCategory else {
      let place = scanner.isOfObjects ? " in \(columns.label(of: column))" : ""
      throw SoftmaxError(
        .unsupported,
        "the \(isClass ? "class" : "category")\(place) has more than "
          + "\(CSVScanner.Limit.bytesOfCategory) bytes",
        remedy: isClass
          ? "check which column holds the classes (--target)"
          : "if the column holds texts, say so (--text); else check the separator and the quotes",
        at: scanner.location(column))
    }
    guard let text = scanner.text(of: cell) else {
      note(CSVFault(.notUTF8, line: scanner.line), column)
      return -1
    }
    if let code = codes[place].places[text] {
      codes[place].remember(key, code)
      return code
    }
    if isClass ? marks.containsClass(text) : marks.contains(text) {
      if isClass || column == groupColumn {
        note(CSVFault(.missing, line: scanner.line, text: text), column)
      }
      return -1
    }
    guard !isClass || codes[place].names.count < DatasetSplit.greatestClassCount else {
      if let quantity = CSVQuantity(codes: codes[place].codes, names: codes[place].names) {
        throw quantity.error(columns.label(of: column), option: nil, at: scanner.location(column))
      }
      throw SoftmaxError(
        .unsupported, "there are more than \(DatasetSplit.greatestClassCount) classes",
        remedy: "check which column holds the classes (--target)", at: scanner.location(column))
    }
    textByteCount += CSVCategories.byteCount(ofNew: text)
    return codes[place].add(text)
  }

  // Returns a number or the seconds of a date; NaN for a cell that is missing or invalid.
  private mutating func writtenCell(_ place: Int, _ scanner: CSVScanner) -> Double {
    let (column, notation) = writtenColumns[place]
    let cell = scanner.cells[column]
    guard !scanner.isBlank(cell), !cell.isList, let text = scanner.text(of: cell),
      !marks.contains(text), columns.missingMarks[column] != text
    else {
      note(columnIn: column, scanner)
      return .nan
    }
    // A number of JSON is not written like the texts of its column.
    if scanner.isOfObjects, !cell.isQuoted, notation.dateOrder == nil,
      case .number(let number) = scanner.number(in: cell, mark: decimalMark),
      !marks.contains(number)
    {
      return number
    }
    if let order = notation.dateOrder {
      if let seconds = CSVWrittenDate.seconds(text, order) { return seconds }
      // A date of ISO 8601 cannot be taken for another one, wherever it stands.
      if let seconds = CSVWrittenDate.seconds(text, .yearFirst) { return seconds }
      if columns.ambiguousDates.contains(column), CSVWrittenDate.seconds(text, order.other) != nil {
        otherOrderCounts[column, default: 0] += 1
      }
    } else if case .number(let number) = CSVWrittenNumber.number(text, notation) {
      if !marks.contains(number) { return number }
      note(CSVFault(.missing, line: scanner.line, text: text), column)
      return .nan
    }
    textCounts[column, default: 0] += 1
    note(CSVFault(.notWritten(notation), line: scanner.line, text: text), column)
    return .nan
  }

  // Marks of missing cells are words there.
  private mutating func appendText(of column: Int, _ place: Int, _ scanner: CSVScanner) {
    let cell = scanner.cells[column]
    guard !cell.isList, var text = scanner.text(of: cell) else {
      note(CSVFault(cell.isList ? .list : .notUTF8, line: scanner.line), column)
      return texts[place].append([])
    }
    text.makeContiguousUTF8()
    texts[place].append(text.utf8)
    textByteCount += text.utf8.count
  }

  private mutating func noteNegative(_ column: Int, _ scanner: CSVScanner) {
    let text = scanner.text(of: scanner.cells[column]) ?? ""
    note(CSVFault(.negative, line: scanner.line, text: text), column)
  }

  // Records the fault of a cell without a number in a column of numbers.
  private mutating func note(columnIn column: Int, _ scanner: CSVScanner) {
    let cell = scanner.cells[column]
    if faults[column]?.countsMissingOnly == true, scanner.isBlank(cell) {
      faults[column]?.countMissing()
      return
    }
    guard !cell.isList, let text = scanner.text(of: cell) else {
      note(CSVFault(cell.isList ? .list : .notUTF8, line: scanner.line), column)
      return
    }
    let isTooGreat = scanner.number(in: cell, mark: decimalMark) == .tooGreat
    let kind: CSVFault.Kind =
      marks.contains(text) || columns.missingMarks[column] == text
      ? .missing : isTooGreat || Self.isNotFinite(text) ? .notFinite : .noNumber
    if kind == .noNumber, decimalMark.other(reading: text) == nil {
      textCounts[column, default: 0] += 1
    }
    note(CSVFault(kind, line: scanner.line, text: text), column)
  }

  /// The columns that were taken for numbers by the first lines, and have so many texts that they hold categories.
  ///
  /// It is known after `finish`.
  var categories: Set<Int> {
    Set(
      zip(numberColumns + writtenColumns.map(\.column), numbers + written).compactMap {
        column, numbers in
        guard let textCount = textCounts[column], !columns.isTypeKnown[column],
          dateOrders[column] == nil
        else { return nil }
        let cellCount = textCount + numbers.count { !$0.isNaN }
        return CSVColumns.holdsNumbers(textCount: textCount, cellCount: cellCount) ? nil : column
      })
  }

  /// The order of the columns whose dates may begin with the day or with the month by the first lines, where only the
  /// other one reads all lines.
  var dateOrders: [Int: CellNotation.DateOrder] {
    var orders: [Int: CellNotation.DateOrder] = [:]
    for (column, notation) in writtenColumns {
      guard let order = notation.dateOrder, let count = otherOrderCounts[column],
        count == textCounts[column]
      else { continue }
      orders[column] = order.other
    }
    return orders
  }

  private mutating func note(_ fault: CSVFault, _ column: Int) {
    faults[column, default: CSVFaults()].add(fault)
  }
}

// Rows that were read apart from those before them.
extension CSVRows {
  /// Appends the rows of a block, as if they had been read after these; returns false, and appends none, if one of them
  /// may pass a limit.
  ///
  /// - Parameters:
  ///   - block: rows of the same columns, whose first line counts as line 1.
  ///   - lineCount: the number of lines before the block.
  mutating func append(_ block: CSVRows, after lineCount: Int) -> Bool {
    var byteCount = textByteCount + block.texts.reduce(0) { $0 + $1.bytes.count }
    for (place, column) in categoryColumns.enumerated() {
      let new = block.codes[place].names.filter { codes[place].places[$0] == nil }
      byteCount += new.reduce(0) { $0 + CSVCategories.byteCount(ofNew: $1) }
      guard
        column != columns.target
          || codes[place].names.count + new.count <= DatasetSplit.greatestClassCount
      else { return false }
    }
    guard (count + block.count) * rowByteCount + byteCount <= maximumByteCount else { return false }
    moveBlock()
    count += block.count
    textByteCount = byteCount
    for place in numbers.indices { numbers[place] += block.numbers[place] }
    for place in written.indices { written[place] += block.written[place] }
    for place in codes.indices { codes[place].append(block.codes[place]) }
    for place in texts.indices { texts[place].append(block.texts[place]) }
    for (column, faults) in block.faults {
      self.faults[column, default: CSVFaults()].add(faults, after: lineCount)
    }
    raggedLines.add(block.raggedLines, after: lineCount)
    textCounts.merge(block.textCounts, uniquingKeysWith: +)
    otherOrderCounts.merge(block.otherOrderCounts, uniquingKeysWith: +)
    return true
  }
}
