// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A line of values separated by commas, or by another character, with the quoting of RFC 4180.
///
/// A parser gets the texts back unchanged. They are not protected against spreadsheets, which take cells
/// such as "=1+2" for formulas, nor against terminals, which interpret control characters.
package struct CSVLine: Sendable {
  private var cells: [String] = []
  private let separator: Character

  /// Creates an empty line.
  package init(separator: Character = ",") { self.separator = separator }

  /// Appends a number, which needs no quotes.
  package mutating func append(number: some Numeric & CustomStringConvertible) {
    cells.append(number.description)
  }

  /// Appends a text, quoted if it contains the separator, a quote or a line break.
  package mutating func append(text: String) {
    // Compares scalars, because a quote followed by a combining accent is a different `Character`.
    let special = "\(separator)\"\r\n".unicodeScalars
    let isPlain = !text.unicodeScalars.contains { special.contains($0) }
    cells.append(isPlain ? text : "\"" + Self.doublingQuotes(text) + "\"")
  }

  private static func doublingQuotes(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == "\"" { result += "\"" }
      result.unicodeScalars.append(scalar)
    }
  }

  /// The text of the line, without a line break.
  package var text: String { cells.joined(separator: String(separator)) }
}
