// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The identity of a version of a file: its path, its size and its times.
///
/// Equal identities mean that the file has not changed, provided that it was old enough to be settled.
struct SourceIdentity: Hashable, Sendable {
  let byteCount: Int
  /// The absolute path without links, the size, the modification time and the status change time.
  let text: String
  // The status change time, in seconds since 1970.
  private let changeTime: Double

  /// Examines a path; nil unless it leads to a regular file.
  init?(_ path: String) {
    guard !path.isEmpty, !path.utf8.contains(0), let resolved = unsafe realpath(path, nil) else {
      return nil
    }
    defer { unsafe free(resolved) }
    var status = stat()
    guard unsafe stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    #if canImport(Darwin)
      let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
    #else
      let (modified, changed) = (status.st_mtim, status.st_ctim)
    #endif
    byteCount = Int(clamping: status.st_size)
    // The status change time is included because no program can set it, unlike the modification time.
    text = unsafe """
    \(String(cString: resolved))
    \(byteCount) \(modified.tv_sec).\(modified.tv_nsec) \(changed.tv_sec).\(changed.tv_nsec)
    """
    changeTime = Self.seconds(changed)
  }

  /// The seconds since the last change.
  ///
  /// A second change within one tick of the file system's clock would not change the times, so a file that
  /// is younger than such a tick may change unnoticed.
  var age: Double {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return Self.seconds(now) - changeTime
  }

  private static func seconds(_ time: timespec) -> Double {
    Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
