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
  ///   - path: the file, plain or gzipped, in UTF-8.
  ///   - format: which column holds the classes, and whatever is not to be found by looking.
  ///   - maximumByteCount: the most bytes of text, unpacked, and of the numbers in memory.
  /// - Throws: `invalidData` with line and column and what stands there, for what is no number, is
  ///   missing, or is too much or too little for a line, and for a table without rows;
  ///   `nonFiniteValue` for numbers that are not finite; `notFound` for a target column that is not
  ///   there; `unsupported` for more than the limits; `notFound` or `ioFailure` of the file.
  public static func read(
    _ path: String, as format: CSVFormat = CSVFormat(),
    maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> CSVTable {
    try read(
      UnpackingReader(ByteSource(path: path)), as: format, maximumByteCount: maximumByteCount)
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
    let separators = try scanner.separatorsInNextLine()
    scanner.separator =
      (format.separator ?? [.tab, .semicolon].first(where: separators.contains) ?? .comma).byte
    guard try scanner.advance() else {
      throw SoftmaxError(
        .invalidData, "is empty", remedy: "name a table with a line for each row",
        at: .file(path: reader.path, offset: nil))
    }
    let columns = try CSVColumns(scanner, format: format)
    var rows = CSVRows(columns: columns, maximumByteCount: maximumByteCount)
    var hasRow = !columns.hasHeader
    if !hasRow { hasRow = try scanner.advance() }
    guard hasRow else {
      throw SoftmaxError(
        .invalidData, "holds a header and no rows", remedy: "name a table with a line for each row",
        at: .file(path: reader.path, offset: nil))
    }
    while hasRow {
      try rows.append(scanner)
      hasRow = try scanner.advance()
    }
    let (labels, classNames) = rows.classes(known: format.knownClassNames)
    return CSVTable(
      features: try Matrix(
        rowCount: rows.count, columnCount: columns.featureCount, elements: rows.values),
      featureNames: columns.featureNames, labels: labels, classNames: classNames,
      targetName: columns.targetName, path: reader.path)
  }
}
