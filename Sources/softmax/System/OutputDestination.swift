// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The place that a result is written to.
enum OutputDestination {
  case standardOutput
  /// A file that appears complete or not at all.
  case file(AtomicFile)
  /// A pipe or a device, which is written to directly.
  case device(OutputDevice)

  /// Prepares the place; a file appears only when it is finished.
  ///
  /// - Parameters:
  ///   - path: the path of a file; nil for standard output.
  ///   - replaces: whether an existing file is replaced.
  /// - Throws: `invalidArgument` for a file that is there, unless it is replaced, and for a folder; `notFound` or
  ///   `ioFailure` if it cannot be written.
  init(path: String?, replaces: Bool) throws(SoftmaxError) {
    guard let path else {
      self = .standardOutput
      return
    }
    switch FileProbe.kind(path) {
    case .folder:
      throw SoftmaxError(
        .invalidArgument, "is a folder, expected a file to write",
        remedy: "add the name of a file", at: .file(path: path, offset: nil))
    case .regular where !replaces:
      throw SoftmaxError(
        .invalidArgument, "is there already",
        remedy: "choose another name, or replace it (--force)", at: .file(path: path, offset: nil))
    case .other: self = .device(try OutputDevice(path))
    default: self = .file(try AtomicFile(replacing: path))
    }
  }

  func write(_ bytes: [UInt8]) throws(SoftmaxError) {
    switch self {
    case .standardOutput: try StandardStream.output.write(bytes)
    case .file(let file): try file.write(bytes)
    case .device(let device): try device.write(bytes)
    }
  }

  /// Makes a file appear.
  func finish() throws(SoftmaxError) {
    if case .file(let file) = self { try file.commit() }
  }
}
