// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A pipe, a device or a socket that is written to as it is.
final class OutputDevice {
  private let path: String
  private let descriptor: Int32

  /// Opens a path.
  ///
  /// - Throws: `ioFailure`.
  init(_ path: String) throws(SoftmaxError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure("cannot be opened", errno, path: path) }
  }

  deinit { close(descriptor) }

  /// Writes bytes.
  func write(_ bytes: [UInt8]) throws(SoftmaxError) {
    if let number = StandardStream.write(bytes, to: descriptor) {
      throw Self.failure("cannot be written", number, path: path)
    }
  }

  private static func failure(_ message: String, _ number: Int32, path: String) -> SoftmaxError {
    SoftmaxError(
      .ioFailure, "\(message): \(unsafe String(cString: strerror(number)))",
      remedy: "write to another place", at: .file(path: path, offset: nil))
  }
}
