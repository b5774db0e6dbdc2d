// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Gallery {
  /// Returns the pictures as text, as many side by side as fit; all characters but those of names are
  /// ASCII.
  public func lines(columns: Int) -> [String] { lines(columns: columns, color: nil) }

  /// Returns the pictures as text, in colour if the terminal supports it.
  ///
  /// - Parameters:
  ///   - columns: the width of the terminal; at most 1,000 are used.
  ///   - color: the colour codes; nil means that all characters but those of names are ASCII.
  package func lines(columns: Int, color: TerminalColor?) -> [String] {
    let columns = min(max(1, columns), 1000)
    let drawn = tiles.map { $0.picture.lines(columns: columns, color: color) }
    let widths = tiles.map { $0.picture.fitted(columns: columns).columnCount }
    let titles = tiles.map { "\(mark($0, color)) \(PrintableText.line($0.title))" }
    let pictureWidth = widths.max() ?? 1
    // A title may be wider than its picture, up to 26 columns, so that several pictures still fit side by
    // side.
    let titleWidth = titles.map(PrintableText.width).max() ?? 1
    let width = min(columns, max(pictureWidth, min(titleWidth, 26)))
    let gap = 2
    let count = max(1, (columns + gap) / (width + gap))
    var lines: [String] = []
    for begin in stride(from: 0, to: tiles.count, by: count) {
      let shown = begin..<min(begin + count, tiles.count)
      if begin > 0 { lines.append("") }
      for line in 0..<(shown.map { drawn[$0].count }.max() ?? 0) {
        lines.append(
          joined(
            shown.map { index in
              let text = line < drawn[index].count ? drawn[index][line] : ""
              // A coloured line contains escape sequences; its visible width is that of its picture.
              let used = color == nil || text.isEmpty ? PrintableText.width(text) : widths[index]
              return text + String(repeating: " ", count: max(0, width + gap - used))
            }))
      }
      lines.append(
        joined(
          shown.map { index in
            let title = PrintableText.shortened(titles[index], to: width)
            let padding = String(
              repeating: " ", count: max(0, width + gap - PrintableText.width(title)))
            return styled(title, tiles[index], color) + padding
          }))
    }
    return lines
  }

  private func joined(_ cells: [String]) -> String {
    let line = cells.joined()
    let end = line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex
    return String(line[..<end])
  }

  private func mark(_ tile: Tile, _ color: TerminalColor?) -> String {
    switch (tile.isRight, color != nil) {
    case (true, true): "✓"
    case (false, true): "✗"
    case (true, false): " "
    case (false, false): "x"
    }
  }

  private func styled(_ title: String, _ tile: Tile, _ color: TerminalColor?) -> String {
    guard let color, !tile.isRight else { return title }
    return "\u{1b}[38;\(color.code(red: 255, green: 135, blue: 0))m\(title)\u{1b}[0m"
  }
}
