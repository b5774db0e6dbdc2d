// SPDX-License-Identifier: Apache-2.0

/// Makes names from files and arguments safe to show: a terminal obeys some characters.
package enum PrintableText {
  /// The text on one line, with every control character written out, such as `\u{1b}`.
  package static func line(_ text: String) -> String {
    text.unicodeScalars.contains(where: isControl) ? escaped(text, keeping: []) : text
  }

  /// The same for several lines.
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

  /// Control characters, those that turn the direction of what follows, and line breaks.
  package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }

  /// The number of columns that a terminal gives the text.
  package static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width($1) }
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    // The wide ranges of Unicode's East Asian Width: Hangul, CJK, full-width forms, pictographs.
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
      0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff,
      0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }

  /// The text, with spaces behind it up to a width.
  package static func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - width(text)))
  }

  /// The text, with spaces before it up to a width.
  package static func rightAligned(_ text: String, to columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - width(text))) + text
  }

  /// The text in at most so many columns; where something is left out, `…` says so.
  package static func shortened(_ text: String, to columns: Int) -> String {
    guard width(text) > columns else { return text }
    return prefix(text, columns: columns - 1) + (columns > 0 ? "…" : "")
  }

  /// As much of the text's beginning as fits into so many columns.
  package static func prefix(_ text: String, columns: Int) -> String {
    var shown = ""
    var used = 0
    // Characters, not scalars, so that no accent loses its letter.
    for character in text {
      used += width(String(character))
      guard used <= columns else { break }
      shown.append(character)
    }
    return shown
  }

  /// Names with commas between, as many as there is room for; a name with a comma of its own in quotes.
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
