// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The files of a table, whose lines are counted through from the first to the last, so that a line is found in its
/// file.
struct CSVFiles {
  private var files: [(path: String, precedingLineCount: Int)]

  /// Begins with the first file.
  init(_ path: String) { files = [(path, 0)] }

  /// The path of the first file.
  var path: String { files[0].path }
  /// The number of files.
  var count: Int { files.count }

  /// Adds the next file, before which there are so many lines.
  mutating func add(_ path: String, after lineCount: Int) { files.append((path, lineCount)) }

  /// Returns the location of a column for errors; the index counts from 0, the location's column from 1.
  func location(line: Int, column: Int?) -> SoftmaxError.Location {
    let file = file(ofLine: line)
    return .cell(
      path: file.path, line: line - file.precedingLineCount, column: column.map { $0 + 1 })
  }

  /// Returns a line for a list of several: `line 12`, or `line 12 of b.csv` in another file than that of a first line.
  func label(ofLine line: Int, after first: Int) -> String {
    let (file, other) = (file(ofLine: line), self.file(ofLine: first))
    let isSame = file.precedingLineCount == other.precedingLineCount
    return "line \(line - file.precedingLineCount)" + (isSame ? "" : " of \(file.path)")
  }

  private func file(ofLine line: Int) -> (path: String, precedingLineCount: Int) {
    files.last { $0.precedingLineCount < line } ?? files[0]
  }
}
