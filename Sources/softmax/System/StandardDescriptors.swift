// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The three descriptors that a process is given.
enum StandardDescriptors {
  /// Puts /dev/null in the place of each that is closed.
  ///
  /// Else the next file that is opened gets its number, and a data file that is descriptor 2
  /// receives every message.
  static func fillClosed() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // Opened to be read, so that results written to a closed standard output stay an error.
      let mode = descriptor == StandardStream.error.rawValue ? O_WRONLY : O_RDONLY
      // The lowest free number is given, which is this one since those below are taken.
      _ = unsafe open("/dev/null", mode)
    }
  }
}
