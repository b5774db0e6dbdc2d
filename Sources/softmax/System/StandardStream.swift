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
  func write(_ text: String) throws(SoftmaxError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe writeBytes($0) }
      if count >= 0 {
        rest.removeFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitUntilWritable()
      case EPIPE where self == .output:
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        throw failure("nobody reads it")
      default: throw failure(unsafe String(cString: strerror(errno)))
      }
    }
  }

  /// Makes writing to a closed pipe or beyond the file size limit an error of that call instead of a
  /// signal.
  static func ignoreWriteSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  private func writeBytes(_ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.write(rawValue, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      unsafe Musl.write(rawValue, bytes.baseAddress, bytes.count)
    #else
      unsafe Glibc.write(rawValue, bytes.baseAddress, bytes.count)
    #endif
  }

  // Another process that shares the stream may have made it non-blocking.
  private func waitUntilWritable() {
    var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }

  private func failure(_ reason: String) -> SoftmaxError {
    let name = self == .output ? "standard output" : "standard error"
    return SoftmaxError(.ioFailure, "cannot write to \(name): \(reason)")
  }
}
