// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A strict scanner of JSON (RFC 8259) that reads token by token.
///
/// If a key appears twice, Foundation's decoders silently take the last value. Another program may take the
/// first one and so read a different content, which an attacker could exploit; this scanner rejects such
/// a file. The caller asks for the value that the format allows at each position; nesting is therefore
/// bounded by the calls, and the scanner needs no depth limit.
struct JSONScanner {
  /// The offset of the next byte in the text.
  private(set) var index = 0
  private let bytes: [UInt8]
  private let path: String
  // The offset of the text in its file, for errors.
  private let base: Int

  /// Creates a scanner of a text that begins at the offset `base` of a file.
  init(_ bytes: [UInt8], path: String, base: Int) {
    self.bytes = bytes
    self.path = path
    self.base = base
  }

  /// Returns the error for invalid text, at an offset in the text or at the current one.
  func failure(_ message: String, at place: Int? = nil) -> SoftmaxError {
    SoftmaxError(
      .invalidData, message, at: .file(path: path, offset: base + (place ?? index)))
  }

  /// Skips white space and one character.
  ///
  /// - Throws: `invalidData` if another character comes next.
  mutating func expect(_ character: Unicode.Scalar) throws(SoftmaxError) {
    guard skip(character) else { throw failure("expected '\(character)', \(found)") }
  }

  /// Skips white space, and one character if it comes next; returns whether it did.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipWhitespace()
    guard index < bytes.count, UInt32(bytes[index]) == character.value else { return false }
    index += 1
    return true
  }

  /// Throws unless only spaces remain.
  func expectPadding() throws(SoftmaxError) {
    guard let stray = bytes[index...].firstIndex(where: { $0 != 0x20 }) else { return }
    throw failure("only spaces may follow the header's last brace", at: stray)
  }

  /// Reads an object.
  ///
  /// The closure receives each key and its offset, and must read the value.
  ///
  /// - Throws: `invalidData` for a key that appears twice, also in another form of the same Unicode
  ///   characters (canonical equivalence); `unsupported` for more than `limit` keys.
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

  /// Reads an array of at most `limit` non-negative integers.
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

  /// Reads a non-negative integer without fraction, exponent or leading zeros.
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

  /// Reads a string and resolves its escapes.
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

  /// Reads the rest of an escape sequence after its backslash.
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
    // A character beyond 16 bits is escaped as a surrogate pair: RFC 8259, section 7.
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
    index < bytes.count ? "got " + Self.shown(bytes[index]) : "but the text ends"
  }

  /// Returns a byte for a message, such as `'}'` or `the byte 0x1b`.
  static func shown(_ byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7f
      ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte 0x\(String(byte, radix: 16))"
  }

  /// Returns the text quoted and truncated to 80 characters, since a key of a hostile file may be of any
  /// length.
  static func shortened(_ text: String) -> String {
    text.unicodeScalars.count > 80
      ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(80))).debugDescription + "..."
      : text.debugDescription
  }
}
