// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The blocks of rows of a table, of which the first was read already.
///
/// Between opening and reading, a large file is closed again, so that many of them can be named at once.
struct TableBlocks {
  // A block ends after so many rows or bytes. The results do not depend on it.
  private static let rowCount = 8_192
  private static let byteCount = 4 << 20

  /// The path of the file.
  let path: String
  /// A message about how the file is read.
  let note: String
  /// The number of rows; nil if it is not known yet.
  let rowCount: Int?

  private let file: DataFile
  private let options: ReadingOptions
  private var reader: CSVBlockReader?
  private var first: CSVBlock?
  private var isAtEnd = false

  /// Reads the first block.
  init(
    _ reader: CSVBlockReader, of file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) {
    (self.file, self.options) = (file, options)
    path = file.path
    let block = try reader.next(rowCount: Self.rowCount, byteCount: Self.byteCount)
    // A cell that is no number, for example, is an error before anything is written.
    _ = try block?.table.features()
    let isWhole = block?.isLast ?? true
    rowCount = isWhole ? block?.table.rowCount ?? 0 : nil
    note = reader.note(rowCount: rowCount)
    if isWhole || file.isPipe { (self.reader, first) = (reader, block) }
  }

  /// Returns the next block and the reader that it is from; nil after the last.
  mutating func next() throws(SoftmaxError) -> (reader: CSVBlockReader, block: CSVBlock)? {
    guard !isAtEnd else { return nil }
    let reader = if let reader { reader } else { try reopened() }
    self.reader = reader
    let block =
      if let first { first } else {
        try reader.next(rowCount: Self.rowCount, byteCount: Self.byteCount)
      }
    first = nil
    guard let block else {
      isAtEnd = true
      self.reader = nil
      return nil
    }
    return (reader, block)
  }

  private func reopened() throws(SoftmaxError) -> CSVBlockReader {
    guard let reader = try FileFormats.blocks(of: file, options: options) else {
      throw SoftmaxError(
        .invalidData, "is no table any more", remedy: "leave the file as it is while it is read",
        at: .file(path: path, offset: nil))
    }
    return reader
  }
}
