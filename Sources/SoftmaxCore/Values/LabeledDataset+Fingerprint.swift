// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// A short text that is another where a feature, a target, a class' name or the shape is.
  ///
  /// It tells whether a training goes on with the data that it began with. Against mix-ups and not
  /// against malice: see `PayloadChecksum`.
  ///
  /// - Complexity: linear in the bytes of features and targets, at the speed of memory.
  package var fingerprint: String {
    var words: [UInt64] = []
    switch features.storage {
    case .floats(let matrix):
      words = [0, matrix.fingerprint]
    case .bytes(let matrix):
      let bytes = unsafe matrix.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
      words = [1, bytes, UInt64(matrix.scale.bitPattern)]
    case .columns(let table):
      words = [5] + table.columns.map(\.fingerprint)
    }
    switch targets {
    case .labels: break
    case .distributions(let matrix): words += [2, matrix.fingerprint]
    case .indicators(let matrix): words += [3, matrix.fingerprint]
    }
    if let sampleWeights {
      words += [
        4, unsafe sampleWeights.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) },
      ]
    }
    words += featureShape.map { UInt64($0) }
    words.append(unsafe labels.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) })
    // A name cannot hold the character that ends it here.
    let names = classNames.reduce(into: [UInt8]()) { $0 += Array($1.utf8) + [0xff] }
    words.append(unsafe names.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) })
    let whole = unsafe words.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
    return String(whole, radix: 16)
  }
}

extension Matrix {
  fileprivate var fingerprint: UInt64 {
    unsafe elements.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
  }
}

extension Table.Column {
  // Of the cells; texts as those that they stand for, one after the other.
  fileprivate var fingerprint: UInt64 {
    switch cells {
    case .numbers(let numbers):
      unsafe numbers.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
    case .categories:
      unsafe (0..<count).reduce(into: [UInt8]()) { bytes, row in
        // Neither byte occurs in a text.
        bytes += text(inRow: row).map { Array($0.utf8) + [0xff] } ?? [0xfe]
      }.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
    }
  }
}
