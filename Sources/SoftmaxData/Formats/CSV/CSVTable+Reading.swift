// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension CSVTable {
  /// The most bytes of text, and of the numbers in it, unless the caller says otherwise: 4 GiB.
  public static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  /// Reads a table.
  ///
  /// The file is read front to back in pieces. A cell has at most 4,096 bytes, a line 16 MiB, a
  /// table 65,536 classes: what has more is refused without being read to its end.
  ///
  /// - Parameters:
  ///   - path: the file, plain or gzipped, in UTF-8; a pipe, or `-` for standard input.
  ///   - format: which column holds the classes, and whatever is not to be found by looking.
  ///   - maximumByteCount: the most bytes of text, unpacked, and of the numbers in memory.
  /// - Throws: `invalidData` with line and column for what cannot be cut into cells, is too much or too
  ///   little for a line, or may be a header or a row, and for a table without rows; `notFound` for a
  ///   column that is not there; `invalidArgument` for one that a text names in two ways; `unsupported`
  ///   for more than the limits; `notFound` or `ioFailure` of the file.
  public static func read(
    _ path: String, as format: CSVFormat = CSVFormat(),
    maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> CSVTable {
    try read(DataFile(path).reader(), as: format, maximumByteCount: maximumByteCount)
  }

  /// Reads the bytes of a table.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file, plain or gzipped.
  ///   - name: what to call it in errors.
  ///   - format: which column holds the classes, and whatever is not to be found by looking.
  ///   - maximumByteCount: the most bytes of text, unpacked, and of the numbers in memory.
  /// - Throws: as ``read(_:as:maximumByteCount:)``.
  public static func decode(
    _ bytes: [UInt8], name: String, as format: CSVFormat = CSVFormat(),
    maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> CSVTable {
    try read(
      UnpackingReader(ByteSource(bytes: bytes, name: name)), as: format,
      maximumByteCount: maximumByteCount)
  }

  static func read(
    _ reader: UnpackingReader, as format: CSVFormat, maximumByteCount: Int,
    chunkByteCount: Int = 1 << 18
  ) throws(SoftmaxError) -> CSVTable {
    let scanner = try CSVScanner(
      reader, maximumByteCount: maximumByteCount, chunkByteCount: chunkByteCount)
    let marks = MissingMarks(format)
    let named = try scanner.takeSeparatorLine(given: format.separator)
    let sample = try CSVSample(scanner, format: format, marks: marks, named: named)
    scanner.separator = sample.separator.byte
    guard try scanner.advance() else {
      throw SoftmaxError(
        .invalidData, "is empty", remedy: "name a table with a line for each row",
        at: .file(path: reader.path, offset: nil))
    }
    let columns = try CSVColumns(scanner, sample: sample, format: format)
    var rows = CSVRows(
      columns: columns, format: format, marks: marks, maximumByteCount: maximumByteCount)
    // A little more than the first lines let expect; of a packed file it is too little.
    rows.reserve(rowCount: reader.sourceByteCount / sample.byteCountOfLine * 33 / 32)
    var hasRow = columns.names == nil
    if !hasRow { hasRow = try scanner.advance() }
    guard hasRow else {
      throw SoftmaxError(
        .invalidData, "holds a header and no rows", remedy: "name a table with a line for each row",
        at: .file(path: reader.path, offset: nil))
    }
    scanner.readNumbers(of: rows.numberColumns, mark: format.decimalMark)
    while hasRow {
      try rows.append(scanner)
      hasRow = try scanner.advance()
    }
    return try CSVTable(
      rows, columns: columns, separator: sample.separator, path: reader.path, format: format)
  }
}
