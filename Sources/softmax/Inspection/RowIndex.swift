// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An index of feature rows by content, which finds equal rows.
///
/// Rows are compared in the type of their storage (bytes, floats, sparse values, or a table's doubles and texts), not as
/// the floats that a network sees. Rows in different storages are never equal. The index keeps the features
/// and a hash table with an entry for each distinct row.
struct RowIndex {
  private let features: Features
  // The rows by hash; of equal rows, only the first.
  private var rows: [Int: [Int]] = [:]
  /// The rows that equal an earlier row, each with the first such row.
  private(set) var duplicates: [(row: Int, first: Int)] = []

  init(_ features: Features) {
    self.features = features
    for row in 0..<features.rowCount {
      let hash = features.hash(ofRow: row)
      if let first = first(equalTo: row, of: features, hash: hash) {
        duplicates.append((row, first))
      } else {
        rows[hash, default: []].append(row)
      }
    }
  }

  /// Returns the number of rows of other features that equal a row of the indexed features.
  func count(in others: Features) -> Int {
    guard others.columnCount == features.columnCount else { return 0 }
    return (0..<others.rowCount).count {
      first(equalTo: $0, of: others, hash: others.hash(ofRow: $0)) != nil
    }
  }

  private func first(equalTo row: Int, of others: Features, hash: Int) -> Int? {
    rows[hash]?.first { features.isRow($0, equalTo: row, of: others) }
  }
}

extension Features {
  fileprivate func hash(ofRow row: Int) -> Int {
    var hasher = Hasher()
    if let table {
      for column in table.columns {
        if column.type == .number {
          hasher.combine(column.number(inRow: row))
        } else {
          hasher.combine(column.text(inRow: row))
        }
      }
    } else if let sparse {
      hasher.combine(sparse.entries(ofRow: row))
    } else {
      unsafe withBytes(ofRow: row) { unsafe hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
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
