// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

// Rows that were read apart from those before them.
extension CSVRows {
  /// Appends the rows of a block, as if they had been read after these; returns false, and appends none, if one of them
  /// may pass a limit.
  ///
  /// - Parameters:
  ///   - block: rows of the same columns, whose first line counts as line 1.
  ///   - lineCount: the number of lines before the block.
  mutating func append(_ block: CSVRows, after lineCount: Int) -> Bool {
    var byteCount = textByteCount + block.texts.reduce(0) { $0 + $1.bytes.count }
    for (place, column) in categoryColumns.enumerated() {
      let new = block.codes[place].names.filter { codes[place].places[$0] == nil }
      byteCount += new.reduce(0) { $0 + CSVCategories.byteCount(ofNew: $1) }
      guard
        column != columns.target
          || codes[place].names.count + new.count <= DatasetSplit.greatestClassCount
      else { return false }
    }
    guard (count + block.count) * rowByteCount + byteCount <= maximumByteCount else { return false }
    moveBlock()
    count += block.count
    textByteCount = byteCount
    for place in numbers.indices { numbers[place] += block.numbers[place] }
    for place in written.indices { written[place] += block.written[place] }
    for place in codes.indices { codes[place].append(block.codes[place]) }
    for place in texts.indices { texts[place].append(block.texts[place]) }
    for (column, faults) in block.faults {
      self.faults[column, default: CSVFaults()].add(faults, after: lineCount)
    }
    raggedLines.add(block.raggedLines, after: lineCount)
    textCounts.merge(block.textCounts, uniquingKeysWith: +)
    otherOrderCounts.merge(block.otherOrderCounts, uniquingKeysWith: +)
    return true
  }
}
