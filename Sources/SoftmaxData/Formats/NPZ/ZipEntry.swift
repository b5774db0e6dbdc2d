// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A file in a zip file, as described by the archive's directory.
struct ZipEntry: Sendable {
  let name: String
  let isPacked: Bool
  let crc32: UInt32
  /// The range of the entry's stored bytes in the archive; they are compressed if `isPacked` is true.
  let range: Range<Int>
  /// The number of bytes after decompression.
  let byteCount: Int

  /// Returns the decompressed bytes; if the entry is not compressed, they are a slice of the archive
  /// without a copy.
  ///
  /// - Throws: `invalidData` unless the size and checksum of the decompressed bytes are those in the
  ///   directory.
  func bytes(of archive: ByteStorage, path: String) throws(SoftmaxError) -> ByteStorage {
    let stored = archive[range]
    let bytes: ByteStorage
    if isPacked {
      guard let unpacked = Deflate.unpacked(stored, count: byteCount) else {
        throw damaged("does not unpack to its \(byteCount) bytes", path: path)
      }
      bytes = ByteStorage(unpacked)
    } else {
      bytes = stored
    }
    guard Deflate.crc32([bytes]) == crc32 else {
      throw damaged("has another checksum than the directory says", path: path)
    }
    return bytes
  }

  private func damaged(_ message: String, path: String) -> SoftmaxError {
    SoftmaxError(
      .invalidData, "\(name.debugDescription) \(message)",
      remedy: "fetch or copy the file again", at: .file(path: path, offset: range.lowerBound))
  }
}
