// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that this user made and no other may change, open for reading.
///
/// Anything else is refused: links, pipes, folders, files of other owners,
/// files that a group or the world may write.
struct PrivateFile: ~Copyable {
  let byteCount: Int
  private let descriptor: Int32

  /// Opens a file; nil if it is not there or not to be trusted.
  init?(_ path: String) {
    let descriptor = SystemFailure.retrying {
      unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    }
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_uid == geteuid(), status.st_mode & (S_IWGRP | S_IWOTH) == 0
    else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    byteCount = Int(clamping: status.st_size)
  }

  deinit { close(descriptor) }

  /// The header of an unpacked copy; nil if the file does not begin with one.
  var header: UnpackedHeader? {
    var bytes = [UInt8](repeating: 0, count: UnpackedHeader.byteCount)
    let count = SystemFailure.retrying {
      unsafe bytes.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
      }
    }
    return count == bytes.count ? UnpackedHeader(bytes) : nil
  }

  /// Some of the file's bytes, in place; nil if there are not so many.
  func mapped(from offset: Int, count: Int) -> MappedBytes? {
    guard offset <= byteCount, count <= byteCount - offset else { return nil }
    return MappedBytes(descriptor: descriptor, offset: offset, count: count)
  }

  /// Removes what is under a path if it is a link, so that nothing is written where it leads.
  static func removeLink(at path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return }
    remove(path)
  }

  /// Whether a file of so many bytes may be written and leaves the disk as many again.
  static func hasRoom(for byteCount: Int, in folder: String) -> Bool {
    // Past its limit a process is not told, but ended by a signal.
    var limit = rlimit()
    #if canImport(Glibc)
      let status = unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #else
      let status = unsafe getrlimit(RLIMIT_FSIZE, &limit)
    #endif
    guard status == 0, limit.rlim_cur >= rlim_t(byteCount) else { return false }
    var space = statvfs()
    guard unsafe statvfs(folder, &space) == 0 else { return false }
    let (available, overflow) = UInt64(space.f_bavail)
      .multipliedReportingOverflow(by: UInt64(space.f_frsize))
    return overflow || available / 2 >= UInt64(byteCount)
  }

  /// Removes a file.
  static func remove(_ path: String) {
    unsafe unlink(path)
  }
}
