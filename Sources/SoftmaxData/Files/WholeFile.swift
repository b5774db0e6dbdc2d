// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Reads all bytes of a file, for formats whose parts may lie anywhere in the file.
enum WholeFile {
  // Reading a smaller file is faster than mapping it.
  private static let leastMappedByteCount = 1 << 20

  /// Returns the bytes of a file: gzipped files are decompressed, other files of at least 1 MiB are
  /// mapped, smaller ones are read.
  ///
  /// A mapped file must not be changed while the bytes are in use: if it is truncated, accessing the
  /// bytes ends the process. Replacing the file by renaming another one is safe.
  ///
  /// - Throws: `notFound` or `ioFailure`; `invalidData` for damaged gzip data; `unsupported` for more
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

  /// Returns bytes in memory, decompressed if they are gzipped.
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
