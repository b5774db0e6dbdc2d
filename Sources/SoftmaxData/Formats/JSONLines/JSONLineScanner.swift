// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A strict scanner of the values on a line of JSON (RFC 8259), which become cells without being copied.
///
/// It reads lines of large tables, where ``JSONScanner`` reads the header of a model: that one resolves the escapes of
/// both.
struct JSONLineScanner {
  /// The greatest depth of values within others, which bounds the stack.
  static let greatestDepth = 64

  private let bytes: [UInt8]
  private let end: Int
  private var index: Int

  /// Creates a scanner of a part of the bytes, which has no line end.
  init(_ bytes: [UInt8], _ line: Range<Int>) {
    self.bytes = bytes
    (index, end) = (line.lowerBound, line.upperBound)
  }

  /// Returns whether a byte may stand between values.
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
  }

  /// Returns the text of a string; nil if it is no UTF-8, or has an escape that stands for nothing.
  ///
  /// - Parameter content: what is between the quotes.
  static func text(_ content: ArraySlice<UInt8>, hasEscapes: Bool) -> String? {
    guard hasEscapes else { return String(validating: content, as: UTF8.self) }
    return try? resolved(content).get()
  }

  /// Skips blanks and returns the next byte; nil at the end of the line.
  mutating func next() -> UInt8? {
    while index < end, Self.isBlank(bytes[index]) { index += 1 }
    return index < end ? bytes[index] : nil
  }

  /// The index of the next byte.
  var place: Int { index }

  /// Skips blanks, and one character if it comes next; returns whether it did.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = next(), UInt32(byte) == character.value else { return false }
    index += 1
    return true
  }

  /// Returns the fault that something else stands at the next byte than was expected.
  func unexpected(_ expected: String) -> JSONFault {
    guard index < end else {
      return JSONFault(
        message: "expected \(expected), but the line ends",
        remedy: "write each object on a line of its own, and look whether the file is cut off")
    }
    return JSONFault(
      message: "expected \(expected), got \(JSONScanner.shown(bytes[index]))",
      remedy: "write each row as JSON, such as {\"length\": 1.5, \"kind\": \"a\"}")
  }

  /// Reads a string, a number, `true`, `false` or `null` as a cell, or an array as one; `null` is an empty cell.
  ///
  /// - Precondition: no object comes next.
  mutating func cell(depth: Int) throws(JSONFault) -> CSVScanner.Cell {
    guard let byte = next() else { throw unexpected("a value") }
    let start = index
    switch byte {
    case 0x22: return try string()
    case 0x5b:
      try skipList(depth: depth)
      var cell = CSVScanner.Cell(bytes: start..<index)
      cell.isList = true
      return cell
    case 0x6e where skipWord("null"): return CSVScanner.Cell(bytes: start..<start)
    case 0x74 where skipWord("true"), 0x66 where skipWord("false"): break
    case 0x2d, 0x30...0x39: try skipNumber()
    default: break
    }
    guard index > start else {
      if skipWord("NaN") || skipWord("Infinity") { throw Self.notFinite }
      throw unexpected("a value")
    }
    return CSVScanner.Cell(bytes: start..<index)
  }

  /// Reads a string as a cell; its escapes are examined but not resolved.
  ///
  /// - Precondition: the next byte is a quote.
  mutating func string() throws(JSONFault) -> CSVScanner.Cell {
    index += 1
    let start = index
    var cell = CSVScanner.Cell(bytes: start..<start, isQuoted: true)
    var isASCII = true
    while index < end, case let byte = bytes[index], byte != 0x22 {
      guard byte >= 0x20 else {
        throw JSONFault(
          message: "a string holds a control character",
          remedy: "write it as an escape, such as \\n or \\t")
      }
      if byte == 0x5c {
        cell.hasEscapes = true
        index += 1
      }
      isASCII = isASCII && byte < 0x80
      index += 1
    }
    guard index < end else {
      index = end
      throw unexpected("the end of a string")
    }
    cell.bytes = start..<index
    index += 1
    guard cell.bytes.count <= CSVScanner.Limit.bytesOfCell else {
      throw JSONFault(
        message: "a string has more than \(CSVScanner.Limit.bytesOfCell) bytes",
        remedy: "shorten it, and look whether its closing quote is missing")
    }
    if cell.hasEscapes {
      try validateEscapes(cell.bytes)
    } else if !isASCII, String(validating: bytes[cell.bytes], as: UTF8.self) == nil {
      throw Self.notUTF8
    }
    return cell
  }

  private func validateEscapes(_ content: Range<Int>) throws(JSONFault) {
    guard case .failure(let error) = Self.resolved(bytes[content]) else { return }
    throw JSONFault(
      message: error.message, remedy: "write the escapes of JSON, and characters as UTF-8")
  }

  private static func resolved(_ content: ArraySlice<UInt8>) -> Result<String, SoftmaxError> {
    var scanner = JSONScanner([0x22] + content + [0x22], path: "", base: 0)
    do throws(SoftmaxError) {
      return .success(try scanner.string())
    } catch {
      return .failure(error)
    }
  }

  // Skips a number in the only notation that JSON has.
  private mutating func skipNumber() throws(JSONFault) {
    let start = index
    if bytes[index] == 0x2d { index += 1 }
    if skipWord("Infinity") { throw Self.notFinite }
    let first = index
    guard skipDigits() else { throw unexpected("a digit") }
    guard index == first + 1 || bytes[first] != 0x30 else {
      throw JSONFault(
        message: "a number begins with 0: "
          + String(decoding: bytes[start..<index].prefix(20), as: UTF8.self),
        remedy: "put it into quotes if it is a code")
    }
    if index < end, bytes[index] == 0x2e {
      index += 1
      guard skipDigits() else { throw unexpected("a digit after the point") }
    }
    if index < end, bytes[index] | 0x20 == 0x65 {
      index += 1
      if index < end, bytes[index] == 0x2b || bytes[index] == 0x2d { index += 1 }
      guard skipDigits() else { throw unexpected("a digit of an exponent") }
    }
  }

  // Returns whether there was one.
  private mutating func skipDigits() -> Bool {
    let start = index
    while index < end, bytes[index] &- 0x30 < 10 { index += 1 }
    return index > start
  }

  private mutating func skipWord(_ word: StaticString) -> Bool {
    let isNext = word.withUTF8Buffer { unsafe bytes[index..<end].starts(with: $0) }
    if isNext { index += word.utf8CodeUnitCount }
    return isNext
  }

  // Skips an array and all that is in it.
  private mutating func skipList(depth: Int) throws(JSONFault) {
    index += 1
    guard depth < Self.greatestDepth else { throw Self.tooDeep }
    if skip("]") { return }
    repeat { try skipValue(depth: depth + 1) } while skip(",")
    guard skip("]") else { throw unexpected("a comma or the end of an array") }
  }

  private mutating func skipValue(depth: Int) throws(JSONFault) {
    guard next() == 0x7b else {
      _ = try cell(depth: depth)
      return
    }
    guard depth < Self.greatestDepth else { throw Self.tooDeep }
    index += 1
    if skip("}") { return }
    repeat {
      guard next() == 0x22 else { throw unexpected("a key") }
      _ = try string()
      guard skip(":") else { throw unexpected("a colon after a key") }
      try skipValue(depth: depth + 1)
    } while skip(",")
    guard skip("}") else { throw unexpected("a comma or the end of an object") }
  }

  static let tooDeep = JSONFault(
    message: "values are more than \(greatestDepth) deep within others",
    remedy: "write the values of a row as members of its object")
  private static let notUTF8 = JSONFault(
    message: "a string is not UTF-8", remedy: "save the file again as UTF-8")
  private static let notFinite = JSONFault(
    message: "JSON has no number NaN or Infinity",
    remedy: "write null where a number is missing, or leave its member out")
}
