// SPDX-License-Identifier: Apache-2.0

/// Returns a grey picture as the bytes of a PNG file, without compression.
public func pngPicture(_ pixels: [UInt8], width: Int) -> [UInt8] {
  let height = pixels.count / width
  // Each row begins with the number of its filter, 0 for none.
  let rows = (0..<height).flatMap { [0] + pixels[($0 * width)..<(($0 + 1) * width)] }
  var (low, high) = (UInt32(1), UInt32(0))
  for byte in rows {
    low = (low + UInt32(byte)) % 65521
    high = (high + low) % 65521
  }
  let length = UInt16(rows.count)
  let stored: [UInt8] =
    [0x78, 0x01, 1]
    + [length, ~length].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    + rows + bytes(high << 16 | low)
  return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    + chunk("IHDR", bytes(UInt32(width)) + bytes(UInt32(height)) + [8, 0, 0, 0, 0])
    + chunk("IDAT", stored) + chunk("IEND", [])
}

private func bytes(_ number: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
}

private func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(name.utf8) + data
  var sum = UInt32.max
  for byte in body {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
  }
  return bytes(UInt32(data.count)) + body + bytes(~sum)
}
