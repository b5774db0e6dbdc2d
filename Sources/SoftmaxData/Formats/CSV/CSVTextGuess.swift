// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A guess whether a column that holds no numbers holds texts of words, such as reviews, or categories.
///
/// They are texts if more than half of the cells are different and a cell has three words or 30 bytes on average, unless
/// each is a single word of ASCII, such as an identifier. A character of a script without blanks, such as Chinese, takes
/// three bytes. A few cells are too few to say so unless they are longer than a category would be.
struct CSVTextGuess {
  private static let leastWordCount = 3
  private static let leastByteCount = 30
  private static let leastCellCount = 4
  private static let leastByteCountOfFew = 200

  private var cellCount = 0
  private var texts: Set<String> = []
  private var wordCount = 0
  private var byteCount = 0
  // Whether a cell has two words, or one that is not of ASCII.
  private var hasWords = false

  init(_ cells: some Sequence<CSVSample.Cell>) {
    for cell in cells where cell != .missing {
      cellCount += 1
      guard case .text(let text) = cell else { continue }
      texts.insert(text)
      let words = text.split(whereSeparator: \.isWhitespace).count
      wordCount += words
      byteCount += text.utf8.count
      hasWords = hasWords || words > 1 || !text.utf8.allSatisfy { $0 < 0x80 }
    }
  }

  /// Whether the column holds texts of words.
  var answer: Bool {
    guard hasWords, 2 * texts.count > cellCount else { return false }
    let isLong =
      wordCount >= Self.leastWordCount * cellCount || byteCount >= Self.leastByteCount * cellCount
    return isLong
      && (cellCount >= Self.leastCellCount || byteCount >= Self.leastByteCountOfFew * cellCount)
  }
}
