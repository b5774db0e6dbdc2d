// SPDX-License-Identifier: Apache-2.0

/// A character of a text beyond ASCII, in lower case, and what it is to words.
struct TextCharacter {
  enum Kind: UInt32 {
    /// It parts words.
    case blank
    /// It is part of a word.
    case word
    /// It is part of the word before it.
    case mark
    /// It is a word by itself.
    case ideograph
    /// It is left out, such as a soft hyphen within a word.
    case ignored
  }

  let kind: Kind
  private let scalar: UInt32

  /// Decodes the character at an index, and moves the index past it.
  ///
  /// A byte that is no UTF-8 parts words.
  @inline(__always)
  init(_ text: Span<UInt8>, at index: inout Int) {
    let lead = text[index]
    let (count, bits): (Int, UInt32) =
      switch lead {
      case 0xc2..<0xe0: (1, UInt32(lead & 0x1f))
      case 0xe0..<0xf0: (2, UInt32(lead & 0x0f))
      case 0xf0..<0xf5: (3, UInt32(lead & 0x07))
      default: (0, 0)
      }
    var value = bits
    var next = index + 1
    while next < min(index + 1 + count, text.count), text[next] & 0xc0 == 0x80 {
      value = value << 6 | UInt32(text[next] & 0x3f)
      next += 1
    }
    let isWhole = count > 0 && next == index + 1 + count
    index = next
    self.init(isWhole ? value : 0xfffd)
  }

  private init(_ value: UInt32) {
    let known =
      value < Self.frequentCount
      ? Self.frequent[Int(value)] : Unicode.Scalar(value).map(Self.code) ?? 0
    kind = Kind(rawValue: known >> 24) ?? .blank
    scalar = known & 0xff_ffff
  }

  /// Calls `body` with each byte of the character's lower case in UTF-8.
  @inline(__always)
  func forEachByte(_ body: (UInt8) -> Void) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: scalar >> shift & 0x3f | 0x80) }
    switch scalar {
    case ..<0x80: body(UInt8(truncatingIfNeeded: scalar))
    case ..<0x800:
      body(UInt8(truncatingIfNeeded: scalar >> 6 | 0xc0))
      body(tail(0))
    case ..<0x1_0000:
      body(UInt8(truncatingIfNeeded: scalar >> 12 | 0xe0))
      body(tail(6))
      body(tail(0))
    default:
      body(UInt8(truncatingIfNeeded: scalar >> 18 | 0xf0))
      body(tail(12))
      body(tail(6))
      body(tail(0))
    }
  }

  // Looking up the properties of a character takes some 100 ns, so those of most alphabets are kept.
  private static let frequentCount: UInt32 = 0x2000
  private static let frequent: [UInt32] = (0..<frequentCount).map { value in
    Unicode.Scalar(value).map(code) ?? 0
  }

  // The kind and the lower case of a character in one number.
  private static func code(of scalar: Unicode.Scalar) -> UInt32 {
    let properties = scalar.properties
    let kind: Kind =
      switch properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber:
        hasNoBlanks(scalar) ? .ideograph : .word
      case .nonspacingMark, .spacingMark, .enclosingMark: .mark
      case .format: .ignored
      default: .blank
      }
    let lower =
      kind == .word ? properties.lowercaseMapping.unicodeScalars.first ?? scalar : scalar
    return kind.rawValue << 24 | lower.value
  }

  // Whether a letter is of a script that is written without blanks between words: Thai, Lao, Tibetan, Myanmar, Khmer,
  // Hiragana, Katakana, Bopomofo, Yi, and ideographs.
  private static func hasNoBlanks(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0e00...0x0eff, 0x0f00...0x109f, 0x1780...0x17ff, 0x3005...0x3007, 0x3040...0x312f,
      0x31a0...0x31ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf, 0xf900...0xfaff,
      0xff66...0xff9f, 0x1_b000...0x1_b16f, 0x2_0000...0x3_ffff:
      true
    default: false
    }
  }
}
