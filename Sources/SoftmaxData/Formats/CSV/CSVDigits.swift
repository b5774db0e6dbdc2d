// SPDX-License-Identifier: Apache-2.0

/// The reading of decimal digits, eight bytes at a time.
///
/// Source of the three multiplications: Lemire, "Number parsing at a gigabyte per second", Software: Practice and
/// Experience 51, 2021, section 5.
enum CSVDigits {
  private static let powersOfTen: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
  ]

  /// Reads digits with a decimal mark among or beside them, eight bytes at most with the byte that follows them; nil for
  /// others, such as whole numbers.
  ///
  /// Nothing depends on how many digits there are on which side: a branch for it would often be guessed wrong.
  ///
  /// - Parameter index: afterwards that of the byte that follows.
  /// - Returns: all digits as a whole number, and how many of them are decimals.
  @inline(__always) static func short(
    _ bytes: UnsafeBufferPointer<UInt8>, from index: inout Int, mark: UInt8
  ) -> (number: UInt64, decimalCount: Int)? {
    guard index + 8 <= bytes.count else { return nil }
    let values = unsafe values(bytes, at: index)
    let others = others(values)
    // The places, in bits, of the mark and of the first byte behind it that is no digit.
    let place = others.trailingZeroBitCount & ~7
    let behind = others & (others &- 1)
    guard behind != 0, UInt8(truncatingIfNeeded: values &>> UInt64(place)) == mark ^ 0x30 else {
      return nil
    }
    let end = behind.trailingZeroBitCount & ~7
    guard end > 8 else { return nil }
    let left = (1 &<< UInt64(place)) &- 1 as UInt64
    let digits = (values & left) | (values &>> 8 & ~left)
    index += end / 8
    return (number(digits &<< UInt64(72 - end)), (end - place) / 8 - 1)
  }

  /// Appends the digits that begin at an index to a whole number, modulo 2^64.
  @inline(__always) static func append(
    _ bytes: UnsafeBufferPointer<UInt8>, from index: inout Int, to digits: inout UInt64
  ) {
    while index + 8 <= bytes.count {
      let values = unsafe values(bytes, at: index)
      let count = others(values).trailingZeroBitCount / 8
      // Zeros come before the digits, in two steps because 64 is no shift.
      let half = UInt64(32 - 4 * count)
      digits = digits &* powersOfTen[count] &+ number((values &<< half) &<< half)
      index += count
      guard count == 8 else { return }
    }
    while index < bytes.count, case let digit = unsafe bytes[index] &- 0x30, digit < 10 {
      digits = digits &* 10 &+ UInt64(digit)
      index += 1
    }
  }

  // Returns eight bytes, of which the first is the lowest one. Of a digit, its value is left.
  @inline(__always) private static func values(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    return UInt64(
      littleEndian: unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      ^ 0x3030_3030_3030_3030
  }

  // Returns the highest bit of each byte that is more than 9.
  @inline(__always) private static func others(_ values: UInt64) -> UInt64 {
    ((values & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676 | values) & 0x8080_8080_8080_8080
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
