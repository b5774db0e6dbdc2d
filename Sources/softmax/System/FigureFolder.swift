// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// The folder that figures are written into, looked at before the work that would be lost.
struct FigureFolder {
  private let path: String

  /// Takes a folder, which is made if it is not there.
  init(_ path: String) throws(SoftmaxError) {
    self.path = path
    guard !FileProbe.isFolder(path) else { return }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw SoftmaxError(
        .ioFailure, "the folder for figures cannot be made", remedy: "name another with --figures",
        at: .file(path: path, offset: nil))
    }
  }

  /// Writes a figure, whole or not at all, and says where.
  func write(_ text: String, to name: String, console: Console) throws(SoftmaxError) {
    let file = path.hasSuffix("/") ? path + name : path + "/" + name
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw SoftmaxError(
        .ioFailure, "cannot be written", remedy: "name another folder with --figures",
        at: .file(path: file, offset: nil))
    }
    console.message("wrote \(PrintableText.line(file))")
  }
}
