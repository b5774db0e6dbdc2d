// SPDX-License-Identifier: Apache-2.0

/// The cells of a column of texts: UTF-8, one text after the other.
///
/// A text takes its bytes and the 16 bytes of its place. Copies and selected rows share the bytes.
package struct TextCells: Sendable {
  /// The bytes of all texts.
  package private(set) var bytes: [UInt8] = []
  /// The place of each row's text; empty for a missing cell.
  package private(set) var places: [Range<Int>] = []

  package init() {}

  /// Creates the cells of some texts; nil is a missing one.
  package init(_ texts: some Sequence<String?>) {
    for text in texts { append((text ?? "").utf8) }
  }

  /// The number of rows.
  package var count: Int { places.count }

  /// Appends a text, given as UTF-8.
  package mutating func append(_ text: some Collection<UInt8>) {
    let first = bytes.count
    bytes.append(contentsOf: text)
    places.append(first..<bytes.count)
  }

  /// Appends the cells of further rows.
  package mutating func append(_ other: TextCells) {
    let first = bytes.count
    bytes += other.bytes
    places += other.places.lazy.map { $0.lowerBound + first..<$0.upperBound + first }
  }

  /// Returns the text in a row, or nil if the cell is missing.
  package func text(inRow row: Int) -> String? {
    places[row].isEmpty ? nil : String(decoding: bytes[places[row]], as: UTF8.self)
  }

  /// Returns the cells of the given rows, in the given order.
  package func selecting(rows: [Int]) -> TextCells {
    var result = self
    result.places = rows.map { places[$0] }
    return result
  }
}
