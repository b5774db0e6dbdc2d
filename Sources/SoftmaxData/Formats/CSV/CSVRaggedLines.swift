// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The lines with another number of cells than columns: the first ones, and how many there are.
struct CSVRaggedLines {
  private var first: [(line: Int, cellCount: Int)] = []
  private var count = 0

  var isEmpty: Bool { count == 0 }
  /// Whether further lines are only counted.
  var isFull: Bool { first.count == CSVFaults.shownCount }

  /// Adds a line after those that were added before.
  mutating func add(line: Int, cellCount: Int) {
    if first.count < CSVFaults.shownCount { first.append((line, cellCount)) }
    count += 1
  }

  /// Adds the lines of a block whose own first line is 1.
  mutating func add(_ other: CSVRaggedLines, after lineCount: Int) {
    for (line, cellCount) in other.first.prefix(CSVFaults.shownCount - first.count) {
      first.append((line + lineCount, cellCount))
    }
    count += other.count
  }

  /// Returns the error that names the first lines; nil if there are none.
  func error(columns: CSVColumns, in files: CSVFiles) -> SoftmaxError? {
    guard let (line, cellCount) = first.first else { return nil }
    func cells(_ count: Int) -> String { "\(count) \(count == 1 ? "cell" : "cells")" }
    let further = first.dropFirst().map {
      "\(files.label(ofLine: $0.line, after: line)), \(cells($0.cellCount))"
    }
    let rest = further.joined(separator: "; ") + (count > first.count ? "; ..." : "")
    return SoftmaxError(
      .invalidData,
      "has \(cells(cellCount)), but \(files.label(ofLine: columns.line, after: line)) has \(columns.count)"
        + (further.isEmpty ? "" : " (and \(count - 1) more: \(rest))"),
      remedy:
        "give each line a cell for each column; put cells with separators into quotes, or name "
        + "the separator (--separator)", at: files.location(line: line, column: nil))
  }
}
