// SPDX-License-Identifier: Apache-2.0

/// The reading of decimal digits, eight bytes at a time.
///
/// Source of the three multiplications: Lemire, "Number parsing at a gigabyte per second", Software: Practice and
/// Experience 51, 2021, section 5.
enum CSVDigits {
  private static let powersOfTen: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
  ]

  /// Appends the digits that begin at an index to a whole number, modulo 2^64.
  ///
  /// - Parameter index: afterwards that of the byte after the last digit.
  @inline(__always) static func append(
    _ bytes: UnsafeBufferPointer<UInt8>, from index: inout Int, to digits: inout UInt64
  ) {
    let raw = UnsafeRawBufferPointer(bytes)
    while index + 8 <= bytes.count {
      // The first byte is the lowest one. Of a digit, its value is left.
      let values =
        UInt64(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        ^ 0x3030_3030_3030_3030
      // The highest bit of each byte that is more than 9.
      let others =
        ((values & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676 | values)
        & 0x8080_8080_8080_8080
      let count = others.trailingZeroBitCount / 8
      // Zeros come before the digits, in two steps because 64 is no shift.
      let half = UInt64(32 - 4 * count)
      let aligned = (values &<< half) &<< half
      let number = Self.number(aligned)
      digits = digits &* powersOfTen[count] &+ number
      index += count
      guard count == 8 else { return }
    }
    while index < bytes.count, case let digit = unsafe bytes[index] &- 0x30, digit < 10 {
      digits = digits &* 10 &+ UInt64(digit)
      index += 1
    }
  }

  // Returns the number of eight digits, of which the first is the lowest byte: pairs of them, fours, all.
  @inline(__always) private static func number(_ digits: UInt64) -> UInt64 {
    let pairs = digits &* 10 &+ (digits &>> 8)
    let mask: UInt64 = 0x0000_00ff_0000_00ff
    let left = (pairs & mask) &* (100 &+ 1_000_000 &<< 32)
    let right = (pairs &>> 16 & mask) &* (1 &+ 10_000 &<< 32)
    return (left &+ right) &>> 32
  }
}
