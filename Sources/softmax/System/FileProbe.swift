// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Queries about files, which change nothing and do not block on a pipe.
enum FileProbe {
  /// The kind of a file.
  enum Kind {
    case regular
    case folder
    case link
    /// A pipe, a device or a socket.
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

  /// Returns the kind of the file at a path; nil, with `errno` set, if it is missing or inaccessible.
  static func kind(_ path: String, followingLinks: Bool = true) -> Kind? {
    var status = stat()
    let result = followingLinks ? unsafe stat(path, &status) : unsafe lstat(path, &status)
    return result == 0 ? Kind(status) : nil
  }

  /// Returns the same text for all paths of a file, whether it exists or not.
  static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }

  static func isFolder(_ path: String) -> Bool { kind(path) == .folder }

  /// Returns whether there is a regular file at a path.
  static func isFile(_ path: String) -> Bool { kind(path) == .regular }

  /// Returns a file's size in bytes; nil if it is not available.
  static func byteCount(_ path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Returns the first bytes of a regular file: fewer if the file is shorter, nil if it cannot be read.
  static func firstBytes(_ count: Int, of path: String) -> [UInt8]? {
    // Without O_NONBLOCK, opening a pipe would wait for its writer, possibly forever.
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
