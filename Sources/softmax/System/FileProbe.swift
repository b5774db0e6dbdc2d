// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Looks at files without changing them, and without waiting for whoever writes to a pipe.
enum FileProbe {
  /// What lies under a path.
  enum Kind {
    case regular
    case folder
    case link
    /// A pipe, a device, a socket.
    case other

    init(_ status: stat) {
      switch status.st_mode & S_IFMT {
      case S_IFREG: self = .regular
      case S_IFDIR: self = .folder
      case S_IFLNK: self = .link
      default: self = .other
      }
    }
  }

  /// What lies under a path; nil for nothing, or nothing that may be seen, with `errno` set.
  static func kind(_ path: String, followingLinks: Bool = true) -> Kind? {
    var status = stat()
    let result = followingLinks ? unsafe stat(path, &status) : unsafe lstat(path, &status)
    return result == 0 ? Kind(status) : nil
  }

  /// The same text for every name of a file, whether it is there or not.
  static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }

  static func isFolder(_ path: String) -> Bool { kind(path) == .folder }

  /// Whether there is a regular file at the path.
  static func isFile(_ path: String) -> Bool { kind(path) == .regular }

  /// The file's size in bytes; nil if it cannot be told.
  static func byteCount(_ path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// The first bytes of a regular file; fewer if it is shorter, nil if it cannot be read.
  static func firstBytes(_ count: Int, of path: String) -> [UInt8]? {
    // A pipe opened to wait would wait for its writer, for ever if there is none.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, Kind(status) == .regular else { return nil }
    do {
      return try file.read(upToCount: count).map(Array.init) ?? []
    } catch {
      return nil
    }
  }
}
