// SPDX-License-Identifier: Apache-2.0
import CZlib
import SoftmaxCore

/// The DEFLATE compression of zip files (RFC 1951), without the header and trailer of gzip.
///
/// Input and output are whole arrays in memory.
@safe
enum Deflate {
  // The maximum number of bytes per compressed byte: DEFLATE encodes at most 258 bytes in 2 bits.
  private static let greatestRatio = 1032

  private static let chunkByteCount = 1 << 18
  private static let windowBits: Int32 = -15

  /// Returns the maximum number of bytes that `byteCount` compressed bytes can expand to.
  static func greatestByteCount(ofPacked byteCount: Int) -> Int {
    let (ceiling, overflow) = byteCount.multipliedReportingOverflow(by: greatestRatio)
    return overflow ? .max : ceiling
  }

  /// Decompresses bytes that are declared to expand to `count` bytes.
  ///
  /// Memory grows with the bytes that are actually produced, not with `count`. Decompression stops with
  /// nil as soon as they exceed `count`.
  ///
  /// - Returns: the bytes; nil unless the data are complete and give exactly `count` bytes.
  static func unpacked(_ packed: ByteStorage, count: Int) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, size) == Z_OK else { return nil }
    defer { unsafe inflateEnd(&stream) }
    return unsafe run(packed, of: count, on: &stream) { unsafe inflate($0, $1) }
  }

  /// Compresses bytes.
  ///
  /// - Returns: the compressed bytes; nil if zlib cannot allocate memory.
  static func packed(_ bytes: ByteStorage) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard
      unsafe deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        size) == Z_OK
    else { return nil }
    defer { unsafe deflateEnd(&stream) }
    return unsafe run(bytes, of: nil, on: &stream) { unsafe deflate($0, $1) }
  }

  /// Returns the checksum of zip and gzip (CRC-32) of the concatenated parts.
  static func crc32(_ parts: [ByteStorage]) -> UInt32 {
    var sum = CZlib.crc32(0, nil, 0)
    for part in parts {
      unsafe part.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
          // zlib's counts have 32 bits.
          let piece = unsafe bytes[start..<min(start + 1 << 30, bytes.count)]
          sum = unsafe piece.withMemoryRebound(to: UInt8.self) {
            unsafe CZlib.crc32(sum, $0.baseAddress, UInt32($0.count))
          }
        }
      }
    }
    return UInt32(truncatingIfNeeded: sum)
  }

  // Passes the input through zlib's inflate or deflate. Returns nil for an error, for truncated input,
  // for trailing bytes, and if the output does not have `count` bytes, unless `count` is nil.
  private static func run(
    _ input: ByteStorage, of count: Int?, on stream: UnsafeMutablePointer<z_stream>,
    step: (UnsafeMutablePointer<z_stream>, Int32) -> Int32
  ) -> [UInt8]? {
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: chunkByteCount)
    var offset = 0
    return unsafe input.withUnsafeBytes { input in
      while true {
        let given = min(input.count - offset, 1 << 30)
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: offset).assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(given)
        let isLast = offset + given == input.count
        let (code, produced) = unsafe chunk.withUnsafeMutableBufferPointer { chunk in
          unsafe stream.pointee.next_out = chunk.baseAddress
          unsafe stream.pointee.avail_out = UInt32(chunk.count)
          let code = unsafe step(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
          return unsafe (code, chunk.count - Int(stream.pointee.avail_out))
        }
        let taken = unsafe given - Int(stream.pointee.avail_in)
        offset += taken
        if let count, output.count + produced > count { return nil }
        output.append(contentsOf: chunk[..<produced])
        if code == Z_STREAM_END {
          return offset == input.count && (count == nil || output.count == count) ? output : nil
        }
        // Z_BUF_ERROR is no failure: it says that the call needs more input or more output space.
        guard code == Z_OK || code == Z_BUF_ERROR, taken > 0 || produced > 0 else { return nil }
      }
    }
  }
}
