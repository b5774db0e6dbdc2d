// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A cell of a table by itself, for copying it into another format.
package enum CSVCell: Hashable, Sendable {
  case missing
  /// A number as JSON writes it: with the digits of the file if they are written as JSON's are, and its value if they
  /// have another notation.
  case number(String)
  case text(String)

  init(
    _ text: String, type: Table.ColumnType, notation: CellNotation?, isClass: Bool,
    marks: MissingMarks, decimalMark: CSVFormat.DecimalMark
  ) {
    switch type {
    case .number where notation != nil:
      self = Self.number(in: text, notation: notation, marks: marks)
    case .number: self = Self.number(in: text, marks: marks, decimalMark: decimalMark)
    // Marks of missing cells are words there.
    case .text: self = text.isEmpty ? .missing : .text(text)
    default:
      self =
        (isClass ? marks.containsClass(text) : marks.contains(text)) ? .missing : .text(text)
    }
  }

  // Returns the number in a notation, with as few digits as are needed to read back the same number.
  private static func number(
    in text: String, notation: CellNotation?, marks: MissingMarks
  ) -> CSVCell {
    guard let notation, case .number(let number) = CSVWrittenNumber.number(text, notation) else {
      return marks.contains(text) ? .missing : .text(text)
    }
    if marks.contains(number) { return .missing }
    return .number(Int(exactly: number).map(String.init) ?? "\(number)")
  }

  private static func number(
    in text: String, marks: MissingMarks, decimalMark: CSVFormat.DecimalMark
  ) -> CSVCell {
    guard case .number(let number) = CSVNumber.read(text, mark: decimalMark.byte) else {
      return marks.contains(text) ? .missing : .text(text)
    }
    if marks.contains(number) { return .missing }
    let bytes = text.utf8.map { $0 == decimalMark.byte ? UInt8(ascii: ".") : $0 }
    var digits = bytes[...]
    if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
    let whole = digits.prefix(while: CSVNumber.isDigit)
    // The number of something, such as a postal code, which would not be the same without its zeros.
    if whole.count > 1, whole.first == UInt8(ascii: "0") { return .text(text) }
    let rest = digits.dropFirst(whole.count)
    let hasDigitsAfterPoint =
      rest.first != UInt8(ascii: ".") || rest.dropFirst().first.map(CSVNumber.isDigit) ?? false
    guard !whole.isEmpty, hasDigitsAfterPoint else { return .number("\(number)") }
    return .number(String(decoding: bytes, as: UTF8.self))
  }
}
