// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One of the two streams that the command writes to.
///
/// Results go to standard output, everything else to standard error. Nothing is buffered here, so a
/// line is there for its reader as soon as it is written.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Whether a terminal shows what is written.
  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Writes a text as it is.
  ///
  /// Where nobody reads results any more, as behind `| head -1`, the process ends as others do:
  /// quietly, by the signal that `ignoreWriteSignals()` keeps from ending it anywhere else.
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

  /// Makes a write to a closed pipe, or beyond the limit on a file's size, an error of that call.
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

  // A stream that some other process has set to non-blocking.
  private func waitUntilWritable() {
    var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }

  private func failure(_ reason: String) -> SoftmaxError {
    let name = self == .output ? "standard output" : "standard error"
    return SoftmaxError(.ioFailure, "cannot write to \(name): \(reason)")
  }
}
