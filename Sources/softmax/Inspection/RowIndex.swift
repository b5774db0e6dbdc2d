// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The rows of features by their content, to find equal ones.
struct RowIndex {
  private let features: Features
  // The rows whose bytes have a hash, the first of equal ones only.
  private var rows: [Int: [Int]] = [:]
  /// The rows that equal an earlier one, each with the first that it equals.
  private(set) var duplicates: [(row: Int, first: Int)] = []

  init(_ features: Features) {
    // Whatever their storage, rows are compared as the bytes or the floats that a network sees.
    let features = features.bytes == nil ? .floats(features.matrix) : features
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

  /// How many rows of other features are among these.
  func count(in others: Features) -> Int {
    guard others.columnCount == features.columnCount else { return 0 }
    let others = others.bytes == nil ? .floats(others.matrix) : others
    return (0..<others.rowCount).count {
      first(equalTo: $0, of: others, hash: others.hash(ofRow: $0)) != nil
    }
  }

  private func first(equalTo row: Int, of others: Features, hash: Int) -> Int? {
    rows[hash]?.first { candidate in
      unsafe features.withBytes(ofRow: candidate) { left in
        unsafe others.withBytes(ofRow: row) { unsafe left.elementsEqual($0) }
      }
    }
  }
}

extension Features {
  fileprivate func hash(ofRow row: Int) -> Int {
    var hasher = Hasher()
    unsafe withBytes(ofRow: row) { unsafe hasher.combine(bytes: $0) }
    return hasher.finalize()
  }

  /// Calls `body` with the memory of a row, which must not be used after it returned.
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
