// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// A reader that delivers the rows of a table in blocks, so that memory does not grow with their number.
///
/// What a block holds does not depend on the others, except that they have the same columns: types are found
/// from the first lines, or known from a model's schema. A whole table is one block of all rows.
package final class CSVBlockReader {
  /// The names of the columns; nil if the file has no header.
  package let columnNames: [String]?
  /// The number of columns.
  package let columnCount: Int
  /// The line with the names as it is in the file; nil if the file has no header.
  package let header: CSVRecords?
  /// The bytes at the end of the first line.
  package let lineEnd: [UInt8]
  /// The decimal mark of the numbers, for those that are written beside them.
  package let decimalMark: CSVFormat.DecimalMark
  /// The character between the cells.
  package let separator: CSVFormat.Separator
  /// Whether the file begins with the byte order mark of UTF-8.
  package let hasByteOrderMark: Bool
  /// The encoding of the file.
  package var encoding: TextEncoding { sample.encoding }
  /// Whether the file begins with a line such as `sep=;`, which spreadsheets write.
  package let hasSeparatorLine: Bool
  /// The keys of JSON lines that were read so far, which are more than the columns if some appear late; nil for
  /// comma-separated values.
  package var keys: [String]? { scanner.keys?.keys }

  private let scanner: CSVScanner
  private let columns: CSVColumns
  private let sample: CSVSample
  private let marks: MissingMarks
  private let format: CSVFormat
  private let maximumByteCount: Int
  // An estimate of the number of all rows.
  private let expectedRowCount: Int
  // The columns that are read; nil for all.
  private var read: Set<Int>?
  // Whether the current record of the scanner is a row that was not delivered.
  private var hasRow: Bool
  private var rowCount = 0

  /// Reads the first lines of a scanner that has read nothing yet.
  ///
  /// - Parameters:
  ///   - survey: what all lines of JSON have; nil to take the columns from the first ones.
  ///   - further: later lines, from which the types of columns are found too.
  init(
    _ scanner: CSVScanner, as format: CSVFormat, survey: JSONSurvey? = nil, further: [UInt8] = [],
    categories: Set<Int> = [], dateOrders: [Int: CellNotation.DateOrder] = [:],
    maximumByteCount: Int
  ) throws(SoftmaxError) {
    let marks = MissingMarks(format)
    if scanner.isOfObjects { try Self.validate(format, of: scanner) }
    let named =
      try scanner.isOfObjects ? nil : scanner.takeSeparatorLine(given: format.separator)
    try scanner.take(survey?.columns, format.schema)
    let sample = try CSVSample(
      scanner, format: format, marks: marks, named: named, further: survey?.lines ?? further)
    scanner.separator = sample.separator.byte
    scanner.keys = sample.keys
    guard try scanner.advance() else {
      throw SoftmaxError(
        .invalidData, "is empty", remedy: "name a table with a line for each row",
        at: .file(path: scanner.path, offset: nil))
    }
    let columns = try CSVColumns(
      scanner, sample: sample, format: format, categories: categories, dateOrders: dateOrders)
    (self.scanner, self.columns, self.sample, self.marks) = (scanner, columns, sample, marks)
    (self.format, self.maximumByteCount) = (format, maximumByteCount)
    // From the length of the first lines, plus 3 percent. It is too low for a gzipped file, whose size is
    // that of the compressed bytes, and for a pipe; the columns then grow as needed.
    expectedRowCount = scanner.sourceByteCount / sample.byteCountOfLine * 33 / 32
    (columnNames, columnCount) = (columns.names, columns.count)
    separator = sample.separator
    // Where no number is of digits alone, those with signs say what stands before decimals.
    let isOfComma = columns.notations.values.contains { $0.decimalMark == .comma }
    // A comma between cells needs no other one in them.
    decimalMark = isOfComma && separator != .comma ? .comma : sample.decimalMark
    (hasByteOrderMark, lineEnd) = (scanner.hasByteOrderMark, scanner.lineEnd)
    hasSeparatorLine = named != nil
    if columns.names == nil || scanner.isOfObjects {
      header = nil
      hasRow = true
    } else {
      var header = CSVRecords(separator: sample.separator, path: scanner.path)
      header.append(scanner, cellCount: columns.count)
      self.header = header
      scanner.header = columns.names
      hasRow = try scanner.advance()
    }
    // The types of the columns are found from the first file.
    guard hasRow, scanner.files.count == 1 else {
      throw SoftmaxError(
        .invalidData, "holds a header and no rows", remedy: "name a table with a line for each row",
        at: .file(path: scanner.path, offset: nil))
    }
    scanner.readNumbers(of: rows().numberColumns, mark: sample.decimalMark)
  }

  /// Opens a table whose features are those of a model; only their cells are read.
  ///
  /// - Parameters:
  ///   - file: a file or a pipe, of any size.
  ///   - format: the format with the schema of the model.
  /// - Throws: the errors of ``CSVTable/read(_:as:maximumByteCount:)-(String,_,_)``; `shapeMismatch` or
  ///   `invalidArgument` if the features of the model are not found.
  package convenience init(
    featuresOf file: DataFile, as format: CSVFormat
  ) throws(SoftmaxError) {
    try self.init(
      CSVScanner(file.reader(), maximumByteCount: .max), as: format, maximumByteCount: .max)
    let places = try table(of: rows()).featurePlaces()
    read = Set(places)
    scanner.readNumbers(of: rows().numberColumns, mark: sample.decimalMark)
  }

  /// Returns a summary of how the file is read, such as `read as comma, header, classes in "species"`.
  ///
  /// - Parameter rowCount: the number of all rows; nil if it is not known yet.
  package func note(rowCount: Int?) -> String {
    CSVTable.note(rowCount: rowCount, columns, sample, features: read)
  }

  /// Returns the next rows; nil after the last.
  ///
  /// - Parameters:
  ///   - rowCount: the greatest number of rows.
  ///   - byteCount: the number of bytes of text after which a block ends earlier.
  package func next(rowCount: Int, byteCount: Int) throws(SoftmaxError) -> CSVBlock? {
    var (rows, records) = (rows(), CSVRecords(separator: separator, path: scanner.path))
    while hasRow, rows.count < rowCount, records.byteCount < byteCount, !rows.raggedLines.isFull {
      if try rows.append(scanner) { records.append(scanner, cellCount: columns.count) }
      hasRow = try scanner.advance()
    }
    guard rows.count > 0 || !rows.raggedLines.isEmpty else { return nil }
    defer { self.rowCount += rows.count }
    return CSVBlock(
      firstRow: self.rowCount, table: try table(of: rows), records: records, isLast: !hasRow,
      columns: columns, marks: marks, decimalMark: sample.decimalMark)
  }

  /// Returns all rows that were not delivered yet.
  func rest(by work: CSVBlockQueue.Work = .usual) throws(SoftmaxError) -> CSVTable {
    var rows = rows()
    rows.reserve(rowCount: expectedRowCount)
    do throws(SoftmaxError) {
      // The number of files of which blocks were read.
      var fileCount = 0
      while hasRow {
        _ = try rows.append(scanner)
        if scanner.files.count > fileCount, !scanner.isOfObjects {
          fileCount = scanner.files.count
          try appendBlocks(to: &rows, by: work)
        }
        hasRow = try scanner.advance()
      }
    } catch {
      // What was wrong in earlier lines comes first.
      throw rows.raggedLines.error(columns: columns, in: scanner.files) ?? error
    }
    // A copy would have its own memory as soon as the last rows are moved.
    return try table(of: consume rows)
  }

  // Appends what several workers can read of the current file.
  private func appendBlocks(
    to rows: inout CSVRows, by work: CSVBlockQueue.Work
  ) throws(SoftmaxError) {
    let work = scanner.isAtEnd ? work.limited(toByteCount: scanner.bufferedByteCount) : work
    guard work.workerCount > 1 else { return }
    try CSVBlockQueue.append(
      scanner, to: &rows, empty: self.rows(), byteCountOfLine: sample.byteCountOfLine, by: work)
  }

  // Throws for what lines of JSON cannot have.
  private static func validate(
    _ format: CSVFormat, of scanner: CSVScanner
  ) throws(SoftmaxError) {
    guard format.separator != nil || format.hasHeader == false else { return }
    throw SoftmaxError(
      .invalidArgument,
      "is of JSON lines, which have names for their columns and nothing that separates cells",
      remedy: "leave out --separator and --no-header",
      at: .file(path: scanner.path, offset: nil))
  }

  private func rows() -> CSVRows {
    CSVRows(
      columns: columns, read: read, decimalMark: sample.decimalMark, marks: marks,
      maximumByteCount: maximumByteCount)
  }

  private func table(of rows: consuming CSVRows) throws(SoftmaxError) -> CSVTable {
    try CSVTable(
      rows, columns: columns, sample: sample, marks: marks, files: scanner.files, format: format)
  }
}
