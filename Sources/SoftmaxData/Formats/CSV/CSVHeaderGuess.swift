// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A guess whether the first line of a table is a header, from its difference to the lines below.
///
/// The first line is a header if it has a text above numbers, or no number at all. It is a row if one of
/// its texts occurs again in the same column, unless it has texts only and two of them are above numbers.
/// Consecutive numbers in the first line, such as 0, 1, 2 or years, may be names of columns. If the evidence is contradictory, the caller has to decide.
struct CSVHeaderGuess {
  private let first: [CSVSample.Cell]
  private let columns: [Column]
  private let rowCount: Int
  private let isRepeated: Bool

  // The statistics of a column below its first cell.
  private struct Column {
    var numberCount = 0
    var wholeCount = 0
    var textCount = 0
    var texts: Set<String> = []

    // Whether the column has texts only, each at least twice on average.
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

  /// Whether the first line is a header; nil if the evidence is contradictory.
  var answer: Bool? {
    // The number of texts above columns of numbers: they suggest a header.
    var strangers = 0
    // The number of texts above repeated texts that do not include them: they suggest a header.
    var unseen = 0
    var isSeenBelow = false
    var names: [Double] = []
    // Whether an integer is above a column that has numbers but no integers.
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
    // A row would have numbers there.
    if isSeenBelow { return strangers == 0 ? false : names.isEmpty && strangers > 1 ? true : nil }
    let hasWords = first.contains { if case .text = $0 { true } else { false } }
    if names.isEmpty { return hasWords }
    let countsUp = zip(names, names.dropFirst()).allSatisfy { $1 == $0 + 1 }
    let isFromZero = countsUp && names[0] == 0
    // A row may have consecutive numbers by chance, but rarely if ten or more rows below are different.
    let hasManyRows = rowCount >= 10
    if strangers == 0 {
      return countsUp && names.count >= 2 && hasManyRows
        && (isAboveFractions || isFromZero && (unseen > 0 || names.count >= 5))
    }
    if countsUp && names[0] == names[0].rounded() && names.count >= 2 { return true }
    return strangers >= max(2, names.count) ? true : nil
  }

  /// The first text of the first line that is above a column of numbers, and the index of that column.
  var stranger: (text: String, column: Int)? {
    for (place, column) in columns.enumerated() {
      if case .text(let text) = first[place], column.numberCount > 0, column.textCount == 0 {
        return (text, place)
      }
    }
    return nil
  }
}
