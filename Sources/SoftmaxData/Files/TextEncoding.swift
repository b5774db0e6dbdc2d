// SPDX-License-Identifier: Apache-2.0

/// The encoding of a text file, found from its first bytes.
package enum TextEncoding: String, Hashable, Sendable {
  case utf8 = "UTF-8"
  case utf16LittleEndian = "UTF-16"
  case utf16BigEndian = "UTF-16 (big-endian)"
  case windows1252 = "Windows-1252"

  /// The bytes before a text of UTF-8 that tell its encoding to spreadsheets and some editors.
  package static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// Finds the encoding of a text.
  ///
  /// UTF-16 has a byte order mark. A text that has no mark and is not UTF-8 is taken for Windows-1252, which contains
  /// Latin-1, if all its bytes are printable there and hardly any two or three of them form a character of UTF-8: if some
  /// do, it is a damaged text of UTF-8.
  ///
  /// - Parameters:
  ///   - start: the first bytes.
  ///   - isWhole: whether these are all bytes; otherwise the last character may be incomplete.
  init(of start: [UInt8], isWhole: Bool) {
    self = .utf8
    if start.starts(with: [0xff, 0xfe]) {
      self = .utf16LittleEndian
    } else if start.starts(with: [0xfe, 0xff]) {
      self = .utf16BigEndian
    } else if !start.starts(with: Self.byteOrderMark), Self.isOfWindows(start, isWhole) {
      self = .windows1252
    }
  }

  /// Returns the first bytes of a text without a byte order mark, and of UTF-16 without zeros: the characters of ASCII
  /// are then bytes, whatever the encoding is.
  static func characters(of start: [UInt8]) -> [UInt8] {
    let characters = Array(start.prefix(4_096))
    if characters.starts(with: byteOrderMark) { return Array(characters.dropFirst(3)) }
    let isOfUTF16 = characters.starts(with: [0xff, 0xfe]) || characters.starts(with: [0xfe, 0xff])
    return isOfUTF16 ? characters.dropFirst(2).filter { $0 != 0 } : characters
  }

  private static func isOfWindows(_ bytes: [UInt8], _ isWhole: Bool) -> Bool {
    var (strayCount, characterCount, index) = (0, 0, 0)
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        // Other control characters are in no text, whatever its encoding.
        guard byte >= 0x20 || (0x09...0x0d).contains(byte) else { return false }
        index += 1
        continue
      }
      let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      if index + length > bytes.count, !isWhole { break }
      if byte >= 0xc2, byte < 0xf5, index + length <= bytes.count,
        bytes[(index + 1)..<(index + length)].allSatisfy({ $0 & 0xc0 == 0x80 })
      {
        characterCount += 1
        index += length
      } else {
        guard Windows1252.character(of: byte) != nil else { return false }
        strayCount += 1
        index += 1
      }
    }
    return strayCount > 10 * characterCount
  }
}
