// SPDX-License-Identifier: Apache-2.0

/// A parser for the numbers in tables: digits with a decimal mark and an exponent, independent of the
/// user's locale.
enum CSVNumber {
  /// The result of parsing the bytes of a cell.
  enum Reading: Hashable {
    case number(Double)
    /// The cell is not a number in digits; words such as `nan` are not numbers here.
    case none
    /// The number is beyond the range of `Double`.
    case tooGreat
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
  // All powers of five that fit in 64 bits.
  private static let powersOfFive: [UInt64] = (0...27).reduce(into: []) { powers, _ in
    powers.append((powers.last ?? 0) == 0 ? 1 : powers[powers.count - 1] * 5)
  }

  /// Parses `[+-]digits[.digits][e[+-]digits]`, where the digits on one side of the decimal mark may be
  /// missing.
  ///
  /// The result is the `Double` nearest to the decimal number, ties to even. Leading and trailing spaces
  /// and tabs are ignored.
  ///
  /// - Parameter mark: the decimal mark, a point or a comma.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>, mark: UInt8 = 0x2e) -> Reading {
    var index = 0
    var count = bytes.count
    while index < count, unsafe isBlank(bytes[index]) { index += 1 }
    while index < count, unsafe isBlank(bytes[count - 1]) { count -= 1 }
    let cell = unsafe UnsafeBufferPointer(rebasing: bytes[index..<count])
    index = 0
    guard let decimal = unsafe Decimal(cell, from: &index, mark: mark), index == cell.count else {
      return .none
    }
    if let value = decimal.value { return .number(value) }
    return unsafe slow(cell, mark: mark)
  }

  /// Parses a text.
  static func read(_ text: String, mark: UInt8 = 0x2e) -> Reading {
    var text = text
    return text.withUTF8 { unsafe read($0, mark: mark) }
  }

  /// Returns the number of a cell; NaN if the cell is not a number or is beyond the range of `Double`.
  static func value(
    _ bytes: UnsafeBufferPointer<UInt8>, _ cell: Range<Int>, mark: UInt8
  ) -> Double {
    let reading = unsafe read(UnsafeBufferPointer(rebasing: bytes[cell]), mark: mark)
    guard case .number(let value) = reading else { return .nan }
    return value
  }

  /// Parses a number without leading blanks if the fast path can round it correctly; otherwise returns
  /// nil.
  ///
  /// - Parameter index: the index of the first byte; afterwards that of the byte after the last one
  ///   consumed.
  @inline(__always) static func plain(
    _ bytes: UnsafeBufferPointer<UInt8>, from index: inout Int, mark: UInt8
  ) -> Double? {
    // Most numbers of tables are short.
    guard index < bytes.count else { return nil }
    let isNegative = unsafe bytes[index] == 0x2d
    var place = index + (isNegative ? 1 : 0)
    if let (number, decimalCount) = unsafe CSVDigits.short(bytes, from: &place, mark: mark),
      unsafe bytes[place] | 0x20 != 0x65
    {
      index = place
      let magnitude = Double(number) / powersOfTen[decimalCount]
      return Double(bitPattern: magnitude.bitPattern | (isNegative ? 1 << 63 : 0))
    }
    return unsafe Decimal(bytes, from: &index, mark: mark)?.value
  }

  /// A decimal number as written: digits * 10^exponent.
  private struct Decimal {
    private let isNegative: Bool
    // All digits as a whole number, modulo 2^64, and how many they are.
    private let digits: UInt64
    private let digitCount: Int
    private let exponent: Int

    /// Consumes the bytes that belong to a number; nil if they do not form a number.
    // Most of the time of reading a table goes by here, and a call would write and read all members.
    @inline(__always) init?(_ bytes: UnsafeBufferPointer<UInt8>, from place: inout Int, mark: UInt8)
    {
      var index = place
      defer { place = index }
      let count = bytes.count
      // Signs and lengths differ from cell to cell, so a branch for them would often be guessed wrong.
      let sign = index < count ? unsafe bytes[index] : 0
      let isNegative = sign == 0x2d
      index += (isNegative ? 1 : 0) | (sign == 0x2b ? 1 : 0)
      var digits: UInt64 = 0
      var first = index
      unsafe CSVDigits.append(bytes, from: &index, to: &digits)
      var digitCount = index - first
      var exponent = 0
      if index < count, unsafe bytes[index] == mark {
        index += 1
        first = index
        unsafe CSVDigits.append(bytes, from: &index, to: &digits)
        exponent = first - index
        digitCount += index - first
      }
      guard digitCount > 0 else { return nil }
      if index < count, unsafe bytes[index] | 0x20 == 0x65 {
        index += 1
        var isDown = false
        if index < count, unsafe bytes[index] == 0x2b || bytes[index] == 0x2d {
          isDown = unsafe bytes[index] == 0x2d
          index += 1
        }
        first = index
        var written = 0
        while index < count, case let byte = unsafe bytes[index] &- 0x30, byte < 10 {
          written = min(written * 10 + Int(byte), 1_000_000)
          index += 1
        }
        guard index > first else { return nil }
        exponent += isDown ? -written : written
      }
      self.isNegative = isNegative
      self.digits = digits
      self.digitCount = digitCount
      self.exponent = exponent
    }

    /// The nearest `Double`; nil if only the slow path can determine it.
    @inline(__always) var value: Double? {
      guard digitCount <= 19,
        let magnitude = CSVNumber.double(digits: digits, exponent: exponent)
      else { return nil }
      return Double(bitPattern: magnitude.bitPattern ^ (isNegative ? 1 << 63 : 0))
    }
  }

  /// Returns whether a byte is a decimal digit.
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// Returns whether a byte is a space or a tab.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Returns digits * 10^exponent, rounded once; nil if the exponent is beyond -27...27, which is rare in
  /// tables.
  @inline(__always) private static func double(digits: UInt64, exponent: Int) -> Double? {
    // Both factors are exact as doubles, so their product or quotient is rounded once (Clinger, "How to
    // read floating point numbers accurately", 1990).
    if digits <= 1 << 53, abs(exponent) <= 22 {
      let power = powersOfTen[abs(exponent)]
      return exponent < 0 ? Double(digits) / power : Double(digits) * power
    }
    return wide(digits: digits, exponent: exponent)
  }

  private static func wide(digits: UInt64, exponent: Int) -> Double? {
    if digits == 0 { return 0 }
    guard abs(exponent) < powersOfFive.count else { return nil }
    let five = powersOfFive[abs(exponent)]
    if exponent >= 0 {
      let product = digits.multipliedFullWidth(by: five)
      guard product.high > 0 else { return scaled(product.low, isCut: false, by: exponent) }
      let shift = product.high.leadingZeroBitCount
      let high = product.high << shift | product.low >> (64 - shift)
      return scaled(high, isCut: product.low << shift != 0, by: exponent + 64 - shift)
    }
    // The leading 64 bits of the quotient and whether the remainder is 0 suffice for correct rounding.
    // The high word of the dividend is half of the left-aligned `digits`, so it is less than the
    // left-aligned divisor and the quotient fits in 64 bits.
    let (up, divisorUp) = (digits.leadingZeroBitCount, five.leadingZeroBitCount)
    let dividend = digits << up
    let division = (five << divisorUp).dividingFullWidth((dividend >> 1, dividend << 63))
    return scaled(
      division.quotient, isCut: division.remainder != 0, by: exponent + divisorUp - up - 63)
  }

  /// Returns bits * 2^exponent, rounded to nearest, ties to even.
  ///
  /// - Parameter isCut: whether the exact number is greater than `bits`, by less than 1.
  private static func scaled(_ bits: UInt64, isCut: Bool, by exponent: Int) -> Double {
    let shift = bits.leadingZeroBitCount
    // The lowest bit records the truncated part. It is below the bits that a double keeps, so the
    // conversion to `Double` rounds the exact number once.
    let whole = bits << shift | (isCut ? 1 : 0)
    return Double(sign: .plus, exponent: exponent - shift, significand: Double(whole))
  }

  // Parses with the standard library, which rounds correctly and ignores the locale.
  private static func slow(_ bytes: UnsafeBufferPointer<UInt8>, mark: UInt8) -> Reading {
    let text = unsafe String(decoding: bytes.map { $0 == mark ? 0x2e : $0 }, as: UTF8.self)
    guard let value = Double(text) else { return .none }
    return value.isFinite ? .number(value) : .tooGreat
  }
}
