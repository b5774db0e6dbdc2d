// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A line of comma-separated values with the quoting of RFC 4180.
///
/// A parser gets the texts back unchanged. They are not protected against spreadsheets, which take cells
/// such as "=1+2" for formulas, nor against terminals, which interpret control characters.
package struct CSVLine: Sendable {
  private var cells: [String] = []

  /// Creates an empty line.
  package init() {}

  /// Appends a number, which needs no quotes.
  package mutating func append(number: some Numeric & CustomStringConvertible) {
    cells.append(number.description)
  }

  /// Appends a text, quoted if it contains a comma, a quote or a line break.
  package mutating func append(text: String) {
    // Compares scalars, because a quote followed by a combining accent is a different `Character`.
    let isPlain = !text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
    cells.append(isPlain ? text : "\"" + Self.doublingQuotes(text) + "\"")
  }

  private static func doublingQuotes(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == "\"" { result += "\"" }
      result.unicodeScalars.append(scalar)
    }
  }

  /// The text of the line, without a line break.
  package var text: String { cells.joined(separator: ",") }
}
