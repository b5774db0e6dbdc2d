// SPDX-License-Identifier: Apache-2.0

/// The encoding of one byte for each character that Windows uses in Western Europe; it contains Latin-1.
enum Windows1252 {
  // The characters of the bytes 80 to 9f; 0 for the five that have none. The others are those of Latin-1.
  // Source: WHATWG, "Encoding", index windows-1252, without its control characters.
  private static let characters: [UInt16] = [
    0x20ac, 0x0000, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0x0000, 0x017d, 0x0000, 0x0000, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x0000, 0x017e, 0x0178,
  ]

  /// Returns the character of a byte; nil if it has none.
  static func character(of byte: UInt8) -> Unicode.Scalar? {
    guard (0x80...0x9f).contains(byte) else { return Unicode.Scalar(byte) }
    let character = characters[Int(byte) - 0x80]
    return character == 0 ? nil : Unicode.Scalar(character)
  }
}
