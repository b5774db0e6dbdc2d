// SPDX-License-Identifier: Apache-2.0

/// A grey picture that a terminal can show, two pixels a character.
package struct Picture: Sendable {
  private static let ramp = Array(" .:-=+*#%@")
  // Below this width a picture is drawn twice as large.
  private static let smallWidth = 16

  private let rowCount: Int
  private let columnCount: Int
  /// From 0, black, to 1, white.
  private let values: [Float]

  /// Takes the features of a row for a picture, if its shape is that of one.
  ///
  /// Values outside of 0...1 are stretched to it.
  package init?(values: [Float], shape: [Int]) {
    guard shape.count == 2 || (shape.count == 3 && shape[2] == 1), shape[0] > 0, shape[1] > 0,
      shape[0] * shape[1] == values.count
    else { return nil }
    self.init(rowCount: shape[0], columnCount: shape[1], values: Self.stretched(values))
  }

  private init(rowCount: Int, columnCount: Int, values: [Float]) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  private static func stretched(_ values: [Float]) -> [Float] {
    guard let low = values.min(), let high = values.max(), low < 0 || high > 1 else {
      return values
    }
    return values.map { high > low ? ($0 - low) / (high - low) : 0 }
  }

  /// The picture in at most so many columns: half blocks in grey, or characters without colours.
  package func lines(columns: Int, color: Terminal.Color?) -> [String] {
    let fitted = fitted(columns: max(1, columns))
    return stride(from: 0, to: fitted.rowCount, by: 2).map { row in
      color.map { fitted.coloredLine(row, $0) } ?? fitted.plainLine(row)
    }
  }

  private func fitted(columns: Int) -> Picture {
    if columnCount <= Self.smallWidth, 2 * columnCount <= columns { return doubled() }
    return columnCount <= columns ? self : averaged(over: (columnCount + columns - 1) / columns)
  }

  private func doubled() -> Picture {
    var result: [Float] = []
    for row in 0..<2 * rowCount {
      for column in 0..<2 * columnCount { result.append(self[row / 2, column / 2]) }
    }
    return Picture(rowCount: 2 * rowCount, columnCount: 2 * columnCount, values: result)
  }

  // Each pixel the mean of a square.
  private func averaged(over side: Int) -> Picture {
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
    return Picture(rowCount: rows, columnCount: columns, values: result)
  }

  /// Black below the last row.
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

  // The upper pixel is the character's colour, the lower one its background.
  private func coloredLine(_ row: Int, _ color: Terminal.Color) -> String {
    var line = ""
    var last = ""
    for column in 0..<columnCount {
      let upper = Self.code(self[row, column], color)
      let lower = Self.code(self[row + 1, column], color)
      let style = "\u{1b}[38;\(upper);48;\(lower)m"
      line += (style == last ? "" : style) + "▀"
      last = style
    }
    return line + "\u{1b}[0m"
  }

  private static func code(_ grey: Float, _ color: Terminal.Color) -> String {
    switch color {
    case .full:
      let level = Int((grey * 255).rounded())
      return "2;\(level);\(level);\(level)"
    case .indexed:
      // 232...255 are greys; black and white lie outside of them.
      let level = Int((grey * 25).rounded())
      return "5;\(level == 0 ? 16 : level == 25 ? 231 : 231 + level)"
    }
  }
}
