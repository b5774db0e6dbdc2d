// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Reads JSON token by token, as RFC 8259 has it and no more.
///
/// Foundation's readers take the last of two equal keys without a word, and one
/// of two readers of a file taking the first is how checks are passed by. This
/// one leaves the nesting to the caller, who asks for what the format allows,
/// so there is no depth to bound.
struct JSONScanner {
  /// Where the next byte lies, in the text.
  private(set) var index = 0
  private let bytes: [UInt8]
  private let path: String
  // Where the text begins in its file.
  private let base: Int

  /// Starts at the beginning of a text that lies at an offset in a file.
  init(_ bytes: [UInt8], path: String, base: Int) {
    self.bytes = bytes
    self.path = path
    self.base = base
  }

  /// The error for a text that is not as it should be, at a place in the text or here.
  func failure(_ message: String, at place: Int? = nil) -> SoftmaxError {
    SoftmaxError(
      .invalidData, message, at: .file(path: path, offset: base + (place ?? index)))
  }

  /// Steps over one character, and over white space before it.
  mutating func expect(_ character: Unicode.Scalar) throws(SoftmaxError) {
    guard skip(character) else { throw failure("expected '\(character)', \(found)") }
  }

  /// Steps over one character if it comes next, and over white space before it.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipWhitespace()
    guard index < bytes.count, UInt32(bytes[index]) == character.value else { return false }
    index += 1
    return true
  }

  /// Throws unless only spaces follow.
  func expectPadding() throws(SoftmaxError) {
    guard let stray = bytes[index...].firstIndex(where: { $0 != 0x20 }) else { return }
    throw failure("only spaces may follow the header's last brace", at: stray)
  }

  /// An object: the closure is called with each key and its place and must read the value.
  ///
  /// Keys that are equal, also in the eyes of Unicode, are an error, and so are more keys than the
  /// caller can have use for.
  mutating func object(
    atMost limit: Int, _ readValue: (inout JSONScanner, String, Int) throws(SoftmaxError) -> Void
  ) throws(SoftmaxError) {
    try expect("{")
    if skip("}") { return }
    var keys: Set<String> = []
    repeat {
      skipWhitespace()
      let place = index
      let key = try string()
      guard keys.insert(key).inserted else {
        throw failure("the key \(Self.shortened(key)) appears twice", at: place)
      }
      guard keys.count <= limit else {
        throw SoftmaxError(
          .unsupported, "more than \(limit) keys in one object",
          at: .file(path: path, offset: base + place))
      }
      try expect(":")
      try readValue(&self, key, place)
    } while skip(",")
    try expect("}")
  }

  /// An array of whole numbers, none negative, at most so many.
  mutating func integers(atMost limit: Int) throws(SoftmaxError) -> [Int] {
    try expect("[")
    if skip("]") { return [] }
    var result: [Int] = []
    repeat {
      guard result.count < limit else { throw failure("more than \(limit) numbers in a list") }
      result.append(try integer())
    } while skip(",")
    try expect("]")
    return result
  }

  /// A whole number that is not negative, without fraction, exponent or leading zeros.
  private mutating func integer() throws(SoftmaxError) -> Int {
    skipWhitespace()
    let start = index
    var value = 0
    while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tenfold.addingReportingOverflow(Int(bytes[index] - 0x30))
      guard !overflow, !carry else { throw failure("a number is too large", at: start) }
      value = sum
      index += 1
    }
    guard index > start else { throw failure("expected a whole number, \(found)") }
    guard index == start + 1 || bytes[start] != 0x30 else {
      throw failure("a number begins with 0", at: start)
    }
    if index < bytes.count, [0x2e, 0x45, 0x65].contains(bytes[index]) {
      throw failure("expected a whole number", at: start)
    }
    return value
  }

  /// A string; what is escaped in it is resolved.
  mutating func string() throws(SoftmaxError) -> String {
    try expect("\"")
    let start = index
    var content: [UInt8] = []
    while true {
      let run = bytes[index...].prefix { $0 != 0x22 && $0 != 0x5c && $0 >= 0x20 }
      content.append(contentsOf: run)
      index += run.count
      guard index < bytes.count else { throw failure("a string does not end", at: start - 1) }
      index += 1
      switch bytes[index - 1] {
      case 0x22:
        guard let result = String(validating: content, as: UTF8.self) else {
          throw failure("a string is not UTF-8", at: start)
        }
        return result
      case 0x5c:
        let scalar = try escape()
        content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      default:
        throw failure("a string holds a control character", at: index - 1)
      }
    }
  }

  /// The character that is written behind a backslash.
  private mutating func escape() throws(SoftmaxError) -> Unicode.Scalar {
    let place = index - 1
    guard index < bytes.count else { throw failure("a string does not end", at: place) }
    let letter = bytes[index]
    index += 1
    switch letter {
    case 0x22, 0x5c, 0x2f: return Unicode.Scalar(letter)
    case 0x62: return "\u{8}"
    case 0x66: return "\u{c}"
    case 0x6e: return "\n"
    case 0x72: return "\r"
    case 0x74: return "\t"
    case 0x75: break
    default: throw failure("an unknown escape", at: place)
    }
    var code = try hexadecimal()
    // Beyond 16 bits a character is written as two: RFC 8259, section 7.
    if code & 0xfc00 == 0xd800, bytes[index...].starts(with: [0x5c, 0x75]) {
      index += 2
      let low = try hexadecimal()
      guard low & 0xfc00 == 0xdc00 else { throw failure("half a surrogate pair", at: place) }
      code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw failure("half a surrogate pair", at: place)
    }
    return scalar
  }

  private mutating func hexadecimal() throws(SoftmaxError) -> UInt32 {
    let digits = bytes[index...].prefix(4)
    var code: UInt32 = 0
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else { break }
      code = code << 4 | UInt32(value)
      index += 1
    }
    guard index - digits.startIndex == 4 else {
      throw failure("expected four hexadecimal digits, \(found)")
    }
    return code
  }

  private mutating func skipWhitespace() {
    while index < bytes.count {
      let byte = bytes[index]
      guard byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d else { return }
      index += 1
    }
  }

  private var found: String {
    guard index < bytes.count else { return "but the text ends" }
    let byte = bytes[index]
    return byte > 0x20 && byte < 0x7f
      ? "got '\(Character(Unicode.Scalar(byte)))'" : "got the byte 0x\(String(byte, radix: 16))"
  }

  /// A key as an error shows it: a hostile one may be of any length.
  static func shortened(_ text: String) -> String {
    text.unicodeScalars.count > 80
      ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(80))).debugDescription + "..."
      : text.debugDescription
  }
}
