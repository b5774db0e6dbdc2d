// SPDX-License-Identifier: Apache-2.0

import Foundation

extension GrayPicture {
  /// Returns the picture as an 8-bit greyscale PNG file without compression.
  ///
  /// The pictures of a gallery are small, and a page that is sent compressed compresses them too. Sources:
  /// ISO/IEC 15948; RFC 1950 and 1951 for the uncompressed blocks.
  func png() -> [UInt8] {
    func bigEndian(_ value: UInt32) -> [UInt8] {
      stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
    func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(name.utf8) + data
      return bigEndian(UInt32(data.count)) + body + bigEndian(Self.crc32(body))
    }
    let header = bigEndian(UInt32(columnCount)) + bigEndian(UInt32(rowCount)) + [8, 0, 0, 0, 0]
    // Each row begins with the number of its filter; 0 means no filter.
    var pixels: [UInt8] = []
    for row in 0..<rowCount {
      pixels.append(0)
      for value in values[row * columnCount..<(row + 1) * columnCount] {
        pixels.append(UInt8((value * 255).rounded()))
      }
    }
    let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    return signature + chunk("IHDR", header) + chunk("IDAT", Self.stored(pixels))
      + chunk("IEND", [])
  }

  /// The picture as a data URL.
  var dataAddress: String {
    "data:image/png;base64," + Data(png()).base64EncodedString()
  }

  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let longest = 0xffff
    var result: [UInt8] = [0x78, 0x01]
    for begin in stride(from: 0, to: bytes.count, by: longest) {
      let end = min(begin + longest, bytes.count)
      let count = UInt16(end - begin)
      result.append(end == bytes.count ? 1 : 0)
      for word in [count, ~count] { result += [UInt8(word & 0xff), UInt8(word >> 8)] }
      result += bytes[begin..<end]
    }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return result + [b, a].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1
      }
    }
  }
}
