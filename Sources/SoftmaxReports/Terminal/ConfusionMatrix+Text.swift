// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
package import SoftmaxModels

extension ConfusionMatrix {
  /// Returns the matrix as a table for a terminal; nil if it does not fit.
  ///
  /// Columns are headed by the first letters of their names, or by the classes' indices if the first
  /// letters are ambiguous. If the counts do not fit, a single character shows each cell's fraction of its
  /// row. A count of 0 is a dot.
  ///
  /// - Parameters:
  ///   - columns: the width of the terminal.
  ///   - color: the colour codes, blue for correct cells and orange for wrong ones; nil means no colours.
  package func lines(columns: Int, color: TerminalColor?) -> [String]? {
    let layout = TableLayout(self, columns: columns)
    guard let layout else { return nil }
    let labelCounts = labelCounts
    var lines = [layout.header("true \\ predicted")]
    if let heads = layout.heads { lines.append(layout.row("", heads)) }
    for row in 0..<classCount {
      let cells = (0..<classCount).map { column in
        let count = self[label: row, prediction: column]
        let share = count == 0 ? 0 : Double(count) / Double(labelCounts[row])
        let text = layout.cell(count, share: share)
        let padded = PrintableText.rightAligned(text, to: layout.cellWidth)
        return color.map {
          Self.colored(padded, share: share, isRight: row == column, $0)
        } ?? padded
      }
      lines.append(layout.row(layout.names[row], cells))
    }
    return lines
  }

  // The same shades as in the SVG document: they grow with the square root of the fraction of the row.
  private static func colored(
    _ text: String, share: Double, isRight: Bool, _ color: TerminalColor
  ) -> String {
    guard share > 0 else { return text }
    let shade = share.squareRoot()
    let full = isRight ? (0, 95, 175) : (215, 95, 0)
    func mixed(_ level: Int) -> Int { Int((255 + shade * Double(level - 255)).rounded()) }
    let background = color.code(red: mixed(full.0), green: mixed(full.1), blue: mixed(full.2))
    let ink = shade > 0.65 ? color.code(grey: 1) : color.code(grey: 0)
    return "\u{1b}[38;\(ink);48;\(background)m\(text)\u{1b}[0m"
  }
}

/// The widths and texts of a table that fits a given width.
private struct TableLayout {
  let names: [String]
  let nameWidth: Int
  let cellWidth: Int
  /// The headings of the columns; nil if cells are too narrow for headings.
  let heads: [String]?
  private let hasCounts: Bool

  init?(_ matrix: ConfusionMatrix, columns: Int) {
    let classNames = matrix.classNames.map(PrintableText.line)
    let count = max(1, matrix.classCount)
    let widest = classNames.map(PrintableText.width).max() ?? 0
    let digits = "\(matrix.cells.map(\.count).max() ?? 0)".count
    let numberWidth = "\(count - 1)".count
    // Names get the columns that the counts leave over, but at least eight or their full width.
    let least = min(widest, 8)
    let isNarrow = least + count * (digits + 1) > columns
    hasCounts = !isNarrow
    guard !isNarrow || least + count + 1 <= columns else { return nil }
    if isNarrow {
      cellWidth = 1
      nameWidth = min(widest, columns - count - 1)
      heads = nil
      names = classNames.map { PrintableText.shortened($0, to: min(widest, columns - count - 1)) }
      return
    }
    let roomy = max(digits + 1, min(widest + 1, 12, (columns - min(widest, 16)) / count))
    let starts = classNames.map { PrintableText.prefix($0, columns: roomy - 1) }
    if Set(starts).count == starts.count {
      cellWidth = roomy
      heads = starts
      nameWidth = min(widest, columns - count * cellWidth)
      let width = nameWidth
      names = classNames.map { PrintableText.shortened($0, to: width) }
    } else {
      cellWidth = max(digits, numberWidth) + 1
      let width = min(widest + numberWidth + 1, columns - count * cellWidth)
      guard width >= numberWidth else { return nil }
      heads = (0..<count).map { "\($0)" }
      nameWidth = width
      names = classNames.enumerated().map { index, name in
        let number = PrintableText.rightAligned("\(index)", to: numberWidth)
        return PrintableText.shortened("\(number) \(name)", to: width)
      }
    }
  }

  func header(_ text: String) -> String {
    PrintableText.shortened(text, to: max(text.count, nameWidth))
  }

  func row(_ name: String, _ cells: [String]) -> String {
    let gap = hasCounts ? "" : " "
    return PrintableText.padded(name, to: nameWidth) + gap
      + cells.map { PrintableText.rightAligned($0, to: cellWidth) }.joined()
  }

  func cell(_ count: Int, share: Double) -> String {
    if count == 0 { return "." }
    if hasCounts { return "\(count)" }
    return share > 0.75 ? "█" : share > 0.5 ? "▓" : share > 0.25 ? "▒" : "░"
  }
}
