// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The reader of `classes.txt` in the folder of a data set, which has the name of a class on each line.
enum ClassNames {
  private static let maximumByteCount = 1 << 20

  /// Reads the names from a folder; nil if it has no such file.
  static func read(inFolder folder: String) throws(SoftmaxError) -> [String]? {
    let path = FolderPath.join(folder, "classes.txt")
    guard FileKind(path) != nil else { return nil }
    let reader = try UnpackingReader(ByteSource(path: path))
    guard reader.sourceByteCount <= maximumByteCount else {
      throw SoftmaxError(
        .unsupported,
        "has \(reader.sourceByteCount) bytes, more than the \(maximumByteCount) that class names "
          + "may have", at: reader.location(nil))
    }
    return try parse(reader.read(maximumByteCount), path: path)
  }

  /// Parses one name per line of UTF-8 text; lines end with a line feed, optionally after a carriage
  /// return.
  static func parse(_ bytes: [UInt8], path: String) throws(SoftmaxError) -> [String] {
    let mark = TextEncoding.byteOrderMark
    var start = bytes.starts(with: mark) ? mark.count : 0
    var names: [String] = []
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      var line = bytes[start..<end]
      if line.last == 0x0d { line.removeLast() }
      func fail(_ message: String) -> SoftmaxError {
        SoftmaxError(.invalidData, message, at: .file(path: path, offset: start))
      }
      guard let name = String(validating: line, as: UTF8.self) else {
        throw fail("line \(names.count + 1) is not UTF-8")
      }
      guard !name.allSatisfy(\.isWhitespace) else {
        throw fail("line \(names.count + 1) holds no class name")
      }
      if let first = names.firstIndex(of: name) {
        throw fail("line \(names.count + 1) repeats the class name of line \(first + 1)")
      }
      names.append(name)
      // Labels are single bytes.
      guard names.count <= 256 else { throw fail("there are more than 256 class names") }
      start = end + 1
    }
    guard names.count >= 2 else {
      throw SoftmaxError(
        .invalidData, "a classifier needs at least 2 classes, got \(names.count)",
        at: .file(path: path, offset: nil))
    }
    return names
  }
}
