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

/// A text file that grows line by line and has one writer at a time.
///
/// The lock on it goes with its process, however that ends. What is written is whole lines: of one that
/// did not fit on the disk nothing stays.
final class LogFile: Sendable {
  private let path: String
  private let descriptor: Int32
  private let length = Mutex<off_t>(0)

  /// Opens a file, which is emptied by the first line.
  ///
  /// - Parameter prefix: how a file begins that may be written over, unless it is empty.
  /// - Throws: `invalidArgument` for a file that begins otherwise, or that another writer has;
  ///   `notFound` or `ioFailure`.
  init(_ path: String, beginningWith prefix: String) throws(SoftmaxError) {
    try SystemFailure.validate(path: path)
    // A pipe without a reader is not waited for.
    let descriptor = SystemFailure.retrying {
      unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666)
    }
    guard descriptor >= 0 else {
      throw SystemFailure.error(
        "cannot be written", path: path, remedy: "make its folder first, or write elsewhere")
    }
    self.path = path
    self.descriptor = descriptor
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SoftmaxError(
        .ioFailure, "is no regular file", remedy: "name a file",
        at: .file(path: path, offset: nil))
    }
    // Some file systems have no locks: there the user sees to it that runs have logs of their own.
    if SystemFailure.retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) != 0, errno == EWOULDBLOCK {
      throw SoftmaxError(
        .invalidArgument, "is the log of a training that runs",
        remedy: "give each training a log of its own", at: .file(path: path, offset: nil))
    }
    let wanted = Array(prefix.utf8)
    var start = [UInt8](repeating: 0, count: wanted.count)
    let count = SystemFailure.retrying { unsafe pread(descriptor, &start, start.count, 0) }
    guard count == 0 || start == wanted else {
      throw SoftmaxError(
        .invalidArgument,
        "is there and is no log of a training: only a log or an empty file is replaced",
        remedy: "choose another name, or remove the file", at: .file(path: path, offset: nil))
    }
  }

  deinit { close(descriptor) }

  /// Adds lines; after a failure the file is what it was before.
  ///
  /// - Throws: `ioFailure`.
  func append(_ lines: String) throws(SoftmaxError) {
    let bytes = Array(lines.utf8)
    let failure = length.withLock { length -> SoftmaxError? in
      var written = 0
      while written < bytes.count {
        let rest = bytes[written...]
        let count = unsafe rest.withUnsafeBytes { rest in
          SystemFailure.retrying {
            unsafe pwrite(descriptor, rest.baseAddress, rest.count, length + off_t(written))
          }
        }
        guard count > 0 else {
          let failure = SystemFailure.error(
            "the log could not be written", path: path, remedy: "make room, or log elsewhere")
          ftruncate(descriptor, length)
          return failure
        }
        written += count
      }
      length += off_t(written)
      // What an older log had behind this.
      ftruncate(descriptor, length)
      return nil
    }
    if let failure { throw failure }
  }
}
