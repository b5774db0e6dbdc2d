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

  /// Reads a table in several files, such as one for each month: the rows of a file follow those of the file before.
  ///
  /// All files have the same columns in the same order, and begin with their names if the first one does. The objects of
  /// JSON lines may have other keys in each file. Types of columns, categories and classes are those of all rows. An error
  /// names the file and the line in it.
  ///
  /// ```swift
  /// let year = try CSVTable.read(["january.csv", "february.csv.gz"])
  /// ```
  ///
  /// - Parameters:
  ///   - paths: the paths of one file or more.
  ///   - format: the class column, and the properties of the files that should not be detected.
  ///   - maximumByteCount: the limit in bytes for the decompressed text of all files and, separately, for their cells in
  ///     memory.
  /// - Throws: the errors of ``read(_:as:maximumByteCount:)-(String,_,_)``; `invalidData` for a file with other columns
  ///   than the first; `invalidArgument` for a file of another format, and if there are no paths.
  public static func read(
    _ paths: [String], as format: CSVFormat = CSVFormat(),
    maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> CSVTable {
    try read(DataFile(tableIn: paths), as: format, maximumByteCount: maximumByteCount)
  }

  /// Reads the content of a file from memory.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file, plain or gzipped.
  ///   - name: the name to use in errors.
  ///   - format: the class column, and the properties of the file that should not be detected.
  ///   - maximumByteCount: the limit in bytes for the decompressed text and, separately, for its cells in
  ///     memory.
  /// - Throws: the errors of ``read(_:as:maximumByteCount:)-(String,_,_)``.
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
      try CSVScanner(
        file.reader(), following: file.following, maximumByteCount: maximumByteCount)
    }
    var first = try scanner()
    var survey: JSONSurvey?
    var lines: [UInt8] = []
    if first.isOfObjects {
      survey = try JSONSurvey(of: first)
      first = try scanner()
    } else {
      lines = try beginnings(of: file.following)
    }
    let table = try CSVBlockReader(
      first, as: format, survey: survey, further: lines, maximumByteCount: maximumByteCount
    ).rest(by: work)
    guard !table.categories.isEmpty || !table.dateOrders.isEmpty else { return table }
    return try CSVBlockReader(
      scanner(), as: format, survey: survey, further: lines, categories: table.categories,
      dateOrders: table.dateOrders, maximumByteCount: maximumByteCount
    ).rest(by: work)
  }

  // Returns the first lines of further files without their first one, which may have the names of columns: the
  // first file alone may have too few rows to find the types of columns.
  private static func beginnings(of files: [DataFile]) throws(SoftmaxError) -> [UInt8] {
    var lines: [UInt8] = []
    for file in files.prefix(greatestBeginningCount) {
      let scanner = try CSVScanner(file.reader(), maximumByteCount: .max)
      _ = try scanner.takeSeparatorLine(given: .comma)
      lines += try scanner.peek(byteCountOfBeginning).bytes.drop(while: JSONLineScanner.isBlank)
        .drop { $0 != 0x0a && $0 != 0x0d }
      lines.append(0x0a)
    }
    return lines
  }

  private static let byteCountOfBeginning = 1 << 14
  private static let greatestBeginningCount = 16

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
