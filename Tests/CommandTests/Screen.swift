// SPDX-License-Identifier: Apache-2.0

/// What a terminal shows of the bytes that a program writes to it.
///
/// It knows what the command makes use of: line ends, carriage returns, the cursor going up, erasing
/// to the end of the screen, colours. Anything else is kept in `unknown`.
struct Screen {
  let columns: Int
  /// The lines from the first one on, also those that have scrolled away.
  private(set) var lines: [[Character]] = [[]]
  /// Escape sequences that are not known here.
  private(set) var unknown: [String] = []
  /// Whether a character was written where there is no column.
  private(set) var hasOverrun = false
  private var row = 0
  private var column = 0

  init(_ text: String, columns: Int) {
    self.columns = columns
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "\n", "\r\n":
        row += 1
        column = 0
        if row == lines.count { lines.append([]) }
      case "\r": column = 0
      case "\u{1b}": obey(&rest)
      default: put(character)
      }
    }
  }

  /// The lines as text, without blanks at their ends.
  var text: [String] {
    lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  private mutating func put(_ character: Character) {
    if column >= columns { hasOverrun = true }
    while lines[row].count <= column { lines[row].append(" ") }
    lines[row][column] = character
    column += 1
  }

  private mutating func obey(_ rest: inout Substring) {
    guard let match = rest.prefixMatch(of: /\[([0-9;]*)([A-Za-z])/) else {
      unknown.append(String(rest.prefix(4)))
      return
    }
    rest = rest[match.range.upperBound...]
    switch match.output.2 {
    case "A": row = max(0, row - (Int(match.output.1) ?? 1))
    case "J" where match.output.1.isEmpty:
      lines[row] = Array(lines[row].prefix(column))
      lines.removeSubrange((row + 1)...)
    case "m": break
    default: unknown.append(String(match.output.0))
    }
  }
}
