// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// The file that a model will be written to, which is checked before the training starts.
struct OutputFile {
  private let path: String
  private let remedy: String

  private static let longestName = 255
  // The limit of the safetensors library; with a larger length the file is not safetensors.
  private static let longestHeader: UInt64 = 100_000_000

  /// Throws unless a file can be created at the path.
  ///
  /// - Parameters:
  ///   - replaces: whether a model that is there is replaced.
  ///   - remedy: what else to do about a model that is there.
  static func validate(
    _ path: String, replaces: Bool, remedy: String = "choose another name"
  ) throws(SoftmaxError) {
    let file = OutputFile(path: path, remedy: remedy)
    try file.validateName()
    try file.validateLink()
    try file.validateFolder()
    try file.validateContents(replaces: replaces)
  }

  private func failure(
    _ message: String, _ code: SoftmaxError.Code = .invalidArgument,
    remedy: String = "choose another name"
  ) -> SoftmaxError {
    SoftmaxError(code, message, remedy: remedy, at: .file(path: path, offset: nil))
  }

  private func validateName() throws(SoftmaxError) {
    let longest = path.split(separator: "/").map(\.utf8.count).max() ?? 0
    guard longest <= Self.longestName else {
      throw failure(
        "has a name of \(longest) bytes in it, the most is \(Self.longestName)",
        remedy: "choose a shorter name")
    }
    guard !path.hasSuffix("/"), !FileProbe.isFolder(path) else {
      throw failure("is a folder, the model needs a file", remedy: "add the name of a file")
    }
  }

  private func validateLink() throws(SoftmaxError) {
    guard FileProbe.kind(path, followingLinks: false) == .link, FileProbe.kind(path) == nil else {
      return
    }
    throw failure(
      "is a link that leads nowhere or in a circle, the model needs a file", .notFound,
      remedy: "choose another name, or remove the link")
  }

  private func validateFolder() throws(SoftmaxError) {
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
      .path
    guard FileProbe.isFolder(folder) else {
      throw failure(
        "its folder is not there", .notFound, remedy: "make the folder, or name another")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw failure(
        "its folder cannot be written to", .ioFailure, remedy: "name another with --output")
    }
  }

  // A mistyped path, such as the name of a data file, must not overwrite that file.
  private func validateContents(replaces: Bool) throws(SoftmaxError) {
    guard let kind = FileProbe.kind(path) else { return }
    guard kind == .regular else {
      throw failure("is a pipe, a device or a socket, the model needs a regular file")
    }
    guard let byteCount = FileProbe.byteCount(path), let bytes = FileProbe.firstBytes(9, of: path)
    else {
      throw failure("is there and cannot be read, so it may be no model to be replaced", .ioFailure)
    }
    guard byteCount > 0 else { return }
    guard Self.isModel(bytes, byteCount: byteCount) else {
      throw failure(
        "is there and is no model: only a safetensors file or an empty one is replaced",
        remedy: "choose another name, or remove the file")
    }
    guard replaces else {
      throw failure("is there already", remedy: remedy + ", or replace it (--force)")
    }
  }

  // A safetensors file begins with the length of its header, and the header is a JSON object.
  private static func isModel(_ bytes: [UInt8], byteCount: Int) -> Bool {
    guard bytes.count == 9, bytes[8] == UInt8(ascii: "{") else { return false }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return (2...longestHeader).contains(length) && length <= UInt64(max(0, byteCount - 8))
  }
}
