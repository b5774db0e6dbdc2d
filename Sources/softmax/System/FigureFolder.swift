// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// The folder for figures, which is created before the work starts, so a wrong path costs no results.
struct FigureFolder {
  private let path: String

  /// Creates the folder unless it exists.
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

  /// Writes a figure atomically and reports its path.
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
