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
/// did not fit on the disk nothing stays. An older log under the name stays until the first line is
/// whole.
final class LogFile: Sendable {
  private let path: String
  private let descriptor: Int32
  private let length = Mutex<off_t>(0)

  /// Opens a file; its content stays until the first line replaces it.
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

  /// Adds lines, the first ones in the place of an older log.
  ///
  /// - Throws: `ioFailure`; then the file is what it was before.
  func append(_ lines: String) throws(SoftmaxError) {
    let bytes = Array(lines.utf8)
    let failure = length.withLock { length -> SoftmaxError? in
      let older = length == 0 ? older(prefix: bytes.count) : nil
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
          // Nothing is cut off but what this writer has added.
          if length > 0 {
            ftruncate(descriptor, length)
          } else if let older {
            restore(older, prefix: written)
          }
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

  /// An older log: what the first lines are written over, and how long all of it is.
  private struct Older {
    let bytes: [UInt8]
    let length: off_t
  }

  private func older(prefix count: Int) -> Older? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: min(count, Int(clamping: status.st_size)))
    let read = SystemFailure.retrying { unsafe pread(descriptor, &bytes, bytes.count, 0) }
    return read == bytes.count ? Older(bytes: bytes, length: status.st_size) : nil
  }

  // These bytes were on the disk a moment ago, so that there is room for them.
  private func restore(_ older: Older, prefix count: Int) {
    let bytes = older.bytes.prefix(count)
    _ = unsafe bytes.withUnsafeBytes { bytes in
      SystemFailure.retrying { unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    }
    ftruncate(descriptor, older.length)
  }
}
