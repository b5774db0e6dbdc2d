// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

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
  /// Spreadsheets run what begins like a formula; an apostrophe in front makes it a text. Control
  /// characters are written out, even into a file: `cat` shows it on a terminal, which obeys them.
  package mutating func append(text: String) {
    var cell = PrintableText.line(text)
    // Scalars, because an accent behind the sign makes them one other character.
    if let first = cell.unicodeScalars.first, "=+-@".unicodeScalars.contains(first) {
      cell = "'" + cell
    }
    if cell.unicodeScalars.contains(where: { ",\"".unicodeScalars.contains($0) }) {
      cell = "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
    cells.append(cell)
  }

  /// The line, without its end.
  package var text: String { cells.joined(separator: ",") }
}
