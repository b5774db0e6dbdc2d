// SPDX-License-Identifier: Apache-2.0

extension SparseMatrix {
  /// Returns for each column the first one with the same entries; -1 for a column without entries.
  ///
  /// Columns with the same hash of their entries are compared entry by entry, so that no file can make two columns one
  /// that differ. It reads the entries twice.
  package var firstEqualColumns: [Int32] {
    var hashes = [UInt64](repeating: 0, count: columnCount)
    var entryCounts = [Int32](repeating: 0, count: columnCount)
    forEachEntry { row, column, bits in
      hashes[column].mix(UInt64(row) << 32 | UInt64(bits))
      entryCounts[column] += 1
    }
    var found: [UInt64: Int32] = [:]
    var firsts = [Int32](repeating: -1, count: columnCount)
    for column in 0..<columnCount where entryCounts[column] > 0 {
      let first = found[hashes[column]] ?? Int32(column)
      if first == column { found[hashes[column]] = first }
      firsts[column] = entryCounts[Int(first)] == entryCounts[column] ? first : Int32(column)
    }
    // Of each first column the last row with an entry, and its bits. A first column precedes its equals in each row.
    var lastEntries = [(row: Int, bits: UInt32)](repeating: (-1, 0), count: columnCount)
    var differing: [Int] = []
    forEachEntry { row, column, bits in
      let first = Int(firsts[column])
      if first == column {
        lastEntries[column] = (row, bits)
      } else if lastEntries[first] != (row, bits) {
        differing.append(column)
      }
    }
    for column in differing { firsts[column] = Int32(column) }
    return firsts
  }

  private func forEachEntry(_ body: (_ row: Int, _ column: Int, _ bits: UInt32) -> Void) {
    for row in 0..<rowCount {
      for entry in rowOffsets[row]..<rowOffsets[row + 1] {
        body(row, Int(columns[entry]), values[entry].bitPattern)
      }
    }
  }
}
