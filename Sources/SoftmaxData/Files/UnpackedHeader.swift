// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The first 4,096 bytes of an unpacked copy: what it was made of, and how to check it.
///
/// All numbers are little-endian and take eight bytes.
///
/// | offset | content |
/// |---|---|
/// | 0 | `SMXIDX`, carriage return, line feed |
/// | 8 | the format's version, 1 |
/// | 16 | of the packed file: the number of bytes |
/// | 24, 32 | when it was modified: seconds, nanoseconds |
/// | 40, 48 | when its state changed: seconds, nanoseconds |
/// | 56 | its SHA-256 as 64 hexadecimal digits |
/// | 120 | the checksum of the payload, the bytes behind the header |
/// | 128 | the number d of dimensions, 1...8 |
/// | 136 | d extents, the slowest first, then zeros up to 200 |
/// | 200 | the number of bytes of the packed file's path |
/// | 208 | the path in UTF-8, then zeros |
/// | 4088 | the checksum of the bytes before |
///
/// The payload's size is the product of the extents.
struct UnpackedHeader: Hashable, Sendable {
  static let byteCount = 4_096
  static let version: UInt64 = 1

  private static let magic = Array("SMXIDX\r\n".utf8)
  private static let pathOffset = 208
  private static let checksumOffset = byteCount - 8
  private static let greatestDimensionCount = 8

  /// The packed file.
  var source: SourceIdentity
  /// Its SHA-256 in hexadecimal.
  var sha256: String
  /// The checksum of the payload.
  var checksum: UInt64
  /// The extents of the array.
  var shape: [Int]

  /// The number of bytes behind the header; nil for more than can be counted.
  var payloadByteCount: Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }

  init(source: SourceIdentity, sha256: String, checksum: UInt64, shape: [Int]) {
    self.source = source
    self.sha256 = sha256
    self.checksum = checksum
    self.shape = shape
  }

  /// The header's bytes; nil for a path that is too long for it.
  func encoded() -> [UInt8]? {
    let path = Array(source.path.utf8)
    guard Self.pathOffset + path.count <= Self.checksumOffset,
      sha256.utf8.count == 64, shape.count <= Self.greatestDimensionCount
    else { return nil }
    var bytes = Self.magic
    func append(_ value: UInt64) {
      for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
    append(Self.version)
    append(UInt64(bitPattern: source.byteCount))
    for time in [source.modified, source.changed] {
      append(UInt64(bitPattern: time.seconds))
      append(UInt64(bitPattern: time.nanoseconds))
    }
    bytes += sha256.utf8
    append(checksum)
    append(UInt64(shape.count))
    for index in 0..<Self.greatestDimensionCount {
      append(index < shape.count ? UInt64(shape[index]) : 0)
    }
    append(UInt64(path.count))
    bytes += path
    bytes += [UInt8](repeating: 0, count: Self.checksumOffset - bytes.count)
    append(Self.checksum(of: bytes))
    return bytes
  }

  /// Reads a header; nil for anything that ``encoded()`` would not have written.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
    func number(_ offset: Int) -> UInt64 {
      bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    func time(_ offset: Int) -> SourceIdentity.Instant {
      SourceIdentity.Instant(
        seconds: Int64(bitPattern: number(offset)),
        nanoseconds: Int64(bitPattern: number(offset + 8))
      )
    }
    guard number(8) == Self.version, number(Self.checksumOffset) == Self.checksum(of: bytes),
      let dimensionCount = Int(exactly: number(128)),
      (1...Self.greatestDimensionCount).contains(dimensionCount),
      let pathByteCount = Int(exactly: number(200)),
      pathByteCount <= Self.checksumOffset - Self.pathOffset
    else { return nil }
    var shape: [Int] = []
    for index in 0..<dimensionCount {
      guard let extent = UInt32(exactly: number(136 + 8 * index)) else { return nil }
      shape.append(Int(clamping: extent))
    }
    let path = bytes[Self.pathOffset..<Self.pathOffset + pathByteCount]
    self.init(
      source: SourceIdentity(
        path: String(decoding: path, as: UTF8.self), byteCount: Int64(bitPattern: number(16)),
        modified: time(24), changed: time(40)),
      sha256: String(decoding: bytes[56..<120], as: UTF8.self), checksum: number(120), shape: shape)
    // What is not used is checked too: one header, one way to write it.
    guard encoded() == bytes else { return nil }
  }

  private static func checksum(of header: [UInt8]) -> UInt64 {
    unsafe header.withUnsafeBytes {
      unsafe PayloadChecksum.checksum(
        of: UnsafeRawBufferPointer(rebasing: $0[..<Self.checksumOffset]))
    }
  }
}
