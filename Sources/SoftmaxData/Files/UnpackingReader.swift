// SPDX-License-Identifier: Apache-2.0
import CZlib
import SoftmaxCore

/// A reader that reads a source from beginning to end and decompresses it if it is gzipped.
///
/// The first two bytes (RFC 1952: 1f 8b), not the name, decide whether the source is gzipped. The
/// compressed bytes pass through a buffer of 128 KiB, so memory is otherwise used only for the bytes
/// that the caller requests. Several gzip members in succession are one stream, as the RFC defines; any
/// other bytes after a member are an error.
@safe
final class UnpackingReader {
  /// The first two bytes of every gzipped file.
  static let magic: [UInt8] = [0x1f, 0x8b]

  /// Whether the source is gzipped.
  let isPacked: Bool
  /// The number of bytes read so far, after decompression.
  private(set) var offset = 0

  // Large enough to make the cost of a call negligible, small enough for the processor's level 2 cache.
  private static let chunkByteCount = 1 << 17

  private var source: ByteSource
  // zlib's state holds a pointer to this structure, so it must not move in memory.
  private let stream: UnsafeMutablePointer<z_stream>
  private let chunk: UnsafeMutablePointer<UInt8>
  private var memberHasEnded = false
  private var memberOffset = 0

  /// Takes ownership of a source and reads its first two bytes.
  init(_ source: consuming ByteSource) throws(SoftmaxError) {
    self.isPacked = try source.prefix(2) == Self.magic
    self.source = source
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    unsafe chunk = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.chunkByteCount)
    guard isPacked else { return }
    // 15: the largest window; 16: the gzip format only.
    let code = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw SoftmaxError(
        .ioFailure, "zlib \(ZLIB_VERSION) could not be started, code \(code)", at: location(nil))
    }
  }

  deinit {
    // This has no effect on a stream that was not initialized.
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
    unsafe chunk.deallocate()
  }

  /// The path of the file or the name of the bytes in memory, for errors.
  var path: String { source.path }

  /// The number of bytes of the source, before decompression.
  var sourceByteCount: Int { source.byteCount }

  /// Returns a location in the source for errors; with nil, the source as a whole.
  func location(_ offset: Int?) -> SoftmaxError.Location { .file(path: path, offset: offset) }

  /// Reads the next bytes into the buffer and returns their number, less than its size only at the end.
  ///
  /// - Throws: `invalidData` if the gzip data are truncated or damaged, with the offset in the gzipped
  ///   file; `ioFailure`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SoftmaxError) -> Int {
    let count =
      isPacked ? try unsafe inflate(into: buffer) : try unsafe source.read(into: buffer)
    offset += count
    return count
  }

  /// Returns the next bytes, fewer than `count` only at the end.
  func read(_ count: Int) throws(SoftmaxError) -> [UInt8] {
    var outcome = Result<Int, SoftmaxError>.success(0)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      outcome = unsafe attempt(UnsafeMutableRawBufferPointer(buffer))
      filled = (try? outcome.get()) ?? 0
    }
    _ = try outcome.get()
    return bytes
  }

  /// Returns the next `count` bytes, or all remaining bytes if they are fewer.
  ///
  /// Memory grows with the bytes that actually arrive. Therefore a header that declares more bytes than
  /// the file has does not cause a large allocation.
  func readGrowing(upTo count: Int) throws(SoftmaxError) -> [UInt8] {
    // Large enough to decompress the training images of Fashion-MNIST (47 MB) directly into the result.
    // Untouched pages of the capacity use no physical memory.
    var capacity = min(count, 48 << 20)
    var bytes: [UInt8] = []
    while true {
      var outcome = Result<Int, SoftmaxError>.success(0)
      let old = bytes
      bytes = unsafe Array(unsafeUninitializedCapacity: capacity) { buffer, filled in
        let raw = UnsafeMutableRawBufferPointer(buffer)
        unsafe old.withUnsafeBytes { unsafe raw.copyMemory(from: $0) }
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: raw[old.count..<capacity])
        outcome = unsafe attempt(rest)
        filled = old.count + ((try? outcome.get()) ?? 0)
      }
      _ = try outcome.get()
      if bytes.count < capacity || capacity == count { return bytes }
      capacity = count / 2 < capacity ? count : capacity * 2
    }
  }

  /// Returns whether all bytes were read; consumes one more byte otherwise.
  func isAtEnd() throws(SoftmaxError) -> Bool { try read(1).isEmpty }

  // The closures of the standard library cannot throw typed errors.
  private func attempt(_ buffer: UnsafeMutableRawBufferPointer) -> Result<Int, SoftmaxError> {
    do throws(SoftmaxError) {
      return .success(try unsafe read(into: buffer))
    } catch {
      return .failure(error)
    }
  }

  private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws(SoftmaxError) -> Int {
    var filled = 0
    while filled < buffer.count {
      if unsafe stream.pointee.avail_in == 0 {
        try refill()
        if unsafe stream.pointee.avail_in == 0 {
          if memberHasEnded { return filled }
          throw SoftmaxError(
            .invalidData, "the gzip data is cut off after \(source.offset) bytes",
            remedy: "fetch or copy the file again", at: location(source.offset))
        }
      }
      if memberHasEnded {
        unsafe inflateReset(stream)
        memberHasEnded = false
        memberOffset = packedOffset
      }
      // zlib's counts have 32 bits.
      let room = min(buffer.count - filled, 1 << 30)
      unsafe stream.pointee.next_out = buffer.baseAddress?.advanced(by: filled)
        .assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = UInt32(room)
      let before = packedOffset
      let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      let arrived = unsafe room - Int(stream.pointee.avail_out)
      filled += arrived
      switch code {
      case Z_STREAM_END:
        memberHasEnded = true
      case Z_OK where arrived > 0 || packedOffset > before:
        break
      default:
        throw failure(code)
      }
    }
    return filled
  }

  private func refill() throws(SoftmaxError) {
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: chunk, count: Self.chunkByteCount)
    let count = try unsafe source.read(into: buffer)
    unsafe stream.pointee.next_in = chunk
    unsafe stream.pointee.avail_in = UInt32(count)
  }

  /// The number of compressed bytes that zlib has consumed.
  private var packedOffset: Int { unsafe source.offset - Int(stream.pointee.avail_in) }

  private func failure(_ code: Int32) -> SoftmaxError {
    if code == Z_MEM_ERROR {
      return SoftmaxError(.ioFailure, "there is no memory left to unpack it", at: location(nil))
    }
    let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(code)"
    if memberOffset > 0, unsafe stream.pointee.total_in <= 2 {
      // The size of a pipe is not known.
      let count = source.byteCount - memberOffset
      return SoftmaxError(
        .invalidData,
        "\(count > 0 ? "\(count) " : "")bytes follow the gzip data, and they are no gzip data",
        remedy: "fetch or copy the file again", at: location(memberOffset))
    }
    return SoftmaxError(
      .invalidData, "the gzip data is damaged: \(reason)",
      remedy: "fetch or copy the file again", at: location(packedOffset))
  }
}
