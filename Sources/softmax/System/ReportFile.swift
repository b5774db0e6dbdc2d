// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// The file of a report, which is checked before the work starts, so a wrong path costs no results.
struct ReportFile {
  private let path: String

  /// Checks that the file can be written.
  ///
  /// - Parameter replaces: whether a file that is there is replaced.
  init(_ path: String, replaces: Bool) throws(SoftmaxError) {
    self.path = path
    func failure(_ message: String, remedy: String) -> SoftmaxError {
      SoftmaxError(.invalidArgument, message, remedy: remedy, at: .file(path: path, offset: nil))
    }
    guard !path.hasSuffix("/"), !FileProbe.isFolder(path) else {
      throw failure("is a folder, a report is a file", remedy: "add the name of a file")
    }
    guard FileProbe.kind(path) == nil || FileProbe.kind(path) == .regular else {
      throw failure("is no regular file", remedy: "choose another name")
    }
    guard replaces || FileProbe.kind(path) == nil else {
      throw failure(
        "is there already", remedy: "choose another name, or replace it (--force)")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileProbe.isFolder(folder), FileManager.default.isWritableFile(atPath: folder) else {
      throw failure(
        "its folder is not there, or cannot be written to", remedy: "name another folder")
    }
  }

  /// Writes the page atomically and reports its path.
  func write(_ report: Report, console: Console) throws(SoftmaxError) {
    do {
      try Data(report.html().utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw SoftmaxError(
        .ioFailure, "cannot be written", remedy: "name another file with --report",
        at: .file(path: path, offset: nil))
    }
    console.message("wrote \(PrintableText.line(path))")
  }
}
