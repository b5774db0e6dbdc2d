// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// The rows of a table as they are in their file, byte for byte or, of another encoding, in UTF-8, without the line ends.
package struct CSVRecords: Sendable {
  // The character between the cells.
  private let separator: CSVFormat.Separator

  private let path: String
  // Each record ends with a line feed.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var lines: [Int] = []

  init(separator: CSVFormat.Separator, path: String) {
    self.separator = separator
    self.path = path
  }

  /// The number of rows.
  package var count: Int { ends.count }

  /// The number of bytes.
  var byteCount: Int { bytes.count }

  /// Appends the first cells of the current record of a scanner, or its object.
  mutating func append(_ scanner: CSVScanner, cellCount: Int) {
    if scanner.isOfObjects {
      scanner.appendObject(to: &bytes)
    } else if cellCount == 1, scanner.isBlank(scanner.cells[0]) {
      // A record of one blank cell would be read as an empty line.
      bytes += [0x22, 0x22]
    } else {
      scanner.appendCells(min(cellCount, scanner.cells.count), to: &bytes)
    }
    ends.append(bytes.count)
    bytes.append(0x0a)
    lines.append(scanner.line)
  }

  /// Appends the bytes of a row to others.
  package func append(_ row: Int, to other: inout [UInt8]) {
    other += bytes[(row == 0 ? 0 : ends[row - 1] + 1)..<ends[row]]
  }

  /// Returns the location of a row in its file, for errors; the column counts from 0.
  package func location(row: Int, column: Int? = nil) -> SoftmaxError.Location {
    .cell(path: path, line: lines[row], column: column.map { $0 + 1 })
  }

  /// Returns the same rows with another character between the cells, which have quotes where they need them.
  package func separated(by other: CSVFormat.Separator) throws(SoftmaxError) -> CSVRecords {
    guard other != separator else { return self }
    var result = CSVRecords(separator: other, path: path)
    result.lines = lines
    try forEachRecord { _, scanner throws(SoftmaxError) in
      for (place, cell) in scanner.cells.enumerated() {
        if place > 0 { result.bytes.append(other.byte) }
        // A cell that has no quotes yet cannot contain quotes or line ends.
        let hasOther = unsafe scanner.withBytes(of: cell) { unsafe $0.contains(other.byte) }
        let needsQuotes = hasOther && !cell.isQuoted
        if needsQuotes { result.bytes.append(0x22) }
        scanner.append(cell, to: &result.bytes)
        if needsQuotes { result.bytes.append(0x22) }
      }
      result.ends.append(result.bytes.count)
      result.bytes.append(0x0a)
    }
    return result
  }

  /// Calls `body` for each row with its index and a scanner whose current record is the row.
  func forEachRecord(
    _ body: (Int, CSVScanner) throws(SoftmaxError) -> Void
  ) throws(SoftmaxError) {
    let scanner = CSVScanner(
      sample: bytes, firstLine: 1, separator: separator.byte, path: path)
    var row = 0
    while try scanner.advance() {
      try body(row, scanner)
      row += 1
    }
  }
}
