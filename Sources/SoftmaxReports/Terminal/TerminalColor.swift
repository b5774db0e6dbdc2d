// SPDX-License-Identifier: Apache-2.0

/// How a terminal can be told colours.
package enum TerminalColor: Hashable, Sendable {
  /// 24 bits each.
  case full
  /// One of 256.
  case indexed
}

extension TerminalColor {
  /// The code of a colour, without what says whether it is the text's or the background's.
  ///
  /// Of 256 colours: the nearest in the cube of 6 x 6 x 6.
  func code(red: Int, green: Int, blue: Int) -> String {
    switch self {
    case .full: return "2;\(red);\(green);\(blue)"
    case .indexed:
      // The cube's levels are 0, 95, 135, 175, 215, 255.
      func level(_ value: Int) -> Int {
        value < 48 ? 0 : value < 115 ? 1 : min(5, (value - 35) / 40)
      }
      return "5;\(16 + 36 * level(red) + 6 * level(green) + level(blue))"
    }
  }

  /// The code of a grey from 0 to 1.
  func code(grey: Float) -> String {
    switch self {
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
