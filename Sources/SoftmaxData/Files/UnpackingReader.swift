// SPDX-License-Identifier: Apache-2.0
import CZlib
import SoftmaxCore

/// Reads a source front to back and unpacks it on the way if it is gzipped.
///
/// Whether it is gzipped is told by its first two bytes (RFC 1952: 1f 8b), not
/// by its name. The packed bytes pass through a small buffer, so memory is
/// spent only on what the caller asks for. Several gzip members in a row are
/// one stream, as the RFC has it; anything else behind a member is an error.
@safe
final class UnpackingReader {
  /// The first two bytes of every gzipped file.
  static let magic: [UInt8] = [0x1f, 0x8b]

  /// Whether the source is gzipped.
  let isPacked: Bool
  /// The number of unpacked bytes that were read.
  private(set) var offset = 0

  // Well above the cost of a call, small enough for the processor's second cache.
  private static let chunkByteCount = 1 << 17

  private var source: ByteSource
  // zlib keeps a pointer to the stream within its own state: it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let chunk: UnsafeMutablePointer<UInt8>
  private var memberHasEnded = false
  private var memberOffset = 0

  /// Takes over a source.
  init(_ source: consuming ByteSource) throws(SoftmaxError) {
    self.isPacked = try source.prefix(2) == Self.magic
    self.source = source
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    unsafe chunk = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.chunkByteCount)
    guard isPacked else { return }
    // 15: the largest window; 16: gzip and nothing else.
    let code = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw SoftmaxError(
        .ioFailure, "zlib \(ZLIB_VERSION) could not be started, code \(code)", at: location(nil))
    }
  }

  deinit {
    // Of a stream that was not started this does nothing.
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
    unsafe chunk.deallocate()
  }

  /// The file's path, or the name of the bytes, for errors.
  var path: String { source.path }

  /// The number of bytes of the source, packed if it is.
  var sourceByteCount: Int { source.byteCount }

  /// A place in the source; without an offset, the source as a whole.
  func location(_ offset: Int?) -> SoftmaxError.Location { .file(path: path, offset: offset) }

  /// Fills the buffer with the next bytes and returns their number, less only at the end.
  ///
  /// - Throws: `invalidData` where the gzip data is cut off or damaged, with the offset in the
  ///   packed file; `ioFailure`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SoftmaxError) -> Int {
    let count =
      isPacked ? try unsafe inflate(into: buffer) : try unsafe source.read(into: buffer)
    offset += count
    return count
  }

  /// The next bytes, fewer than asked for only at the end.
  func read(_ count: Int) throws(SoftmaxError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var outcome = Result<Int, SoftmaxError>.success(0)
    unsafe bytes.withUnsafeMutableBytes { buffer in
      outcome = unsafe attempt(buffer)
    }
    return Array(bytes.prefix(try outcome.get()))
  }

  /// Exactly so many bytes, or all there are if they are fewer.
  ///
  /// Memory grows with what really arrives: a header that promises more than the
  /// file holds costs no more than the file.
  func readGrowing(upTo count: Int) throws(SoftmaxError) -> [UInt8] {
    // Enough for the training images of Fashion-MNIST (47 MB) to be unpacked straight into
    // their array. Pages that are never written cost nothing.
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

  /// Whether every byte was read; it looks for one more.
  func isAtEnd() throws(SoftmaxError) -> Bool { try read(1).isEmpty }

  // The standard library's closures cannot throw typed errors.
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
      // zlib counts in 32 bits.
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

  /// The number of packed bytes that zlib has taken in.
  private var packedOffset: Int { unsafe source.offset - Int(stream.pointee.avail_in) }

  private func failure(_ code: Int32) -> SoftmaxError {
    if code == Z_MEM_ERROR {
      return SoftmaxError(.ioFailure, "there is no memory left to unpack it", at: location(nil))
    }
    let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(code)"
    if memberOffset > 0, unsafe stream.pointee.total_in <= 2 {
      return SoftmaxError(
        .invalidData,
        "\(source.byteCount - memberOffset) bytes follow the gzip data, and they are no gzip data",
        remedy: "fetch or copy the file again", at: location(memberOffset))
    }
    return SoftmaxError(
      .invalidData, "the gzip data is damaged: \(reason)",
      remedy: "fetch or copy the file again", at: location(packedOffset))
  }
}
