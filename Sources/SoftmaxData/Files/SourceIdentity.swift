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
  /// A point in time, as file systems keep it.
  struct Instant: Hashable, Comparable, Sendable {
    var seconds: Int64
    var nanoseconds: Int64

    static func < (left: Instant, right: Instant) -> Bool {
      (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
  }

  /// The absolute path without links.
  var path: String
  var byteCount: Int64
  /// When the content changed last, as far as programs do not set it to something else.
  var modified: Instant
  /// When content, owner, mode or the time above changed last; no program can set it.
  var changed: Instant

  init(path: String, byteCount: Int64, modified: Instant, changed: Instant) {
    self.path = path
    self.byteCount = byteCount
    self.modified = modified
    self.changed = changed
  }

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
    self.init(
      path: unsafe String(cString: resolved), byteCount: Int64(status.st_size),
      modified: Instant(modified), changed: Instant(changed))
  }

  /// Whether the last change lies further back than a file system's clock may take for one tick.
  ///
  /// A change within the same tick would leave no trace in the times.
  var isSettled: Bool {
    var now = timespec()
    guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0 else { return false }
    var latest = Instant(now)
    latest.nanoseconds -= 50_000_000
    if latest.nanoseconds < 0 {
      latest.seconds -= 1
      latest.nanoseconds += 1_000_000_000
    }
    return changed < latest
  }
}

extension SourceIdentity.Instant {
  fileprivate init(_ time: timespec) {
    self.init(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }
}
