// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A cell of a table by itself, for copying it into another format.
package enum CSVCell: Hashable, Sendable {
  case missing
  /// A number as JSON writes it: with the digits of the file if they are written as JSON's are.
  case number(String)
  case text(String)

  init(
    _ text: String, type: Table.ColumnType, isClass: Bool, marks: MissingMarks,
    decimalMark: CSVFormat.DecimalMark
  ) {
    switch type {
    case .number: self = Self.number(in: text, marks: marks, decimalMark: decimalMark)
    // Marks of missing cells are words there.
    case .text: self = text.isEmpty ? .missing : .text(text)
    default:
      self =
        (isClass ? marks.containsClass(text) : marks.contains(text)) ? .missing : .text(text)
    }
  }

  private static func number(
    in text: String, marks: MissingMarks, decimalMark: CSVFormat.DecimalMark
  ) -> CSVCell {
    var text = text
    let reading = text.withUTF8 { unsafe CSVNumber.read($0, mark: decimalMark.byte) }
    guard case .number(let number) = reading else {
      return marks.contains(text) ? .missing : .text(text)
    }
    if marks.contains(number) { return .missing }
    let bytes = text.utf8.map { $0 == decimalMark.byte ? UInt8(ascii: ".") : $0 }
    var digits = bytes[...]
    if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
    let whole = digits.prefix { $0 &- 0x30 < 10 }
    // The number of something, such as a postal code, which would not be the same without its zeros.
    if whole.count > 1, whole.first == UInt8(ascii: "0") { return .text(text) }
    let rest = digits.dropFirst(whole.count)
    let hasDigitsAfterPoint =
      rest.first != UInt8(ascii: ".") || rest.dropFirst().first.map { $0 &- 0x30 < 10 } ?? false
    guard !whole.isEmpty, hasDigitsAfterPoint else { return .number("\(number)") }
    return .number(String(decoding: bytes, as: UTF8.self))
  }
}
