// SPDX-License-Identifier: Apache-2.0

/// The set of colours that a terminal supports.
package enum TerminalColor: Hashable, Sendable {
  /// Colours of 24 bits.
  case full
  /// A palette of 256 colours.
  case indexed
}

extension TerminalColor {
  /// Returns the code of a colour, without the prefix for text (38) or background (48).
  ///
  /// From a palette of 256 colours it is the nearest one in the 6 x 6 x 6 cube.
  func code(red: Int, green: Int, blue: Int) -> String {
    switch self {
    case .full: return "2;\(red);\(green);\(blue)"
    case .indexed:
      // The levels of the cube are 0, 95, 135, 175, 215 and 255.
      func level(_ value: Int) -> Int {
        value < 48 ? 0 : value < 115 ? 1 : min(5, (value - 35) / 40)
      }
      return "5;\(16 + 36 * level(red) + 6 * level(green) + level(blue))"
    }
  }

  /// Returns the code of a grey level from 0 (black) to 1 (white).
  func code(grey: Float) -> String {
    switch self {
    case .full:
      let level = Int((grey * 255).rounded())
      return "2;\(level);\(level);\(level)"
    case .indexed:
      // The palette's entries 232...255 are greys; black and white are entries of the cube.
      let level = Int((grey * 25).rounded())
      return "5;\(level == 0 ? 16 : level == 25 ? 231 : 231 + level)"
    }
  }
}
