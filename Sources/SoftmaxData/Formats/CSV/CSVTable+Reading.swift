// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension CSVTable {
  /// The default limit in bytes, for the text and, separately, for its cells in memory: 4 GiB.
  public static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  /// Reads a table.
  ///
  /// The file is read in chunks, each byte once. A text may have 4 MiB, another cell 4,096 bytes, a line 16 MiB and a
  /// table 65,536 classes. Reading stops with an error as soon as a limit is exceeded.
  ///
  /// - Parameters:
  ///   - path: the path of a file in UTF-8, UTF-16 or Windows-1252, plain or gzipped, or of a pipe; `-` for standard input.
  ///   - format: the class column, and the properties of the file that should not be detected.
  ///   - maximumByteCount: the limit in bytes for the decompressed text and, separately, for its cells in
  ///     memory.
  /// - Throws: `invalidData` with line and column for a line that cannot be split into cells or has too
  ///   many or too few cells, for a first line that may be a header or a row, and for a table without
  ///   rows; `notFound` for a missing column; `invalidArgument` for a column name that is also the
  ///   number of another column; `unsupported` beyond a limit; `notFound` or `ioFailure` if the file
  ///   cannot be read.
  public static func read(
    _ path: String, as format: CSVFormat = CSVFormat(),
    maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> CSVTable {
    try read(DataFile(path), as: format, maximumByteCount: maximumByteCount)
  }

  /// Reads the content of a file from memory.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file, plain or gzipped.
  ///   - name: the name to use in errors.
  ///   - format: the class column, and the properties of the file that should not be detected.
  ///   - maximumByteCount: the limit in bytes for the decompressed text and, separately, for its cells in
  ///     memory.
  /// - Throws: the errors of ``read(_:as:maximumByteCount:)``.
  public static func decode(
    _ bytes: [UInt8], name: String, as format: CSVFormat = CSVFormat(),
    maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> CSVTable {
    try read(
      DataFile(bytes: bytes, name: name), as: format, maximumByteCount: maximumByteCount)
  }

  /// Reads a file, a second time if its first lines mislead: a column of categories begins with numbers, or its dates
  /// have another order of day and month.
  ///
  /// The keys of JSON lines are found from all lines before.
  static func read(
    _ file: DataFile, as format: CSVFormat, maximumByteCount: Int = defaultMaximumByteCount,
    by work: CSVBlockQueue.Work = .usual
  ) throws(SoftmaxError) -> CSVTable {
    func scanner() throws(SoftmaxError) -> CSVScanner {
      try CSVScanner(file.reader(), maximumByteCount: maximumByteCount)
    }
    var first = try scanner()
    var survey: JSONSurvey?
    if first.isOfObjects {
      survey = try JSONSurvey(of: first)
      first = try scanner()
    }
    let table = try CSVBlockReader(
      first, as: format, survey: survey, maximumByteCount: maximumByteCount
    ).rest(by: work)
    guard !table.categories.isEmpty || !table.dateOrders.isEmpty else { return table }
    return try CSVBlockReader(
      scanner(), as: format, survey: survey, categories: table.categories,
      dateOrders: table.dateOrders, maximumByteCount: maximumByteCount
    ).rest(by: work)
  }

  /// Reads a table once, whose columns are those of the first lines.
  static func read(
    _ reader: UnpackingReader, as format: CSVFormat, maximumByteCount: Int,
    chunkByteCount: Int = 1 << 18, by work: CSVBlockQueue.Work = .usual
  ) throws(SoftmaxError) -> CSVTable {
    let scanner = try CSVScanner(
      reader, maximumByteCount: maximumByteCount, chunkByteCount: chunkByteCount)
    return try CSVBlockReader(scanner, as: format, maximumByteCount: maximumByteCount)
      .rest(by: work)
  }
}
