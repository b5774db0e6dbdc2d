// SPDX-License-Identifier: Apache-2.0

// What the cells of the current record hold.
extension CSVScanner {
  /// Calls `body` with the bytes of a cell, without its quotes and with repeated quotes as in the file.
  func withBytes<Result>(
    of cell: Cell, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    unsafe buffer.withUnsafeBufferPointer {
      unsafe body(UnsafeBufferPointer(rebasing: $0[cell.bytes]))
    }
  }

  /// Returns the bytes of a cell and whether it was quoted as one number; nil for a cell of more than seven
  /// bytes.
  ///
  /// Cells with the same key have the same text.
  func key(of cell: Cell) -> UInt64? {
    guard cell.bytes.count < 8 else { return nil }
    return unsafe withBytes(of: cell) { bytes in
      unsafe bytes.reduce(cell.isQuoted ? 2 : 1) { $0 << 8 | UInt64($1) }
    }
  }

  /// Returns the text of a cell; nil if it is not UTF-8 or contains a zero byte.
  ///
  /// Quotes written twice become one, escapes of JSON what they stand for. Blanks around the text are removed unless the cell is
  /// quoted.
  func text(of cell: Cell) -> String? {
    if isOfObjects, cell.isQuoted {
      return JSONLineScanner.text(buffer[cell.bytes], hasEscapes: cell.hasEscapes)
    }
    let text = unsafe withBytes(of: trimmed(cell)) { bytes in
      unsafe bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }
    return cell.hasEscapes ? text?.replacing("\"\"", with: "\"") : text
  }

  private func trimmed(_ cell: Cell) -> Cell {
    guard !cell.isQuoted else { return cell }
    let kept = unsafe withBytes(of: cell) { bytes in
      let first = unsafe bytes.firstIndex { !CSVNumber.isBlank($0) } ?? bytes.count
      let last = unsafe bytes.lastIndex { !CSVNumber.isBlank($0) } ?? first - 1
      return first..<last + 1
    }
    var result = cell
    result.bytes =
      cell.bytes.lowerBound + kept.lowerBound..<cell.bytes.lowerBound + kept.upperBound
    return result
  }

  /// Returns whether a cell is not quoted and contains only blanks.
  func isBlank(_ cell: Cell) -> Bool {
    !cell.isQuoted && buffer[cell.bytes].allSatisfy(CSVNumber.isBlank)
  }
}
