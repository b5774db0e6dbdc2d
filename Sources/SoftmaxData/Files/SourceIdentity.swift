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
/// Equal identities mean that the file has not changed, provided that it is settled.
struct SourceIdentity: Hashable, Sendable {
  let byteCount: Int
  /// The absolute path without links, the size, the modification time and the status change time.
  let text: String
  /// Whether the last change is older than 50 ms, more than the resolution of a file system's clock.
  ///
  /// A second change within one tick of this clock would not change the times, so a more recent file may
  /// still change unnoticed.
  let isSettled: Bool

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
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let age = Double(now.tv_sec - changed.tv_sec) + 1e-9 * Double(now.tv_nsec - changed.tv_nsec)
    isSettled = age > 0.05
  }
}
