// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A file within a zip file, as the archive's directory describes it.
struct ZipEntry: Sendable {
  let name: String
  let isPacked: Bool
  let crc32: UInt32
  /// Where the entry's bytes lie in the archive, packed if they are.
  let range: Range<Int>
  /// The number of bytes, unpacked.
  let byteCount: Int

  /// The entry's bytes: a part of the archive's own unless they are packed.
  ///
  /// - Throws: `invalidData` unless they unpack to what the directory says, checksum included.
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
