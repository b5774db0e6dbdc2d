// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Dates, and dates with times of day, in digits: those of ISO 8601, and days and months in either order before the year.
enum CSVWrittenDate {
  private static let greatestByteCount = 40

  /// Returns the order of the parts of a column's dates; nil if none of the orders reads all cells but so few that they
  /// are mistakes.
  ///
  /// - Parameter cells: the texts of the cells that are not missing.
  /// - Returns: the order, and whether only that one reads so many. If no day is above 12, a date with slashes is taken to
  ///   begin with the month, as in the United States, and another one with the day.
  static func order(of cells: [String]) -> (order: CellNotation.DateOrder, isSure: Bool)? {
    func mistakeCount(_ order: CellNotation.DateOrder) -> Int {
      cells.count { seconds($0, order) == nil }
    }
    let orders: [CellNotation.DateOrder] = [.yearFirst, .dayFirst, .monthFirst]
    let counts = orders.map(mistakeCount)
    guard let least = counts.min(), !cells.isEmpty,
      CSVColumns.holdsNumbers(textCount: least, cellCount: cells.count)
    else { return nil }
    let best = zip(orders, counts).filter { $1 == least }.map(\.0)
    // Dates in two orders are no mistakes.
    let mistakes = cells.filter { seconds($0, best[0]) == nil }
    guard mistakes.allSatisfy({ cell in orders.allSatisfy { seconds(cell, $0) == nil } }) else {
      return nil
    }
    guard best.count > 1 else { return (best[0], true) }
    return (cells.contains { $0.contains("/") } ? .monthFirst : .dayFirst, false)
  }

  /// Returns the seconds from the beginning of 1970 in UTC; nil for a text that is no date of the order.
  ///
  /// A time of day without an offset is taken for UTC, and a date without one begins its day.
  static func seconds(_ text: String, _ order: CellNotation.DateOrder) -> Double? {
    guard text.utf8.count <= greatestByteCount else { return nil }
    var parser = Parser(rest: Array(text.utf8)[...])
    parser.skipBlanks()
    guard let date = parser.date(order) else { return nil }
    var seconds = Double(date.daysSince1970 * CivilDate.secondsOfDay)
    if parser.take("T") || parser.take("t") || parser.takeBlanks() && !parser.rest.isEmpty {
      guard let time = parser.timeOfDay() else { return nil }
      seconds += time
    }
    parser.skipBlanks()
    return parser.rest.isEmpty ? seconds : nil
  }

  private struct Parser {
    var rest: ArraySlice<UInt8>

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard let first = rest.first, UInt32(first) == character.value else { return false }
      rest.removeFirst()
      return true
    }

    mutating func skipBlanks() { rest = rest.drop(while: CSVNumber.isBlank) }

    mutating func takeBlanks() -> Bool {
      let before = rest.count
      skipBlanks()
      return rest.count < before
    }

    // Returns a number of so many digits.
    mutating func number(_ counts: ClosedRange<Int>) -> Int? {
      let digits = rest.prefix(while: CSVNumber.isDigit)
      guard counts.contains(digits.count) else { return nil }
      rest = rest.dropFirst(digits.count)
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    mutating func date(_ order: CellNotation.DateOrder) -> CivilDate? {
      let isYearFirst = order == .yearFirst
      guard let first = number(isYearFirst ? 4...4 : 1...2),
        let mark = rest.first, "-/.".utf8.contains(mark)
      else { return nil }
      rest.removeFirst()
      guard let second = number(1...2), rest.first == mark else { return nil }
      rest.removeFirst()
      guard let third = number(isYearFirst ? 1...2 : 4...4) else { return nil }
      switch order {
      case .yearFirst: return CivilDate(year: first, month: second, day: third)
      case .dayFirst: return CivilDate(year: third, month: second, day: first)
      case .monthFirst: return CivilDate(year: third, month: first, day: second)
      }
    }

    // Reads hours and minutes, perhaps with seconds and their fraction, AM or PM, and the offset from UTC.
    mutating func timeOfDay() -> Double? {
      guard var hour = number(1...2), hour < 24, take(":"), let minute = number(2...2), minute < 60
      else { return nil }
      var seconds = 0.0
      if take(":") {
        // 60 is a leap second.
        guard let whole = number(2...2), whole <= 60 else { return nil }
        seconds = Double(whole)
        if take(".") || take(",") {
          let count = rest.prefix(while: CSVNumber.isDigit).count
          guard let fraction = number(1...15) else { return nil }
          seconds += Double(fraction) / (0..<count).reduce(1.0) { power, _ in power * 10 }
        }
      }
      skipBlanks()
      if let half = takeHalfOfDay() {
        guard (1...12).contains(hour) else { return nil }
        hour = hour % 12 + half
      }
      guard let offset = takeOffset() else { return nil }
      return Double(hour * 3_600 + minute * 60 - offset) + seconds
    }

    // The hours that AM or PM add; nil if neither stands there.
    private mutating func takeHalfOfDay() -> Int? {
      let letters = rest.prefix(2).map { $0 | 0x20 }
      guard letters.elementsEqual("am".utf8) || letters.elementsEqual("pm".utf8) else { return nil }
      rest = rest.dropFirst(2)
      return letters.first == 0x61 ? 0 : 12
    }

    // The offset from UTC in seconds, 0 if none is given; nil if it is none.
    private mutating func takeOffset() -> Int? {
      if take("Z") || take("z") { return 0 }
      let isNegative = rest.first == 0x2d
      guard take("+") || take("-") else { return 0 }
      guard let hours = number(2...2) ?? compactOffset() else { return nil }
      // Hours and minutes without a colon are one number.
      let isCompact = hours >= 100
      var minutes = isCompact ? hours % 100 : 0
      if !isCompact, take(":") {
        guard let written = number(2...2) else { return nil }
        minutes = written
      }
      let wholeHours = isCompact ? hours / 100 - 100 : hours
      guard wholeHours < 24, minutes < 60 else { return nil }
      return (isNegative ? -1 : 1) * (wholeHours * 3_600 + minutes * 60)
    }

    // Four digits as 10,000 more than the number, so that 0030 is not taken for hours.
    private mutating func compactOffset() -> Int? { number(4...4).map { $0 + 10_000 } }
  }
}
