// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The rows of a table, as many as were read so far.
struct CSVRows {
  private static let greatestClassCount = 1 << 16
  /// What other programs write where there is nothing.
  private static let wordsForMissing: Set<String> = ["", "?", "na", "n/a", "null", "none", "nil"]
  private static let wordsForNotFinite: Set<String> = [
    "nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity",
  ]

  /// The features, row after row.
  private(set) var values: [Float] = []
  /// The number of rows.
  private(set) var count = 0

  private let columns: CSVColumns
  private let maximumByteCount: Int
  // The classes in the order in which they came.
  private var places: [String: Int] = [:]
  private var names: [String] = []
  private var labels: [Int] = []

  init(columns: CSVColumns, maximumByteCount: Int) {
    self.columns = columns
    self.maximumByteCount = maximumByteCount
  }

  /// Takes the scanner's record for a row.
  mutating func append(_ scanner: CSVScanner) throws(SoftmaxError) {
    let cells = scanner.cells
    guard cells.count == columns.count else {
      throw SoftmaxError(
        .invalidData,
        "has \(cells.count) \(cells.count == 1 ? "cell" : "cells"), but line \(columns.line) "
          + "has \(columns.count)",
        remedy: "give each line a cell for each column; put cells with separators into quotes",
        at: scanner.location(nil))
    }
    guard (values.count + cells.count) <= maximumByteCount / MemoryLayout<Float>.size else {
      throw SoftmaxError(
        .unsupported, "its numbers take more than \(maximumByteCount) bytes",
        remedy: "raise maximumByteCount if the file is right", at: scanner.location(nil))
    }
    let target = columns.target
    if let target { labels.append(try label(of: cells[target], column: target, scanner)) }
    let wrong = scanner.appendNumbers(to: &values, except: target)
    if let wrong { throw failure(of: cells[wrong], column: wrong, scanner) }
    if let order = columns.order {
      let begin = values.count - order.count
      let row = Array(values[begin...])
      for (column, place) in order.enumerated() { values[begin + column] = row[place] }
    }
    count += 1
  }

  /// The index of each row's class and the names of the classes; nil and none without a target.
  func classes(known: [String]?) -> (labels: [Int]?, names: [String]) {
    guard columns.target != nil else { return (nil, []) }
    let order: [String]
    if let known, names.allSatisfy(Set(known).contains) {
      order = known
    } else {
      order = Self.sorted(names)
    }
    let ranks = Dictionary(
      order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let rankOfPlace = names.map { ranks[$0] ?? 0 }
    return (labels.map { rankOfPlace[$0] }, order)
  }

  /// Numbers by their value if all are numbers, else all by their characters.
  private static func sorted(_ names: [String]) -> [String] {
    let numbers = names.compactMap { name in Double(name).flatMap { $0.isFinite ? $0 : nil } }
    guard numbers.count == names.count else {
      return names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }
    // 1 and 1.0 are two names.
    return zip(numbers, names).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  }

  private mutating func label(
    of cell: CSVScanner.Cell, column: Int, _ scanner: CSVScanner
  ) throws(SoftmaxError) -> Int {
    guard let name = scanner.text(of: scanner.trimmed(cell)) else {
      throw SoftmaxError(
        .invalidData, "the class is not UTF-8", remedy: "save the file again as UTF-8",
        at: scanner.location(column))
    }
    if let place = places[name] { return place }
    guard !name.allSatisfy(\.isWhitespace) else {
      throw SoftmaxError(
        .invalidData, "the class is missing\(columns.inColumn(column))",
        remedy: "fill the gap or remove the line", at: scanner.location(column))
    }
    guard names.count < Self.greatestClassCount else {
      throw SoftmaxError(
        .unsupported, "there are more than \(Self.greatestClassCount) classes",
        remedy: "check which column holds the classes", at: scanner.location(column))
    }
    places[name] = names.count
    names.append(name)
    return names.count - 1
  }

  private func failure(
    of cell: CSVScanner.Cell, column: Int, _ scanner: CSVScanner
  ) -> SoftmaxError {
    let place = columns.inColumn(column)
    let location = scanner.location(column)
    guard let text = scanner.text(of: scanner.trimmed(cell)) else {
      return SoftmaxError(
        .invalidData, "a cell\(place) is not UTF-8 and no number",
        remedy: "save the file again as UTF-8", at: location)
    }
    let word = text.lowercased()
    if Self.wordsForMissing.contains(word) {
      return SoftmaxError(
        .invalidData, "a number is missing\(place)\(text.isEmpty ? "" : ", got \(text)")",
        remedy: "fill the gap or remove the line", at: location)
    }
    if Self.wordsForNotFinite.contains(word) || scanner.number(in: cell) == .tooGreat {
      return SoftmaxError(
        .nonFiniteValue, "a feature must be finite\(place), got \(CSVTable.quoted(text))",
        remedy: "fill the gap or remove the line", at: location)
    }
    return SoftmaxError(
      .invalidData, "expected a number\(place), got \(CSVTable.quoted(text))",
      remedy: Self.remedy(for: text), at: location)
  }

  private static func remedy(for text: String) -> String {
    let point = text.replacing(",", with: ".")
    if text.contains(","), Double(point) != nil {
      return "write decimals with a point, thousands without a mark"
    }
    return "if this column holds the classes, name it (--target); write categories as numbers"
  }
}

extension CSVScanner {
  /// A cell without the blanks around it; between quotes they count.
  func trimmed(_ cell: Cell) -> Cell {
    guard !cell.isQuoted else { return cell }
    return unsafe withBytes(of: cell) { bytes in
      var (begin, end) = (0, bytes.count)
      while begin < end, case let byte = unsafe bytes[begin], byte == 0x20 || byte == 0x09 {
        begin += 1
      }
      while begin < end, case let byte = unsafe bytes[end - 1], byte == 0x20 || byte == 0x09 {
        end -= 1
      }
      var result = cell
      result.bytes = cell.bytes.lowerBound + begin..<cell.bytes.lowerBound + end
      return result
    }
  }

  /// Appends the numbers of the record's cells; returns the first column that is none.
  func appendNumbers(to values: inout [Float], except target: Int?) -> Int? {
    let cells = self.cells
    let wrong = unsafe withBuffer { bytes -> Int? in
      for column in cells.indices where column != target {
        let cell = unsafe UnsafeBufferPointer(rebasing: bytes[cells[column].bytes])
        guard case .number(let value) = unsafe CSVNumber.read(cell) else { return column }
        values.append(value)
      }
      return nil
    }
    // Blanks around a number are seldom: who has them takes the slow way from there on.
    guard let wrong else { return nil }
    for column in wrong..<cells.count where column != target {
      guard case .number(let value) = number(in: cells[column]) else { return column }
      values.append(value)
    }
    return nil
  }

  /// What a cell says as a number.
  func number(in cell: Cell) -> CSVNumber.Reading {
    // Blanks are seldom, so they are looked for where the first look failed.
    let reading = unsafe withBytes(of: cell) { unsafe CSVNumber.read($0) }
    guard reading == .none else { return reading }
    return unsafe withBytes(of: trimmed(cell)) { unsafe CSVNumber.read($0) }
  }
}
