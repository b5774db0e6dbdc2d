// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// All bytes of a file at once, for formats whose parts lie anywhere in it.
enum WholeFile {
  // A smaller file is read sooner than mapped.
  private static let leastMappedByteCount = 1 << 20

  /// The bytes of a file: a large plain one is mapped, others are read, gzipped ones unpacked.
  ///
  /// A mapped file must stay as it is while the bytes are in use: whoever cuts it short ends the
  /// process. Replacing it by another file does no harm.
  ///
  /// - Throws: `notFound`, `ioFailure`; `invalidData` for damaged gzip data; `unsupported` for more
  ///   bytes than the limit.
  static func bytes(
    of path: String, maximumByteCount: Int
  ) throws(SoftmaxError) -> ByteStorage {
    let source = try ByteSource(path: path)
    guard source.byteCount <= maximumByteCount else {
      throw tooLarge(source.byteCount, maximum: maximumByteCount, path: path)
    }
    if source.byteCount >= leastMappedByteCount,
      try source.prefix(2) != UnpackingReader.magic, let mapped = source.mapped()
    {
      return ByteStorage(mapped)
    }
    return try bytes(UnpackingReader(source), maximumByteCount: maximumByteCount)
  }

  /// Bytes in memory, unpacked if they are gzipped.
  static func bytes(
    _ bytes: [UInt8], name: String, maximumByteCount: Int
  ) throws(SoftmaxError) -> ByteStorage {
    guard bytes.starts(with: UnpackingReader.magic) else { return ByteStorage(bytes) }
    return try self.bytes(
      UnpackingReader(ByteSource(bytes: bytes, name: name)), maximumByteCount: maximumByteCount)
  }

  private static func bytes(
    _ reader: UnpackingReader, maximumByteCount: Int
  ) throws(SoftmaxError) -> ByteStorage {
    let expected =
      reader.isPacked
      ? Deflate.greatestByteCount(ofPacked: reader.sourceByteCount) : reader.sourceByteCount
    let bytes = try reader.readGrowing(upTo: min(expected, maximumByteCount))
    guard try reader.isAtEnd() else {
      throw tooLarge(nil, maximum: maximumByteCount, path: reader.path)
    }
    return ByteStorage(bytes)
  }

  private static func tooLarge(_ count: Int?, maximum: Int, path: String) -> SoftmaxError {
    SoftmaxError(
      .unsupported,
      "has \(count.map { "\($0) bytes, " } ?? "")more than the limit of \(maximum) bytes",
      remedy: "use fewer rows", at: .file(path: path, offset: nil))
  }
}
