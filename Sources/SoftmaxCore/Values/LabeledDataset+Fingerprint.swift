// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// A short text that identifies the features, targets, sample weights, origins, class names and feature shape.
  ///
  /// It is used to check that training resumes with the data with which it began. It detects accidental
  /// differences, not deliberate ones: see `PayloadChecksum`.
  ///
  /// - Complexity: O(n) for n bytes of features and targets, limited by the speed of memory.
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
    case .sparse(let matrix):
      words = [6] + matrix.fingerprints
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
    switch origins?.kind {
    case nil: break
    case .groups(let groups):
      words += [7, unsafe groups.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }]
    case .times(let times):
      words += [8, unsafe times.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }]
    }
    words += featureShape.map { UInt64($0) }
    words.append(unsafe labels.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) })
    // Each name is ended by 0xff, a byte that does not occur in UTF-8.
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

extension SparseMatrix {
  fileprivate var fingerprints: [UInt64] {
    [
      unsafe values.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) },
      unsafe columns.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) },
      unsafe rowOffsets.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) },
      UInt64(columnCount), UInt64(firstIndex),
    ]
  }
}

extension Table.Column {
  // The checksum of the cells. Categories are represented by their texts, not by their codes, so equal
  // columns have equal fingerprints.
  fileprivate var fingerprint: UInt64 {
    switch cells {
    case .numbers(let numbers), .dates(let numbers):
      unsafe numbers.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
    case .categories, .texts:
      unsafe (0..<count).reduce(into: [UInt8]()) { bytes, row in
        // 0xff ends a text, 0xfe represents a missing cell. Neither byte occurs in UTF-8.
        bytes += text(inRow: row).map { Array($0.utf8) + [0xff] } ?? [0xfe]
      }.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
    case .indicators:
      unsafe (0..<count).map { number(inRow: $0) ?? .nan }.withUnsafeBytes {
        unsafe PayloadChecksum.checksum(of: $0)
      }
    }
  }
}
