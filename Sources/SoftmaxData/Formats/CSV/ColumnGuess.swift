// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Guesses of what columns hold, from the first rows of a table.
struct ColumnGuess {
  /// What a column holds.
  struct Column {
    var type: Table.ColumnType
    /// How its cells are written; nil for numbers in digits, and for texts.
    var notation: CellNotation?
    /// Whether it holds dates that may begin with the day or with the month.
    var isAmbiguous = false
  }

  private let records: ArraySlice<[CSVSample.Cell]>
  private let texts: ArraySlice<[String]>
  private let decimalMark: CSVFormat.DecimalMark
  private let isDecimalMarkKnown: Bool
  private let columnsOfNumbers: Set<Int>

  /// Prepares guesses from the last `rowCount` records of a sample; the one before them may be a header.
  init(sample: CSVSample, rowCount: Int) {
    records = sample.records.suffix(rowCount)
    texts = sample.texts.suffix(rowCount)
    decimalMark = sample.decimalMark
    isDecimalMarkKnown = sample.isDecimalMarkKnown
    columnsOfNumbers = sample.columnsOfNumbers
  }

  /// Returns what a column holds.
  ///
  /// - Parameters:
  ///   - type: the type of its cells, of which only the notation is to be found; nil if it is not known.
  ///   - mark: the text that stands for missing cells in this column; nil if there is none.
  func column(_ column: Int, type: Table.ColumnType?, mark: String? = nil) -> Column {
    if columnsOfNumbers.contains(column), type == nil || type == .number {
      return Column(type: .number)
    }
    let present = presentCells(of: column, mark: mark)
    let cells = present.map(\.cell)
    let hasTexts = cells.contains { if case .text = $0 { true } else { false } }
    let mayBeNumbers = type == nil || type == .number
    let mayBeWritten =
      type == .date
      || mayBeNumbers && (hasTexts || CSVWrittenNumber.haveThousands(present.map(\.text)))
    if mayBeWritten, let found = written(present, type) { return found }
    if let type {
      // No order reads all cells: those that are no dates of ISO 8601 are errors.
      return Column(type: type, notation: type == .date ? CellNotation(dateOrder: .yearFirst) : nil)
    }
    let holdsNumbers = CSVColumns.holdsNumbers(
      textCount: cells.count { $0.isText(besideNumbersWith: decimalMark) },
      cellCount: cells.count)
    return Column(type: holdsNumbers ? .number : CSVTextGuess(cells).answer ? .text : .category)
  }

  /// Returns the text that stands for missing cells in a column of numbers or dates: the only one without a digit, which
  /// stands there several times; nil if there is none.
  ///
  /// - Parameter type: the type of the cells; nil if it is not known.
  func missingMark(of column: Int, type: Table.ColumnType?) -> String? {
    var (mark, count, others) = (String?.none, 0, Set<String>())
    for (record, texts) in zip(records, texts)
    where column < record.count && record[column] != .missing {
      let text = texts[column]
      if text.utf8.contains(where: CSVNumber.isDigit) {
        others.insert(text)
      } else if mark == nil || mark == text {
        (mark, count) = (text, count + 1)
      } else {
        return nil
      }
    }
    guard let mark, !mark.isEmpty, !CSVRows.isNotFinite(mark), count >= Self.leastCountOfMark,
      others.count >= Self.leastNumberCount
    else { return nil }
    let found = self.column(column, type: type, mark: mark).type
    return found == .number || found == .date ? mark : nil
  }

  // So often a text is no slip, and of so many different numbers it is not one more of few categories.
  private static let leastCountOfMark = 3
  private static let leastNumberCount = 10

  // Returns dates or numbers that are not only digits, if all cells are but so few that they are mistakes; nil
  // otherwise.
  private func written(
    _ present: [(cell: CSVSample.Cell, text: String)], _ type: Table.ColumnType?
  ) -> Column? {
    let cells = present.map(\.text)
    let plain = Set(present.compactMap { if case .number = $0.cell { $0.text } else { nil } })
    if type != .number, let (order, isSure) = CSVWrittenDate.order(of: cells) {
      return Column(
        type: .date, notation: CellNotation(dateOrder: order), isAmbiguous: !isSure)
    }
    let numbers = withoutMistakes(cells)
    if type != .date,
      !numbers.allSatisfy(plain.contains) || CSVWrittenNumber.haveThousands(numbers),
      let notation = CSVWrittenNumber.notation(
        of: numbers, mark: decimalMark, isMarkKnown: isDecimalMarkKnown)
    {
      return Column(type: .number, notation: notation)
    }
    return nil
  }

  // Returns the cells of a column that are not missing.
  private func presentCells(
    of column: Int, mark: String?
  ) -> [(cell: CSVSample.Cell, text: String)] {
    zip(records, texts).compactMap { record, texts in
      guard column < record.count, record[column] != .missing, texts[column] != mark else {
        return nil
      }
      return (record[column], texts[column])
    }
  }

  // Returns the cells that have digits, if the others are few enough to be mistakes.
  private func withoutMistakes(_ cells: [String]) -> [String] {
    let numbers = cells.filter { $0.utf8.contains { $0 &- 0x30 < 10 } }
    let isOfNumbers = CSVColumns.holdsNumbers(
      textCount: cells.count - numbers.count, cellCount: cells.count)
    return isOfNumbers ? numbers : cells
  }
}
