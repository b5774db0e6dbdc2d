// SPDX-License-Identifier: Apache-2.0

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

  /// The most bytes that are kept in memory.
  static let maximumByteCount = 1 << 30
}
