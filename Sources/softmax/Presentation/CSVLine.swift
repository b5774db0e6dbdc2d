// SPDX-License-Identifier: Apache-2.0

/// A line of comma-separated values, quoted by RFC 4180.
package struct CSVLine: Sendable {
  private var cells: [String] = []

  /// Begins an empty line.
  package init() {}

  /// Adds a number, which needs no quotes.
  package mutating func append(number: some Numeric & CustomStringConvertible) {
    cells.append(number.description)
  }

  /// Adds a text.
  ///
  /// Spreadsheets run what begins like a formula; an apostrophe in front makes it a text.
  package mutating func append(text: String) {
    var cell = text
    if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) {
      cell = "'" + text
    }
    // Scalars, because Swift takes CR LF for one character.
    if cell.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) {
      cell = "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
    cells.append(cell)
  }

  /// The line, without its end.
  package var text: String { cells.joined(separator: ",") }
}
