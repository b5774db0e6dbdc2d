// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A scanner that reads comma-separated values (RFC 4180) or JSON lines record by record and splits them into cells.
///
/// A file whose first byte that is no blank begins a JSON object is of JSON lines: each object is a record, with a cell
/// for each column of ``keys``.
///
/// A table may be in several files: the records of the next one follow those of the one before, lines are counted through,
/// and the names of the columns, which each file begins with, are skipped (``header``).
///
/// Lines end with a line feed, a carriage return or both; lines of blanks only are skipped. A quoted cell
/// may contain separators, line ends, and quotes written twice. The cells of a record are ranges of the
/// scanner's buffer, valid until the next record is read. The buffer holds a chunk of the file or the
/// longest record.
final class CSVScanner {
  /// The cells of the current record.
  private(set) var cells: [Cell] = []
  /// The line number at which the current record starts, counted from 1.
  private(set) var line = 0
  /// The byte that separates cells.
  var separator: UInt8 {
    get { splitting.separator }
    set { splitting.separator = newValue }
  }
  /// The numbers of the current record in the columns of numbers, NaN for a cell without a number.
  private(set) var numbers: [Double] = []

  /// The keys of the objects of JSON lines, which are the columns; nil for comma-separated values.
  var keys: JSONColumns?
  /// Whether the file is of JSON lines.
  let isOfObjects: Bool
  /// The position of the current record's object.
  private(set) var object = 0..<0

  /// The files that were begun.
  private(set) var files: CSVFiles
  /// The number of bytes of all files as they are stored; 0 if it is not known.
  let sourceByteCount: Int
  /// The names that each further file has to begin with; nil if the files have no line of names.
  var header: [String]?
  /// Whether the first file begins with the byte order mark of UTF-8.
  private(set) var hasByteOrderMark = false
  /// The encoding of the file; the bytes of cells are UTF-8, whatever it is.
  var encoding: TextEncoding { reader?.encoding ?? .utf8 }

  // The source of further bytes; nil if all bytes are in the buffer.
  private var reader: TextReader?
  // The files that were not begun, and the size of the texts of those that were read.
  private var following: ArraySlice<DataFile>
  private var precedingByteCount = 0
  /// Whether the first file begins with a line that names the separator.
  var hasSeparatorLine = false
  private let maximumByteCount: Int
  private let chunkByteCount: Int
  private(set) var buffer: [UInt8] = []
  /// The index of the next record in the buffer; its line number follows.
  var next = 0
  var nextLine = 1
  // The number of bytes of the buffer in which a line of JSON is known not to end.
  private var examinedCount = 0
  /// Whether no bytes of the same file follow those of the buffer.
  private(set) var isAtEnd = false
  /// The error of reading the bytes that follow those of the buffer, if it was met before they were needed.
  var failure: SoftmaxError?
  /// The size of all lines that were skipped.
  private(set) var blankByteCount = 0
  private var splitting = Splitting()

  /// Creates a scanner that reads from a reader and skips the byte order mark of UTF-8.
  ///
  /// - Parameter following: the files whose records follow.
  /// - Throws: the errors of ``TextReader``; `invalidData` if the first bytes contain a zero byte.
  init(
    _ reader: UnpackingReader, following: [DataFile] = [], maximumByteCount: Int,
    chunkByteCount: Int = 1 << 18
  ) throws(SoftmaxError) {
    var byteCount = reader.sourceByteCount
    for file in following { byteCount += try file.reader().sourceByteCount }
    sourceByteCount = byteCount
    self.following = following[...]
    let reader = try TextReader(reader)
    self.reader = reader
    files = CSVFiles(reader.path)
    isOfObjects = reader.isOfObjects
    keys = isOfObjects ? JSONColumns() : nil
    self.maximumByteCount = maximumByteCount
    self.chunkByteCount = chunkByteCount
    try begin(reader)
    hasByteOrderMark = next > 0
  }

  // Reads the first bytes of a file.
  private func begin(_ reader: TextReader) throws(SoftmaxError) {
    try fill()
    if buffer.starts(with: TextEncoding.byteOrderMark) { next = TextEncoding.byteOrderMark.count }
    guard !JSONColumns.isArrayBegun(by: TextEncoding.characters(of: buffer)) else {
      throw SoftmaxError(
        .unsupported, "is an array of JSON, expected an object on each line",
        remedy: "write its objects one on a line (JSON lines)", at: reader.location(nil))
    }
    guard !buffer.prefix(4_096).contains(0) else {
      throw SoftmaxError(
        .invalidData, "is no text: it holds a zero byte",
        remedy: "name a table of comma-separated values", at: reader.location(nil))
    }
  }

  /// Creates a scanner for bytes in memory, such as a sample of a file.
  ///
  /// - Parameters:
  ///   - bytes: whole lines.
  ///   - firstLine: the line number of the first line.
  ///   - keys: the keys that are known if they are lines of JSON; nil for comma-separated values.
  init(
    sample bytes: [UInt8], firstLine: Int, separator: UInt8, path: String,
    keys: JSONColumns? = nil
  ) {
    reader = nil
    sourceByteCount = 0
    self.keys = keys
    isOfObjects = keys != nil
    files = CSVFiles(path)
    following = []
    splitting.separator = separator
    maximumByteCount = bytes.count
    chunkByteCount = 0
    buffer = bytes
    nextLine = firstLine
    isAtEnd = true
  }

  /// Returns a scanner of a part of the text, which reads the same numbers.
  func scanner(of block: [UInt8], firstLine: Int) -> CSVScanner {
    let scanner = CSVScanner(
      sample: block, firstLine: firstLine, separator: separator, path: path)
    scanner.splitting = splitting
    scanner.files = files
    return scanner
  }

  /// Returns the location of a column in the current record for errors; the index counts from 0, the
  /// location's column from 1.
  ///
  /// The members of an object are known by their keys, not by places.
  func location(_ column: Int?) -> SoftmaxError.Location {
    files.location(line: line, column: isOfObjects ? nil : column)
  }

  /// The path of the first file.
  var path: String { files.path }

  /// The bytes at the end of the current record's line; none where the file ends without them.
  var lineEnd: [UInt8] {
    guard !isOfObjects, let last = cells.last else { return [] }
    return Array(buffer[last.bytes.upperBound + (last.isQuoted ? 1 : 0)..<next])
  }

  /// Starts to parse numbers in some columns, given in ascending order, starting with the current record.
  ///
  /// Numbers are parsed while records are split into cells. Parsing them afterwards in a second pass over
  /// the bytes would take as long as the splitting.
  func readNumbers(of columns: [Int], mark: CSVFormat.DecimalMark) {
    (splitting.numberColumns, splitting.decimalMark) = (columns, mark)
    guard !isOfObjects else {
      numbers = columns.map { value(of: cells[$0]) }
      return
    }
    numbers = unsafe buffer.withUnsafeBufferPointer { bytes in
      columns.filter { $0 < cells.count }.map {
        unsafe CSVNumber.value(bytes, cells[$0].bytes, mark: mark.byte)
      }
    }
  }

  /// Moves to the next record; returns false at the end of the last file.
  func advance() throws(SoftmaxError) -> Bool {
    while true {
      if let end = scanAlike() {
        (line, next) = (nextLine, end)
        nextLine += 1
        return true
      }
      line = nextLine
      try skipEmptyLines()
      let scan = scanRecord()
      line = nextLine
      switch scan {
      case .record(let end, let lines):
        let byteCount = end - next
        next = end
        nextLine += lines
        guard !isOfObjects, cells.count == 1, isBlank(cells[0]) else { return true }
        try countBlanks(byteCount)
      case .blank(let end):
        let byteCount = end - next
        next = end
        nextLine += 1
        try countBlanks(byteCount)
      case .end:
        guard try beginNextFile() else { return false }
      case .needsMore:
        try validateLength()
        try fill()
      case .failure(let message, let remedy):
        throw SoftmaxError(
          .invalidData, message, remedy: remedy, at: location(max(0, cells.count - 1)))
      }
    }
  }

  // Skips what the next file has before its first row; returns false after the last file.
  private func beginNextFile() throws(SoftmaxError) -> Bool {
    guard let file = following.popFirst() else { return false }
    precedingByteCount += reader?.offset ?? 0
    let reader = try TextReader(file.reader())
    self.reader = reader
    files.add(reader.path, after: nextLine - 1)
    isAtEnd = false
    try begin(reader)
    if !isAtEnd || buffer[next...].contains(where: { !JSONLineScanner.isBlank($0) }) {
      try validate(reader)
    }
    if hasSeparatorLine {
      _ = try takeSeparatorLine(given: CSVFormat.Separator.allCases.first { $0.byte == separator })
    }
    guard let header else { return true }
    // A file without its names is not taken for a part of the one behind it.
    let others = following
    following = []
    defer { following = others }
    guard try advance() else {
      throw SoftmaxError(
        .invalidData, "is empty", remedy: "leave the file out", at: reader.location(nil))
    }
    try validateCells(are: header)
    return true
  }

  private func validate(_ reader: TextReader) throws(SoftmaxError) {
    guard reader.isOfObjects != isOfObjects else { return }
    throw SoftmaxError(
      .invalidData,
      isOfObjects
        ? "begins with no object of JSON, as \(path) does"
        : "is of JSON lines, and \(path) of comma-separated values",
      remedy: "name files of one kind", at: reader.location(nil))
  }

  /// Counts lines and skipped bytes of records that were taken from the buffer and read elsewhere.
  func count(lines: Int, blankByteCount: Int) {
    nextLine += lines
    self.blankByteCount += blankByteCount
  }

  // Skips lines without a byte; as records they would take a hundred times as long.
  private func skipEmptyLines() throws(SoftmaxError) {
    let (start, isAtEnd, isOfObjects) = (next, isAtEnd, isOfObjects)
    let (end, count) = unsafe buffer.withUnsafeBufferPointer { bytes in
      var (index, count) = (start, 0)
      while index < bytes.count {
        let byte = unsafe bytes[index]
        let isPair = unsafe index + 1 < bytes.count && bytes[index + 1] == 0x0a
        // What follows a carriage return at the end of the buffer is perhaps not known.
        let isReturn = byte == 0x0d && !isOfObjects && (index + 1 < bytes.count || isAtEnd)
        guard byte == 0x0a || isReturn else { break }
        index += isReturn && isPair ? 2 : 1
        count += 1
      }
      return (index, count)
    }
    guard count > 0 else { return }
    next = end
    nextLine += count
    try countBlanks(end - start)
  }

  private func countBlanks(_ byteCount: Int) throws(SoftmaxError) {
    blankByteCount += byteCount
    guard blankByteCount <= Limit.bytesOfBlankLines else {
      throw SoftmaxError(
        .unsupported, "has more than \(Limit.bytesOfBlankLines) bytes of empty lines",
        remedy: "remove them", at: location(nil))
    }
  }

  private func scanRecord() -> Scan {
    guard next < buffer.count else { return isAtEnd ? .end : .needsMore }
    // The arrays are moved out of the object, because each append to a class property checks exclusive
    // access.
    var cells: [Cell] = []
    var numbers: [Double] = []
    swap(&cells, &self.cells)
    swap(&numbers, &self.numbers)
    defer {
      swap(&cells, &self.cells)
      swap(&numbers, &self.numbers)
    }
    if isOfObjects { return scanObject(&cells, &numbers) }
    cells.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    let (start, isAtEnd, splitting) = (next, self.isAtEnd, splitting)
    return unsafe buffer.withUnsafeBufferPointer { bytes -> Scan in
      unsafe Self.scan(
        bytes, from: start, isAtEnd: isAtEnd, splitting, cells: &cells, numbers: &numbers)
    }
  }

  // Returns the end of a record that is like the one before; nil if it is not. Each access to the arrays of the
  // object is checked at run time, so few of them are made for a record of a large table.
  private func scanAlike() -> Int? {
    guard !isOfObjects else { return nil }
    let (start, splitting) = (next, splitting)
    return unsafe buffer.withUnsafeBufferPointer { bytes in
      unsafe cells.withUnsafeMutableBufferPointer { cells in
        unsafe numbers.withUnsafeMutableBufferPointer { numbers in
          unsafe Self.scanAlike(bytes, from: start, splitting, cells: cells, numbers: numbers)
        }
      }
    }
  }

  // Reads a line of JSON.
  private func scanObject(_ cells: inout [Cell], _ numbers: inout [Double]) -> Scan {
    let lineEnd = buffer[max(next, examinedCount)...].firstIndex(of: 0x0a)
    guard let end = lineEnd ?? (isAtEnd ? buffer.count : nil) else {
      examinedCount = buffer.count
      return .needsMore
    }
    let following = min(end + 1, buffer.count)
    guard !buffer[next..<end].allSatisfy(JSONLineScanner.isBlank) else {
      return .blank(end: following)
    }
    var keys: JSONColumns?
    swap(&keys, &self.keys)
    defer { swap(&keys, &self.keys) }
    do throws(JSONFault) {
      object = try keys?.read(next..<end, of: buffer, into: &cells) ?? next..<end
    } catch {
      return .failure(error.message, remedy: error.remedy)
    }
    for (place, column) in splitting.numberColumns.enumerated() {
      numbers[place] = value(of: cells[column])
    }
    return .record(end: following, lines: 1)
  }

  // Returns the number of a cell of JSON; NaN if it is none.
  private func value(of cell: Cell) -> Double {
    guard !cell.bytes.isEmpty else { return .nan }
    guard case .number(let number) = number(in: cell, mark: splitting.decimalMark) else {
      return .nan
    }
    return number
  }

  private func validateLength() throws(SoftmaxError) {
    guard buffer.count - next > Limit.bytesOfLine else { return }
    throw SoftmaxError(
      .unsupported, "the line has more than \(Limit.bytesOfLine) bytes",
      remedy: "check the line ends", at: location(nil))
  }

  /// Reads more bytes into the buffer and discards the consumed bytes.
  ///
  /// - Parameter completeByteCount: the size of the records in the buffer that are complete.
  func fill(behind completeByteCount: Int = 0) throws(SoftmaxError) {
    if let failure { throw failure }
    guard let reader else { return }
    buffer.removeFirst(next)
    (next, examinedCount) = (0, max(0, examinedCount - next))
    // The buffer doubles with each read during a long record, up to 4 MiB. The record is rescanned after each read,
    // so there are only a few scans.
    let count = buffer.count - completeByteCount
    let wanted = max(chunkByteCount, count < 3 << 20 ? count : 1 << 20)
    let bytes = try reader.read(wanted)
    guard precedingByteCount + reader.offset <= maximumByteCount else {
      throw SoftmaxError(
        .unsupported, "has more than \(maximumByteCount) bytes of text",
        remedy: "split the file", at: reader.location(nil))
    }
    isAtEnd = bytes.count < wanted
    // A doubled buffer would need its size three times while it is copied. Untouched pages use no physical memory.
    if buffer.count > chunkByteCount { buffer.reserveCapacity(Limit.bytesOfLine + 2 * wanted) }
    buffer += bytes
  }
}
