// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// What all lines of JSON have: their keys, and examples of the values of keys that the first lines do not have.
struct JSONSurvey {
  private static let linesOfColumn = 64
  private static let byteCount = 1 << 20

  /// The columns of all lines.
  let columns: JSONColumns
  /// The first lines with values of columns that begin late, from which their types are found.
  let lines: [UInt8]

  /// Reads all lines of a scanner.
  init(of scanner: CSVScanner) throws(SoftmaxError) {
    var (lines, counts, rowCount, byteCount) = ([UInt8](), [Int: Int](), 0, 0)
    var firstColumnCount = 0
    while try scanner.advance() {
      rowCount += 1
      byteCount += scanner.object.count
      // A little less than what is looked at anyway.
      if rowCount <= CSVSample.recordCount, byteCount <= CSVSample.byteCount / 2 {
        firstColumnCount = scanner.cells.count
        continue
      }
      guard scanner.cells.count > firstColumnCount, lines.count < Self.byteCount else { continue }
      var isExample = false
      for column in scanner.keys?.filled ?? [] where column >= firstColumnCount {
        counts[column, default: 0] += 1
        isExample = isExample || counts[column, default: 0] <= Self.linesOfColumn
      }
      guard isExample else { continue }
      scanner.appendObject(to: &lines)
      lines.append(0x0a)
    }
    columns = scanner.keys ?? JSONColumns()
    self.lines = lines
  }
}
