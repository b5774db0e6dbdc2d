// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A writer of zip files, entry by entry; it uses 64-bit sizes if a size or offset does not fit in 32
/// bits.
struct ZipWriter {
  private let file: AtomicFile
  private var offset = 0
  private var directory: [UInt8] = []
  private var entryCount = 0
  private let leastWide: Int

  /// The smallest number of bytes that is written in 64 bits.
  ///
  /// In a 32-bit field this value means that the actual value is in a 64-bit field.
  static let leastWideByteCount = 0xffff_ffff

  /// Starts an archive.
  ///
  /// - Parameter leastWideByteCount: the smallest number of bytes that is written in 64 bits; tests set a
  ///   small value, because they cannot write 4 GiB.
  init(_ file: AtomicFile, leastWideByteCount: Int = ZipWriter.leastWideByteCount) {
    self.file = file
    leastWide = leastWideByteCount
  }

  /// Adds an entry.
  ///
  /// - Parameters:
  ///   - name: the name of the entry.
  ///   - parts: the bytes of the entry, as consecutive parts.
  ///   - packed: the same bytes compressed by ``Deflate``; nil to store them without compression.
  mutating func add(
    _ name: String, parts: [ByteStorage], packed: [UInt8]?
  ) throws(SoftmaxError) {
    let name = Array(name.utf8)
    let byteCount = parts.reduce(0) { $0 + $1.count }
    let packedByteCount = packed?.count ?? byteCount
    let isWide = max(byteCount, packedByteCount, offset) >= leastWide
    // The fields that the local header and the directory share: version, flags (UTF-8 names), method,
    // time and date (1980-01-01), checksum.
    let common =
      Self.little(isWide ? 45 : 20, 2) + Self.little(0x0800, 2)
      + Self.little(packed == nil ? 0 : 8, 2) + Self.little(0, 2) + Self.little(0x0021, 2)
      + Self.little(Int(Deflate.crc32(parts)), 4)
    let sizes =
      isWide
      ? Self.little(0xffff_ffff, 4) + Self.little(0xffff_ffff, 4)
      : Self.little(packedByteCount, 4) + Self.little(byteCount, 4)
    let wideSizes = Self.little(byteCount, 8) + Self.little(packedByteCount, 8)
    let localExtra = isWide ? Self.little(1, 2) + Self.little(16, 2) + wideSizes : []
    let extra =
      isWide ? Self.little(1, 2) + Self.little(24, 2) + wideSizes + Self.little(offset, 8) : []
    let local =
      Self.little(0x0403_4b50, 4) + common + sizes + Self.little(name.count, 2)
      + Self.little(localExtra.count, 2) + name + localExtra
    directory +=
      Self.little(0x0201_4b50, 4) + Self.little(isWide ? 45 : 20, 2) + common + sizes
      + Self.little(name.count, 2) + Self.little(extra.count, 2) + Self.little(0, 2)
      + Self.little(0, 2) + Self.little(0, 2) + Self.little(0, 4)
      + Self.little(isWide ? 0xffff_ffff : offset, 4) + name + extra
    try file.write(local)
    if let packed {
      try file.write(packed)
    } else {
      for part in parts { try file.write(part) }
    }
    offset += local.count + packedByteCount
    entryCount += 1
  }

  /// Writes the directory; the caller must then commit the file.
  func finish() throws(SoftmaxError) {
    try file.write(directory)
    let isWide = entryCount >= 0xffff || max(directory.count, offset) >= leastWide
    if isWide {
      try file.write(
        Self.little(0x0606_4b50, 4) + Self.little(44, 8) + Self.little(45, 2) + Self.little(45, 2)
          + Self.little(0, 4) + Self.little(0, 4) + Self.little(entryCount, 8)
          + Self.little(entryCount, 8) + Self.little(directory.count, 8) + Self.little(offset, 8))
      try file.write(
        Self.little(0x0706_4b50, 4) + Self.little(0, 4)
          + Self.little(offset + directory.count, 8) + Self.little(1, 4))
    }
    let count = isWide ? 0xffff : entryCount
    try file.write(
      Self.little(0x0605_4b50, 4) + Self.little(0, 2) + Self.little(0, 2) + Self.little(count, 2)
        + Self.little(count, 2) + Self.little(isWide ? 0xffff_ffff : directory.count, 4)
        + Self.little(isWide ? 0xffff_ffff : offset, 4) + Self.little(0, 2))
  }

  private static func little(_ value: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
