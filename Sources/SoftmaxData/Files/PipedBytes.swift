// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The bytes of a pipe or of standard input, read to their end.
///
/// A pipe can be read only once and has no size. Therefore all bytes are kept in memory, at most 1 GiB,
/// where a reader can examine their beginning and then read them from the start.
package enum PipedBytes {
  /// The path that means standard input.
  static let standardInput = "-"

  /// Returns the name of a path in messages.
  package static func name(_ path: String) -> String {
    path == standardInput ? "standard input" : path
  }

  private static let maximumByteCount = 1 << 30

  /// Reads all bytes of a pipe, a socket or standard input; returns nil for regular files and folders.
  ///
  /// A pipe without a writer is read as empty; the call does not wait for a writer.
  ///
  /// - Throws: `unsupported` for more than `maximumByteCount` bytes; `ioFailure` for devices, and if
  ///   reading fails.
  static func read(
    _ path: String, maximumByteCount: Int = maximumByteCount
  ) throws(SoftmaxError) -> [UInt8]? {
    if path == standardInput {
      return try read(descriptor: STDIN_FILENO, name(path), maximumByteCount)
    }
    guard FileKind(path) == .other else { return nil }
    // Without O_NONBLOCK, opening a pipe would block until it has a writer.
    let descriptor = SystemFailure.retrying {
      unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
    guard descriptor >= 0 else { throw SystemFailure.error("could not be opened", path: path) }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, path, maximumByteCount)
  }

  private static func read(
    descriptor: Int32, _ name: String, _ maximumByteCount: Int
  ) throws(SoftmaxError) -> [UInt8] {
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
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let got = SystemFailure.retrying {
        unsafe chunk.withUnsafeMutableBytes { unsafe systemRead(descriptor, $0) }
      }
      if got == 0 { return bytes }
      if got < 0 {
        guard errno == EAGAIN || errno == EWOULDBLOCK else {
          throw SystemFailure.error("could not be read", path: name, offset: bytes.count)
        }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&waiting, 1, -1)
        continue
      }
      guard bytes.count + got <= maximumByteCount else {
        throw SoftmaxError(
          .unsupported, "has more than \(maximumByteCount) bytes, which are kept in memory",
          remedy: "write it to a file and name that", at: .file(path: name, offset: nil))
      }
      bytes += chunk.prefix(got)
    }
  }
}

// A wrapper: inside the type, `read` is the method and hides the system call.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  unsafe read(descriptor, buffer.baseAddress, buffer.count)
}
