// SPDX-License-Identifier: Apache-2.0

/// The least hashes of some judged rows, by which they are recognized among others.
///
/// A row is known by its logits and its class, so the same rows are found in another order, in another file, and among
/// others. Of many rows the 256 least hashes are kept, which are as good as a random choice of the rows.
///
/// Source: Broder, "On the resemblance and containment of documents", SEQUENCES 1997.
package struct RowSketch: Hashable, Sendable, Codable {
  package static let greatestCount = 256

  /// The least hashes, ascending, each once.
  package let hashes: [UInt64]

  /// Creates the sketch of the rows of an evaluation.
  init(_ evaluation: Evaluation) {
    hashes = Array(Set(Self.hashes(of: evaluation)).sorted().prefix(Self.greatestCount))
  }

  /// Returns about which share of the rows are among those of an evaluation.
  package func share(in evaluation: Evaluation) -> Double {
    guard !hashes.isEmpty else { return 0 }
    let others = Set(Self.hashes(of: evaluation))
    return Double(hashes.count { others.contains($0) }) / Double(hashes.count)
  }

  private static func hashes(of evaluation: Evaluation) -> [UInt64] {
    evaluation.labels.enumerated().map { row, label in
      // Every reader of JSON takes integers below 2^53.
      RowHash.bits(evaluation.logits, row: row, start: UInt64(label)) >> 11
    }
  }
}
