// SPDX-License-Identifier: Apache-2.0

extension CSVScanner {
  /// Appends the bytes of the current record's first cells as they are in the file, without the line end.
  ///
  /// - Precondition: the record has that many cells, at least one.
  func appendCells(_ count: Int, to bytes: inout [UInt8]) {
    let first = Self.range(of: cells[0])
    let last = Self.range(of: cells[count - 1])
    unsafe withBytes(of: Cell(bytes: first.lowerBound..<last.upperBound)) {
      unsafe bytes.append(contentsOf: $0)
    }
  }

  /// Appends the bytes of the current record's object as they are in the file.
  func appendObject(to bytes: inout [UInt8]) {
    unsafe withBytes(of: Cell(bytes: object)) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends the bytes of a cell as they are in the file, with its quotes.
  func append(_ cell: Cell, to bytes: inout [UInt8]) {
    unsafe withBytes(of: Cell(bytes: Self.range(of: cell))) { unsafe bytes.append(contentsOf: $0) }
  }

  private static func range(of cell: Cell) -> Range<Int> {
    cell.isQuoted ? cell.bytes.lowerBound - 1..<cell.bytes.upperBound + 1 : cell.bytes
  }
}
