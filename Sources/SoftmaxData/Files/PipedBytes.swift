// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

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

  static let maximumByteCount = 1 << 30

  /// Reads all bytes of a pipe, a socket or standard input; returns nil for regular files and folders.
  ///
  /// A pipe without a writer is read as empty; the call does not wait for a writer.
  ///
  /// - Throws: `unsupported` for more than `maximumByteCount` bytes; `ioFailure` for devices, and if
  ///   reading fails.
  static func read(
    _ path: String, maximumByteCount: Int = maximumByteCount
  ) throws(SoftmaxError) -> [UInt8]? {
    try PipedStream.open(path)?.readToEnd(maximumByteCount: maximumByteCount)
  }
}
