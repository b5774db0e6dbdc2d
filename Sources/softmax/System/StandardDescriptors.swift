// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The file descriptors 0, 1 and 2: standard input, output and error.
enum StandardDescriptors {
  /// Opens /dev/null for each of these descriptors that is closed.
  ///
  /// Otherwise the next file that is opened gets the free number: a data file with descriptor 2 would
  /// receive all messages.
  static func fillClosed() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // Read-only for standard output, so writing results still fails if it was closed.
      let mode = descriptor == StandardStream.error.rawValue ? O_WRONLY : O_RDONLY
      // The system assigns the lowest free number, which is `descriptor`: all lower ones are open.
      _ = unsafe open("/dev/null", mode)
    }
  }
}
