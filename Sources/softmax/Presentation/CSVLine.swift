// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A line of comma-separated values, quoted by RFC 4180.
///
/// A program reads back the texts as they are: nothing is added for spreadsheets, which take what begins with a
/// sign for a formula, and nothing is written out for terminals.
package struct CSVLine: Sendable {
  private var cells: [String] = []

  /// Begins an empty line.
  package init() {}

  /// Adds a number, which needs no quotes.
  package mutating func append(number: some Numeric & CustomStringConvertible) {
    cells.append(number.description)
  }

  /// Adds a text, in quotes where it holds a separator, a quote or a line end.
  package mutating func append(text: String) {
    // Scalars, because an accent after a quote makes them one other character.
    let isPlain = !text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
    cells.append(isPlain ? text : "\"" + Self.doublingQuotes(text) + "\"")
  }

  private static func doublingQuotes(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == "\"" { result += "\"" }
      result.unicodeScalars.append(scalar)
    }
  }

  /// The line, without its end.
  package var text: String { cells.joined(separator: ",") }
}
