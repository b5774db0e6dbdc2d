// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// An uncompressed IDX file that stays open, so that several threads can read its rows in any order.
final class IDXRowFile: Sendable {
  /// The number of rows.
  let rowCount: Int
  /// The shape of a row.
  let rowShape: [Int]
  /// The number of bytes per row.
  let rowByteCount: Int

  private let source: ByteSource
  private let headerByteCount: Int

  /// Opens a file and compares its header with its size; nil if the file is gzipped.
  init?(_ path: String) throws(SoftmaxError) {
    let reader = try UnpackingReader(ByteSource(path: path))
    guard !reader.isPacked else { return nil }
    let shape = try IDXFile.validatedShape(reader, maximumByteCount: .max).shape
    rowCount = shape[0]
    (rowShape, rowByteCount) = try IDXFile.rowShape(of: shape, path: path)
    headerByteCount = reader.offset
    source = try ByteSource(path: path)
  }

  /// Returns the bytes of some rows, one row after the other.
  ///
  /// - Throws: `ioFailure`; `invalidData` if the file has been truncated since it was opened.
  func bytes(ofRows rows: ArraySlice<Int>) throws(SoftmaxError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: rows.count * rowByteCount)
    for (place, row) in rows.enumerated() {
      let offset = headerByteCount + row * rowByteCount
      let begin = place * rowByteCount
      let count = try source.read(into: &bytes, range: begin..<begin + rowByteCount, at: offset)
      guard count == rowByteCount else {
        throw SoftmaxError(
          .invalidData, "ends within row \(row), and did not when it was opened",
          remedy: "leave the file alone while it is read",
          at: .file(path: source.path, offset: offset + count))
      }
    }
    return bytes
  }
}
