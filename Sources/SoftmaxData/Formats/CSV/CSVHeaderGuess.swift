// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Whether the first line of a table names its columns, told by how it differs from the lines below.
///
/// A first line is a header if it has a word where all else is a number, or no number at all; it is a row
/// where it has a text that comes again below. Numbers that count up, such as 0, 1, 2 or years, may be
/// names. What speaks for both is left to the caller to say.
struct CSVHeaderGuess {
  private let first: [CSVSample.Cell]
  private let columns: [Column]
  private let rowCount: Int
  private let isRepeated: Bool

  // A column without its first cell.
  private struct Column {
    var numberCount = 0
    var wholeCount = 0
    var textCount = 0
    var texts: Set<String> = []

    // Texts that come again and again.
    var isRepeated: Bool { textCount >= 2 * texts.count && numberCount == 0 }
  }

  init(_ sample: CSVSample) {
    first = sample.records.first ?? []
    let rows = sample.records.dropFirst()
    rowCount = rows.count
    isRepeated = rows.contains(first)
    columns = first.indices.map { place in
      rows.reduce(into: Column()) { column, row in
        guard place < row.count else { return }
        switch row[place] {
        case .missing: break
        case .number(let number):
          column.numberCount += 1
          if number == number.rounded() { column.wholeCount += 1 }
        case .text(let text):
          column.textCount += 1
          column.texts.insert(text)
        }
      }
    }
  }

  /// The answer; nil where there is something to be said for both.
  var answer: Bool? {
    // Words above numbers.
    var strangers = 0
    // Words that no line below has, in a column of texts that come again and again.
    var unseen = 0
    var isSeenBelow = false
    var names: [Double] = []
    // Whole numbers above a column that has none.
    var isAboveFractions = false
    for (cell, column) in zip(first, columns) {
      switch cell {
      case .missing: break
      case .number(let number):
        names.append(number)
        if number == number.rounded(), column.numberCount > 0, column.wholeCount == 0 {
          isAboveFractions = true
        }
      case .text(let text):
        if column.numberCount > 0, column.textCount == 0 { strangers += 1 }
        if column.texts.contains(text) { isSeenBelow = true }
        if column.isRepeated, !column.texts.contains(text) { unseen += 1 }
      }
    }
    if isRepeated { return false }
    if isSeenBelow { return strangers == 0 ? false : nil }
    let hasWords = first.contains { if case .text = $0 { true } else { false } }
    if names.isEmpty { return hasWords }
    let countsUp = zip(names, names.dropFirst()).allSatisfy { $1 == $0 + 1 }
    let isFromZero = countsUp && names[0] == 0
    // A row may count up by chance; many rows below that differ make it unlikely.
    let hasManyRows = rowCount >= 10
    if strangers == 0 {
      return countsUp && names.count >= 2 && hasManyRows
        && (isAboveFractions || isFromZero && (unseen > 0 || names.count >= 5))
    }
    if countsUp && names[0] == names[0].rounded() && names.count >= 2 { return true }
    return strangers >= max(2, names.count) ? true : nil
  }

  /// A word of the first line that stands above numbers, and its column.
  var stranger: (text: String, column: Int)? {
    for (place, column) in columns.enumerated() {
      if case .text(let text) = first[place], column.numberCount > 0, column.textCount == 0 {
        return (text, place)
      }
    }
    return nil
  }
}
