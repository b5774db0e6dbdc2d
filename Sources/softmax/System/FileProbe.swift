// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// Looks at files before work begins that would be lost.
enum FileProbe {
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Whether there is something at the path that is no folder.
  static func isFile(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path) && !isFolder(path)
  }

  /// The file's size in bytes; nil if it cannot be told.
  static func byteCount(_ path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    return (attributes?[.size] as? NSNumber)?.intValue
  }

  /// The first bytes of a file; fewer if it is shorter, none if it cannot be read.
  static func firstBytes(_ count: Int, of path: String) -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    return ((try? file.read(upToCount: count)) ?? nil).map(Array.init) ?? []
  }

  /// Throws unless a file of this path can be made or replaced.
  static func validateOutput(_ path: String) throws(SoftmaxError) {
    func failure(_ code: SoftmaxError.Code, _ message: String, _ remedy: String) -> SoftmaxError {
      SoftmaxError(code, message, remedy: remedy, at: .file(path: path, offset: nil))
    }
    guard !path.hasSuffix("/"), !isFolder(path) else {
      throw failure(
        .invalidArgument, "is a folder, the model needs a file", "add the name of a file")
    }
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
      .path
    guard isFolder(folder) else {
      throw failure(.notFound, "its folder is not there", "make the folder, or name another")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw failure(.ioFailure, "its folder cannot be written to", "name another with --output")
    }
  }
}
