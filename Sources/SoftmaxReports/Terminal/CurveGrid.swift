// SPDX-License-Identifier: Apache-2.0

import SoftmaxModels

/// A grid of dots drawn with characters; a Braille character has eight dots, an ASCII character one.
struct CurveGrid {
  let columns: Int
  let rows: Int
  private let style: TrainingHistory.CurveStyle
  // The dots of each character as a bit set, in the numbering of Unicode's Braille block.
  private var dots: [UInt8]
  private var isMarked: [Bool]

  init(columns: Int, rows: Int, style: TrainingHistory.CurveStyle) {
    self.columns = columns
    self.rows = rows
    self.style = style
    dots = Array(repeating: 0, count: columns * rows)
    isMarked = Array(repeating: false, count: columns * rows)
  }

  /// The number of dots per row: two per Braille character.
  var dotColumns: Int { style == .braille ? 2 * columns : columns }
  /// The number of dots per column: four per Braille character.
  var dotRows: Int { style == .braille ? 4 * rows : rows }

  // The bits of a character's dots in row-major order. Source: Unicode 15, chapter 21.1, Braille patterns.
  private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  /// Draws a line with Bresenham's algorithm.
  mutating func drawLine(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
    let width = abs(end.x - start.x)
    let height = abs(end.y - start.y)
    var (x, y) = start
    var error = width - height
    while true {
      set(x, y)
      guard x != end.x || y != end.y else { return }
      let twice = 2 * error
      if twice > -height {
        error -= height
        x += end.x > start.x ? 1 : -1
      }
      if twice < width {
        error += width
        y += end.y > start.y ? 1 : -1
      }
    }
  }

  private mutating func set(_ x: Int, _ y: Int) {
    switch style {
    case .braille: dots[y / 4 * columns + x / 2] |= CurveGrid.bits[y % 4 * 2 + x % 2]
    case .ascii: dots[y * columns + x] = 1
    }
  }

  /// Draws a point, which replaces the character that contains the dot.
  mutating func mark(_ place: (x: Int, y: Int)) {
    let cell = style == .braille ? (place.x / 2, place.y / 4) : place
    isMarked[cell.1 * columns + cell.0] = true
  }

  /// Returns a row's text without trailing blanks, and its number of visible characters.
  func text(row: Int, isColored: Bool) -> (text: String, count: Int) {
    var text = ""
    var color = ""
    var end = columns
    while end > 0, dots[row * columns + end - 1] == 0, !isMarked[row * columns + end - 1] {
      end -= 1
    }
    for column in 0..<end {
      let index = row * columns + column
      let wanted =
        !isColored || dots[index] == 0 && !isMarked[index] ? color : isMarked[index] ? "33" : "36"
      if wanted != color {
        text += "\u{1b}[\(wanted)m"
        color = wanted
      }
      text.append(character(at: index))
    }
    return (text + (color.isEmpty ? "" : "\u{1b}[0m"), end)
  }

  private func character(at index: Int) -> Character {
    if isMarked[index] { return style == .braille ? "•" : "o" }
    guard dots[index] != 0 else { return " " }
    guard style == .braille else { return "*" }
    return Unicode.Scalar(0x2800 + UInt32(dots[index])).map(Character.init) ?? "*"
  }
}
