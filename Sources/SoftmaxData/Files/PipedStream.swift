// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A pipe, a socket or standard input, which is read once from beginning to end.
///
/// The first bytes can be examined before they are read.
final class PipedStream: Sendable {
  /// The name in messages.
  let name: String
  private let descriptor: Int32
  // Standard input is left open.
  private let isOwned: Bool
  private let isCancelled: @Sendable () -> Bool
  private let state = Mutex(State())

  private struct State {
    // Bytes that were examined, and how many of them were read since.
    var examined: [UInt8] = []
    var readCount = 0
    var offset = 0
    var isAtEnd = false
  }

  // The time between two looks at `isCancelled` while the writer says nothing.
  private static let pollMilliseconds: Int32 = 200

  /// Opens a pipe, a socket or, for `-`, standard input; returns nil for regular files and folders.
  ///
  /// A pipe without a writer is empty; nothing waits for a writer.
  ///
  /// - Parameter isCancelled: is asked while the stream waits; if it returns true, the stream ends there.
  /// - Throws: `ioFailure` for devices other than terminals, and if the path cannot be opened.
  static func open(
    _ path: String, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(SoftmaxError) -> PipedStream? {
    if path == PipedBytes.standardInput {
      return try PipedStream(
        STDIN_FILENO, isOwned: false, name: PipedBytes.name(path), isCancelled: isCancelled)
    }
    guard FileKind(path) == .other else { return nil }
    // Without O_NONBLOCK, opening a pipe would block until it has a writer.
    let descriptor = SystemFailure.retrying {
      systemOpen(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
    guard descriptor >= 0 else { throw SystemFailure.error("could not be opened", path: path) }
    return try PipedStream(descriptor, isOwned: true, name: path, isCancelled: isCancelled)
  }

  private init(
    _ descriptor: Int32, isOwned: Bool, name: String, isCancelled: @escaping @Sendable () -> Bool
  ) throws(SoftmaxError) {
    self.descriptor = descriptor
    self.isOwned = isOwned
    self.name = name
    self.isCancelled = isCancelled
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw SystemFailure.error("could not be examined", path: name)
    }
    let kind = status.st_mode & S_IFMT
    // Devices other than terminals are rejected: reading /dev/zero, for example, never ends.
    guard [S_IFREG, S_IFIFO, S_IFSOCK].contains(kind) || isatty(descriptor) == 1 else {
      throw SoftmaxError(
        .ioFailure,
        kind == S_IFDIR ? "is a folder, expected a file" : "is a device, expected a file",
        remedy: "name a file", at: .file(path: name, offset: nil))
    }
  }

  deinit { if isOwned { close(descriptor) } }

  /// Returns the next bytes without reading them; fewer than `count` only at the end.
  func prefix(_ count: Int) throws(SoftmaxError) -> [UInt8] {
    try state.withLock { state throws(SoftmaxError) in
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while state.examined.count - state.readCount < count, !state.isAtEnd {
        let wanted = min(chunk.count, count - (state.examined.count - state.readCount))
        let got = try unsafe Self.fill(&chunk, wanted) { buffer throws(SoftmaxError) in
          try unsafe receive(into: buffer, &state)
        }
        state.examined += chunk.prefix(got)
      }
      return Array(state.examined[state.readCount...].prefix(count))
    }
  }

  /// Reads the next bytes into the buffer and returns their number, 0 only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SoftmaxError) -> Int {
    try state.withLock { state throws(SoftmaxError) in
      let rest = state.examined[state.readCount...].prefix(buffer.count)
      guard rest.isEmpty else {
        unsafe buffer.copyBytes(from: rest)
        state.readCount += rest.count
        return rest.count
      }
      state.examined = []
      state.readCount = 0
      return try unsafe receive(into: buffer, &state)
    }
  }

  /// Reads all remaining bytes.
  ///
  /// - Throws: `unsupported` for more than `maximumByteCount` bytes; `ioFailure`.
  func readToEnd(maximumByteCount: Int) throws(SoftmaxError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let got = try unsafe Self.fill(&chunk, chunk.count) { buffer throws(SoftmaxError) in
        try unsafe read(into: buffer)
      }
      if got == 0 { return bytes }
      guard bytes.count + got <= maximumByteCount else {
        throw SoftmaxError(
          .unsupported, "has more than \(maximumByteCount) bytes, which are kept in memory",
          remedy: "write it to a file and name that", at: .file(path: name, offset: nil))
      }
      bytes += chunk.prefix(got)
    }
  }

  // The closures of the standard library cannot throw typed errors.
  private static func fill(
    _ chunk: inout [UInt8], _ count: Int,
    _ read: (UnsafeMutableRawBufferPointer) throws(SoftmaxError) -> Int
  ) throws(SoftmaxError) -> Int {
    var outcome = Result<Int, SoftmaxError>.success(0)
    unsafe chunk.withUnsafeMutableBytes { buffer in
      do throws(SoftmaxError) {
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        outcome = .success(try unsafe read(part))
      } catch {
        outcome = .failure(error)
      }
    }
    return try outcome.get()
  }

  private func receive(
    into buffer: UnsafeMutableRawBufferPointer, _ state: inout State
  ) throws(SoftmaxError) -> Int {
    guard unsafe !buffer.isEmpty, !state.isAtEnd else { return 0 }
    while !isCancelled() {
      // A signal does not end a call of `read` that waits, because the handlers let it go on. Only standard
      // input may wait there; of a pipe without a writer the waiting would not end.
      if !isOwned, !isReady() { continue }
      let got = SystemFailure.retrying {
        unsafe systemRead(descriptor, buffer.baseAddress, buffer.count)
      }
      if got > 0 {
        state.offset += got
        return got
      }
      if got == 0 { break }
      guard errno == EAGAIN || errno == EWOULDBLOCK else {
        throw SystemFailure.error("could not be read", path: name, offset: state.offset)
      }
      _ = isReady()
    }
    state.isAtEnd = true
    return 0
  }

  // Waits for bytes or the end, not longer than the time between two looks at `isCancelled`.
  private func isReady() -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&waiting, 1, Self.pollMilliseconds) > 0
  }
}

// Wrappers: inside the type, `open` and `read` are the methods and hide the system calls.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { unsafe open(path, flags) }

private func systemRead(
  _ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int
) -> Int {
  unsafe read(descriptor, start, count)
}
