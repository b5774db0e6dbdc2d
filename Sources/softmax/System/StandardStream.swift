// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The two output streams of the command.
///
/// Results go to standard output, everything else to standard error. Writes are not buffered, so readers
/// see each line at once.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Whether the stream is connected to a terminal.
  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Writes a text unchanged.
  ///
  /// If the reader of standard output has closed the pipe, as in `| head -1`, SIGPIPE ends the process, as
  /// for other commands. Everywhere else `ignoreWriteSignals()` keeps SIGPIPE from ending it.
  func write(_ text: String) throws(SoftmaxError) { try write(Array(text.utf8)) }

  /// Writes bytes, as a text is written.
  func write(_ bytes: [UInt8]) throws(SoftmaxError) {
    guard let number = Self.write(bytes, to: rawValue) else { return }
    guard number == EPIPE, self == .output else {
      throw failure(unsafe String(cString: strerror(number)))
    }
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    throw failure("nobody reads it")
  }

  /// Writes all bytes to a descriptor; returns the number of the error if there is one.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    unsafe bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
        let count = unsafe systemWrite(descriptor, rest)
        if count >= 0 {
          written += count
          continue
        }
        switch errno {
        case EINTR: continue
        case EAGAIN: waitUntilWritable(descriptor)
        default: return errno
        }
      }
      return nil
    }
  }

  /// Makes writing to a closed pipe or beyond the file size limit an error of that call instead of a
  /// signal.
  static func ignoreWriteSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      unsafe Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  // Another process that shares the stream may have made it non-blocking.
  private static func waitUntilWritable(_ descriptor: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }

  private func failure(_ reason: String) -> SoftmaxError {
    let name = self == .output ? "standard output" : "standard error"
    return SoftmaxError(.ioFailure, "cannot write to \(name): \(reason)")
  }
}
