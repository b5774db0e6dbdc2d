// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An index of feature rows by content, which finds equal rows.
///
/// Rows are compared in the type of their storage (bytes, floats, sparse values, or a table's doubles and texts), not as
/// the floats that a network sees. Rows in different storages are never equal. The index keeps the features, and 24 to 40
/// bytes a row.
struct RowIndex {
  private let features: Features
  private let hashes: [UInt64]
  // A hash table with open addressing, at most half full: a row plus 1, or 0. Of equal rows it holds the first.
  private var slots: [Int]
  /// The rows that equal an earlier row, each with the first such row.
  private(set) var duplicates: [(row: Int, first: Int)] = []

  init(_ features: Features) {
    self.features = features
    hashes = features.rowHashes
    let bitCount = UInt64.bitWidth - UInt64(2 * features.rowCount).leadingZeroBitCount
    slots = Array(repeating: 0, count: 1 << max(1, bitCount))
    for row in hashes.indices {
      let slot = slot(for: row, of: features, hash: hashes[row])
      if slots[slot] > 0 {
        duplicates.append((row, slots[slot] - 1))
      } else {
        slots[slot] = row + 1
      }
    }
  }

  /// Returns the number of rows of other features that equal a row of the indexed features.
  func count(in others: Features) -> Int {
    guard others.columnCount == features.columnCount else { return 0 }
    return others.rowHashes.enumerated().count { slots[slot(for: $0, of: others, hash: $1)] > 0 }
  }

  // Returns the place of an equal row, or the empty one where it would be.
  private func slot(for row: Int, of others: Features, hash: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] > 0 {
      let first = slots[slot] - 1
      if hashes[first] == hash, features.isRow(first, equalTo: row, of: others) { break }
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }
}

extension Features {
  // Differs from run to run, so that no file can be made whose rows meet in one place.
  private static let seed = UInt64.random(in: 0...UInt64.max)

  /// A hash of each row; equal rows have equal ones.
  fileprivate var rowHashes: [UInt64] {
    var hashes = [UInt64](repeating: Self.seed, count: rowCount)
    guard let table else {
      for row in hashes.indices { hashes[row] = hash(ofRow: row) }
      return hashes
    }
    // A column at a time, since rows are scattered over the columns.
    for column in table.columns {
      switch column.cells {
      case .numbers(let numbers):
        // 0 and -0 are equal, as are all numbers that are missing.
        for row in hashes.indices {
          let number = numbers[row]
          hashes[row].mix(number.isNaN ? 1 : (number + 0).bitPattern)
        }
      case .categories(let codes, let names):
        let hashesOfNames = names.map { UInt64(truncatingIfNeeded: $0.hashValue) }
        for row in hashes.indices {
          hashes[row].mix(codes[row] < 0 ? 1 : hashesOfNames[Int(codes[row])])
        }
      case .dates, .indicators, .texts:
        for row in hashes.indices {
          hashes[row].mix(UInt64(truncatingIfNeeded: column.text(inRow: row).hashValue))
        }
      }
    }
    return hashes
  }

  // The hash of a row that is no row of a table.
  private func hash(ofRow row: Int) -> UInt64 {
    var hasher = Hasher()
    if let sparse {
      hasher.combine(sparse.entries(ofRow: row))
    } else {
      unsafe withBytes(ofRow: row) { unsafe hasher.combine(bytes: $0) }
    }
    return UInt64(truncatingIfNeeded: hasher.finalize())
  }

  fileprivate func isRow(_ row: Int, equalTo other: Int, of others: Features) -> Bool {
    guard let table, let otherTable = others.table else {
      guard table == nil, others.table == nil else { return false }
      if sparse != nil || others.sparse != nil {
        return sparse?.entries(ofRow: row) == others.sparse?.entries(ofRow: other)
      }
      return unsafe withBytes(ofRow: row) { left in
        unsafe others.withBytes(ofRow: other) { unsafe left.elementsEqual($0) }
      }
    }
    return zip(table.columns, otherTable.columns).allSatisfy { column, otherColumn in
      guard column.type == otherColumn.type else { return false }
      return column.type == .number
        ? column.number(inRow: row) == otherColumn.number(inRow: other)
        : column.text(inRow: row) == otherColumn.text(inRow: other)
    }
  }

  /// Calls `body` with the memory of a row of bytes or floats, which is valid only during the call.
  fileprivate func withBytes<Result>(
    ofRow row: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    func part(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> Result {
      unsafe body(UnsafeRawBufferPointer(rebasing: bytes[row * count..<(row + 1) * count]))
    }
    if let matrix = bytes {
      return unsafe matrix.withUnsafeBytes { unsafe part($0, matrix.columnCount) }
    }
    return unsafe matrix.elements.withUnsafeBytes {
      unsafe part($0, columnCount * MemoryLayout<Float>.size)
    }
  }
}

extension SparseMatrix {
  /// Returns the columns and the values of a row.
  fileprivate func entries(ofRow row: Int) -> SparseRow {
    let range = rowOffsets[row]..<rowOffsets[row + 1]
    return SparseRow(columns: columns[range], values: values[range])
  }
}

private struct SparseRow: Hashable {
  let columns: ArraySlice<Int32>
  let values: ArraySlice<Float>
}
