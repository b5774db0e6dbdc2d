// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What tells whether a file is still the one that it was: its path, its size and its times.
struct SourceIdentity: Hashable, Sendable {
  let byteCount: Int
  /// The absolute path without links, the size, and when content and state changed last.
  let text: String
  /// Whether the last change lies further back than a file system's clock may take for one tick.
  ///
  /// A change within the same tick would leave no trace in the times.
  let isSettled: Bool

  /// Looks at a regular file; nil if there is none.
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
    // No program can set the time of the last change of state.
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
