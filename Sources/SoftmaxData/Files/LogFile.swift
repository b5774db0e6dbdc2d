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

/// A text file to which lines are appended, with one writer at a time.
///
/// The writer holds a lock on the file, which the system releases when the process ends. Each write is
/// all or nothing: if the disk is full, the bytes written so far are removed. An older log at the path
/// stays until the first write succeeds.
final class LogFile: Sendable {
  private let path: String
  private let descriptor: Int32
  private let length = Mutex<off_t>(0)

  /// Opens or creates a file; existing content stays until the first lines replace it.
  ///
  /// - Parameter prefix: the text that an existing file must begin with, unless it is empty.
  /// - Throws: `invalidArgument` for a file that begins otherwise, or that another writer has locked;
  ///   `notFound` or `ioFailure`.
  init(_ path: String, beginningWith prefix: String) throws(SoftmaxError) {
    try SystemFailure.validate(path: path)
    // With O_NONBLOCK, opening a pipe that has no reader does not block.
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
    // Only a lock held by another writer is an error. On file systems without locks the user has to give
    // each training a separate log.
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

  /// Appends lines; the first call replaces the content of an older log.
  ///
  /// - Throws: `ioFailure`; the content of the file is then what it was before the call.
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
          // Restores the content from before the call.
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
      // Removes the rest of a longer, older log.
      ftruncate(descriptor, length)
      return nil
    }
    if let failure { throw failure }
  }

  /// An older log: the bytes that the first lines overwrite, and the length of the whole file.
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

  // The file had these bytes before, so its disk space suffices and writing them does not fail for lack
  // of space.
  private func restore(_ older: Older, prefix count: Int) {
    let bytes = older.bytes.prefix(count)
    _ = unsafe bytes.withUnsafeBytes { bytes in
      SystemFailure.retrying { unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    }
    ftruncate(descriptor, older.length)
  }
}
