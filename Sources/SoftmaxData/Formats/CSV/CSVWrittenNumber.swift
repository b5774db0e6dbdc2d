// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Numbers as people write them: with thousands apart, a percent sign or the sign of a currency.
///
/// The notation is found from all cells of a column, because `1,234` alone may be a number of four digits or one with
/// three decimals.
enum CSVWrittenNumber {
  private static let currencies = ["$", "€", "£"]
  // The blank, those that do not break lines, and the thin one.
  private static let spaces: Set<Character> = [" ", "\u{a0}", "\u{202f}", "\u{2009}"]
  private static let apostrophes: Set<Character> = ["'", "\u{2019}"]
  private static let greatestByteCount = 64

  /// Returns the notation of a column's cells; nil if there is none that reads all of them, or if it could be another one
  /// too.
  ///
  /// - Parameters:
  ///   - cells: the texts of the cells that are not missing.
  ///   - mark: the decimal mark of the file.
  ///   - isMarkKnown: whether a cell of the file can only be a number with that mark.
  static func notation(
    of cells: [String], mark: CSVFormat.DecimalMark, isMarkKnown: Bool
  ) -> CellNotation? {
    let percentCount = cells.count { $0.hasSuffix("%") }
    guard !cells.isEmpty, percentCount == 0 || percentCount == cells.count else { return nil }
    let currency = currencies.first { sign in cells.contains { $0.contains(sign) } }
    let own: CellNotation.DecimalMark = mark == .point ? .point : .comma
    func notation(
      _ thousands: CellNotation.Thousands?, _ mark: CellNotation.DecimalMark
    ) -> CellNotation {
      CellNotation(
        thousands: thousands, decimalMark: mark, currency: currency, isPercent: percentCount > 0)
    }
    func reads(_ notation: CellNotation) -> Bool {
      cells.allSatisfy { number($0, notation) != .none }
    }
    // Thousands are told from decimals by two marks in a cell, by the file, or by a sign that stands beside a comma
    // for thousands alone.
    func isSure(_ separator: Character, _ mark: Character) -> Bool {
      cells.contains { cell in
        let marks = cell.filter { $0 == separator || $0 == mark }
        return marks.hasPrefix(String(separator)) && marks.count > 1
      }
    }
    let isOfComma =
      isSure(",", ".") || haveThousands(cells, of: ",") || isMarkKnown && own == .point
      || currency == "$" || currency == "£"
    let isOfPoint =
      isSure(".", ",") || haveThousands(cells, of: ".") || isMarkKnown && own == .comma
    let other: CellNotation.DecimalMark = own == .point ? .comma : .point
    let hasSigns = percentCount > 0 || currency != nil
    let hasSpaces = cells.contains { $0.contains(where: spaces.contains) }
    let hasApostrophes = cells.contains { $0.contains(where: apostrophes.contains) }
    let candidates: [(CellNotation, Bool)] = [
      (notation(nil, own), hasSigns), (notation(.comma, .point), isOfComma),
      (notation(.point, .comma), isOfPoint),
      // Beside a sign, other than three decimals are none that the file's other numbers could contradict.
      (notation(nil, other), hasSigns && !isMarkKnown && cells.contains { hasDecimals($0, other) }),
      (notation(.space, own), hasSpaces), (notation(.space, other), hasSpaces),
      (notation(.apostrophe, own), hasApostrophes),
    ]
    return candidates.first { $1 && reads($0) }?.0
  }

  /// Returns whether cells such as `911` and `1.754` must be whole numbers with thousands apart.
  ///
  /// Each has one to three digits and then groups of three, with the same mark before each; some have one group alone. If
  /// the mark stood before decimals, some of so many numbers would have other decimals than three, or all would.
  static func haveThousands(_ cells: [String]) -> Bool {
    haveThousands(cells, of: ".") || haveThousands(cells, of: ",")
  }

  private static let leastCountOfThousands = 8

  private static func haveThousands(_ cells: [String], of mark: Character) -> Bool {
    var (wholeCount, markedCount) = (0, 0)
    for cell in cells {
      let digits = cell.drop { $0 == "-" || $0 == "+" }
      let groups = digits.split(separator: mark, omittingEmptySubsequences: false)
      guard let first = groups.first, (1...3).contains(first.count),
        groups.dropFirst().allSatisfy({ $0.count == 3 }),
        groups.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } })
      else { return false }
      if groups.count == 1 {
        wholeCount += 1
      } else {
        guard first.first != "0" else { return false }
        markedCount += 1
      }
    }
    return wholeCount > 0 && markedCount >= leastCountOfThousands
  }

  // Returns whether a text has digits after a mark, and not three.
  private static func hasDecimals(_ text: String, _ mark: CellNotation.DecimalMark) -> Bool {
    let decimals = text.drop { $0 != (mark == .comma ? "," : ".") }.dropFirst().prefix {
      $0.isNumber
    }
    return !decimals.isEmpty && decimals.count != 3
  }

  /// Reads a number that is written in a notation.
  ///
  /// The result is the `Double` nearest to the number, also for a percentage.
  static func number(_ text: String, _ notation: CellNotation) -> CSVNumber.Reading {
    guard text.utf8.count <= greatestByteCount else { return .none }
    var rest = text[...]
    func skipBlanks() {
      rest = rest.drop(while: isBlank)
      while let last = rest.last, isBlank(last) { rest.removeLast() }
    }
    skipBlanks()
    if notation.isPercent == true {
      guard rest.last == "%" else { return .none }
      rest.removeLast()
      skipBlanks()
    }
    var sign = takeSign(&rest)
    if let currency = notation.currency {
      if rest.hasPrefix(currency) {
        rest.removeFirst(currency.count)
      } else if rest.hasSuffix(currency) {
        rest.removeLast(currency.count)
      }
      skipBlanks()
      if sign == nil { sign = takeSign(&rest) }
    }
    guard let digits = Self.digits(of: rest, notation) else { return .none }
    let written = (sign ?? "") + digits + (notation.isPercent == true ? "e-2" : "")
    return CSVNumber.read(written)
  }

  private static func isBlank(_ character: Character) -> Bool {
    spaces.contains(character) || character == "\t"
  }

  private static func takeSign(_ text: inout Substring) -> String? {
    guard let first = text.first, first == "-" || first == "+" else { return nil }
    text.removeFirst()
    return String(first)
  }

  // Returns the digits without marks but a decimal point; nil unless the thousands are groups of three digits.
  private static func digits(of text: Substring, _ notation: CellNotation) -> String? {
    let mark: Character = notation.decimalMark == .comma ? "," : "."
    let whole = text.prefix { $0 != mark }
    let fraction = text.dropFirst(whole.count).dropFirst()
    func areDigits(_ text: some StringProtocol) -> Bool {
      text.allSatisfy { ("0"..."9").contains($0) }
    }
    guard areDigits(fraction), !whole.isEmpty || !fraction.isEmpty else { return nil }
    let groups = whole.split(omittingEmptySubsequences: false) { character in
      switch notation.thousands {
      case .comma: character == ","
      case .point: character == "."
      case .space: spaces.contains(character)
      case .apostrophe: apostrophes.contains(character)
      case nil: false
      }
    }
    guard groups.allSatisfy(areDigits) else { return nil }
    if groups.count > 1 {
      guard let first = groups.first, (1...3).contains(first.count), first.first != "0",
        groups.dropFirst().allSatisfy({ $0.count == 3 })
      else { return nil }
    }
    return groups.joined() + (fraction.isEmpty ? "" : "." + fraction)
  }
}
