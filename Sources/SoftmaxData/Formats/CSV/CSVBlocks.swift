// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// The blocks of rows of a table, of which the first was read already.
///
/// Between opening and reading, a large file is closed again, so that many of them can be named at once.
package struct CSVBlocks {
  // A block ends after so many rows or bytes. The results do not depend on it.
  private static let rowsAtOnce = 8_192
  private static let bytesAtOnce = 4 << 20

  /// A message about how the file is read.
  package let note: String
  /// The number of rows; nil if it is not known yet.
  package let rowCount: Int?

  private let file: DataFile
  private let options: ReadingOptions
  private var reader: CSVBlockReader?
  private var first: CSVBlock?
  private var isAtEnd = false

  /// Opens a table and reads its first block; nil for a file of another format.
  ///
  /// - Throws: the errors of ``CSVBlockReader/init(featuresOf:as:)`` and of the first block; `invalidArgument` for arrays
  ///   that the options name.
  package init?(of file: DataFile, options: ReadingOptions) throws(SoftmaxError) {
    guard let reader = try Self.reader(of: file, options) else { return nil }
    (self.file, self.options) = (file, options)
    let block = try reader.next(rowCount: Self.rowsAtOnce, byteCount: Self.bytesAtOnce)
    // A cell that is no number, for example, is an error before anything is written.
    _ = try block?.table.features()
    let isWhole = block?.isLast ?? true
    rowCount = isWhole ? block?.table.rowCount ?? 0 : nil
    note = reader.note(rowCount: rowCount)
    if isWhole || file.isPipe { (self.reader, first) = (reader, block) }
  }

  /// Returns the next block and the reader that it is from; nil after the last.
  package mutating func next() throws(SoftmaxError) -> (reader: CSVBlockReader, block: CSVBlock)? {
    guard !isAtEnd else { return nil }
    let reader = if let reader { reader } else { try reopened() }
    self.reader = reader
    let block =
      if let first { first } else {
        try reader.next(rowCount: Self.rowsAtOnce, byteCount: Self.bytesAtOnce)
      }
    first = nil
    guard let block else {
      isAtEnd = true
      self.reader = nil
      return nil
    }
    return (reader, block)
  }

  private static func reader(
    of file: DataFile, _ options: ReadingOptions
  ) throws(SoftmaxError) -> CSVBlockReader? {
    try FileFormats.format(of: file).blocks(file, options: options)
  }

  private func reopened() throws(SoftmaxError) -> CSVBlockReader {
    guard let reader = try Self.reader(of: file, options) else {
      throw SoftmaxError(
        .invalidData, "is no table any more", remedy: "leave the file as it is while it is read",
        at: .file(path: file.path, offset: nil))
    }
    return reader
  }
}
