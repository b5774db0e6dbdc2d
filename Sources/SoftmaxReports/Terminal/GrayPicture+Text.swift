// SPDX-License-Identifier: Apache-2.0

extension GrayPicture {
  private static let ramp = Array(" .:-=+*#%@")
  // Pictures up to this width are drawn at double size.
  private static let smallWidth = 16

  /// Returns the picture as text that is at most `columns` wide, with two rows of pixels per line.
  ///
  /// ASCII characters of different density show the brightness. Small pictures are drawn at double size; in
  /// pictures that are too wide, squares of pixels are averaged.
  public func lines(columns: Int) -> [String] { lines(columns: columns, color: nil) }

  /// Returns the picture as text, in shades of grey if the terminal supports them.
  ///
  /// - Parameters:
  ///   - columns: the width of the terminal.
  ///   - color: the colour codes; nil means ASCII characters.
  package func lines(columns: Int, color: TerminalColor?) -> [String] {
    let fitted = fitted(columns: max(1, columns))
    return stride(from: 0, to: fitted.rowCount, by: 2).map { row in
      color.map { fitted.coloredLine(row, $0) } ?? fitted.plainLine(row)
    }
  }

  func fitted(columns: Int) -> GrayPicture {
    if columnCount <= Self.smallWidth, 2 * columnCount <= columns { return doubled() }
    return columnCount <= columns ? self : averaged(over: (columnCount + columns - 1) / columns)
  }

  private func doubled() -> GrayPicture {
    var result: [Float] = []
    for row in 0..<2 * rowCount {
      for column in 0..<2 * columnCount { result.append(self[row / 2, column / 2]) }
    }
    return GrayPicture(rowCount: 2 * rowCount, columnCount: 2 * columnCount, values: result)
  }

  // Returns the picture with each square of pixels replaced by its mean.
  private func averaged(over side: Int) -> GrayPicture {
    let rows = (rowCount + side - 1) / side
    let columns = (columnCount + side - 1) / side
    var result: [Float] = []
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Float = 0
        var count: Float = 0
        for y in row * side..<min((row + 1) * side, rowCount) {
          for x in column * side..<min((column + 1) * side, columnCount) {
            sum += self[y, x]
            count += 1
          }
        }
        result.append(sum / count)
      }
    }
    return GrayPicture(rowCount: rows, columnCount: columns, values: result)
  }

  /// The value of a pixel; a row below the last one is black.
  private subscript(row: Int, column: Int) -> Float {
    row < rowCount ? values[row * columnCount + column] : 0
  }

  private func plainLine(_ row: Int) -> String {
    let characters = (0..<columnCount).map { column in
      let last = row + 1 < rowCount ? row + 1 : row
      let grey = (self[row, column] + self[last, column]) / 2
      return Self.ramp[min(Self.ramp.count - 1, Int(grey * Float(Self.ramp.count)))]
    }
    let end = characters.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
    return String(characters[..<end])
  }

  // Each character shows two pixels: the upper in the text colour, the lower in the background colour.
  private func coloredLine(_ row: Int, _ color: TerminalColor) -> String {
    var line = ""
    var last = ""
    for column in 0..<columnCount {
      let upper = color.code(grey: self[row, column])
      let lower = color.code(grey: self[row + 1, column])
      let style = "\u{1b}[38;\(upper);48;\(lower)m"
      line += (style == last ? "" : style) + "▀"
      last = style
    }
    return line + "\u{1b}[0m"
  }
}
