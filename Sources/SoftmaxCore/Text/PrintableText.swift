// SPDX-License-Identifier: Apache-2.0

/// Makes text from files and arguments safe to print, because some characters control a terminal.
///
/// It also measures and pads text. Widths are an estimate by Unicode's properties: terminals differ, in
/// particular for emoji.
package enum PrintableText {
  /// Returns the text on one line, with every control character escaped, such as `\u{1b}`.
  package static func line(_ text: String) -> String {
    text.unicodeScalars.contains(where: isControl) ? escaped(text, keeping: []) : text
  }

  /// Returns the text with every control character except line feeds escaped.
  package static func lines(_ text: String) -> String {
    escaped(text, keeping: ["\n"])
  }

  private static func escaped(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if isControl(scalar), !kept.contains(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Returns whether a scalar is a control character, a line break or changes the direction of text.
  package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }

  /// Returns the number of terminal columns that the text occupies.
  package static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width($1) }
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    // The wide ranges of Unicode's East Asian Width property: Hangul, CJK, full-width forms, pictographs.
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
      0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff,
      0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }

  /// Returns the text, padded with trailing spaces to a width.
  package static func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - width(text)))
  }

  /// Returns the text, padded with leading spaces to a width.
  package static func rightAligned(_ text: String, to columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - width(text))) + text
  }

  /// Returns the text in at most `columns` columns; a truncated text ends in `…`.
  package static func shortened(_ text: String, to columns: Int) -> String {
    guard width(text) > columns else { return text }
    return prefix(text, columns: columns - 1) + (columns > 0 ? "…" : "")
  }

  /// Returns the longest prefix of the text that fits into `columns` columns.
  package static func prefix(_ text: String, columns: Int) -> String {
    var shown = ""
    var used = 0
    // The loop is over characters, not scalars, so an accent is not separated from its letter.
    for character in text {
      used += width(String(character))
      guard used <= columns else { break }
      shown.append(character)
    }
    return shown
  }

  /// Returns as many names, separated by commas, as fit into `columns` columns.
  ///
  /// A name that contains a comma is put in quotes. If names are omitted, the list ends in `...`.
  package static func list(_ names: [String], columns: Int) -> String {
    let names = names.map { name in
      let line = line(name)
      return line.contains(",") ? "\"\(line)\"" : line
    }
    let whole = names.joined(separator: ", ")
    guard width(whole) > columns else { return whole }
    var shown = ""
    for name in names {
      let longer = shown + name + ", "
      guard width(longer) + 3 <= columns else { break }
      shown = longer
    }
    return shown + "..."
  }
}
