// SPDX-License-Identifier: Apache-2.0

/// Numbers as tables hold them: digits with a point and an exponent, whatever the user's language.
enum CSVNumber {
  /// What a cell's bytes are.
  enum Reading: Hashable {
    case number(Float)
    /// No number, a number in words such as `nan`, or too great for a `Float`.
    case none
    case tooGreat
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Reads `[+-]digits[.digits][e[+-]digits]`, where one side of the point may be empty.
  ///
  /// The result is the `Float` nearest to the number as written, ties to even.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Reading {
    var index = 0
    let count = bytes.count
    var isNegative = false
    if index < count, unsafe bytes[index] == 0x2b || bytes[index] == 0x2d {
      isNegative = unsafe bytes[index] == 0x2d
      index += 1
    }
    // The digits as a whole number, without the zeros in front, and where its point is.
    var digits: UInt64 = 0
    var digitCount = 0
    var exponent = 0
    var hasDigits = false
    func take(_ byte: UInt8) {
      hasDigits = true
      if digitCount < 19 {
        digits = digits &* 10 &+ UInt64(byte &- 0x30)
        if digits > 0 { digitCount += 1 }
      } else {
        digitCount += 1
      }
    }
    while index < count, case let byte = unsafe bytes[index], byte &- 0x30 < 10 {
      take(byte)
      index += 1
    }
    if index < count, unsafe bytes[index] == 0x2e {
      index += 1
      while index < count, case let byte = unsafe bytes[index], byte &- 0x30 < 10 {
        take(byte)
        exponent -= 1
        index += 1
      }
    }
    guard hasDigits else { return .none }
    if index < count, unsafe bytes[index] | 0x20 == 0x65 {
      index += 1
      var isDown = false
      if index < count, unsafe bytes[index] == 0x2b || bytes[index] == 0x2d {
        isDown = unsafe bytes[index] == 0x2d
        index += 1
      }
      let first = index
      var written = 0
      while index < count, case let byte = unsafe bytes[index], byte &- 0x30 < 10 {
        written = min(written * 10 + Int(byte &- 0x30), 1_000_000)
        index += 1
      }
      guard index > first else { return .none }
      exponent += isDown ? -written : written
    }
    guard index == count else { return .none }
    guard digitCount <= 19,
      let magnitude = float(digits: digits, exponent: exponent)
    else { return unsafe slow(bytes) }
    return .number(isNegative ? -magnitude : magnitude)
  }

  /// digits * 10^exponent where one operation on doubles settles it; nil where it does not.
  private static func float(digits: UInt64, exponent: Int) -> Float? {
    // Both are exact as doubles, so their product or quotient is rounded once (Clinger, "How to
    // read floating point numbers accurately", 1990).
    guard digits <= 1 << 53, abs(exponent) <= 22 else { return digits == 0 ? 0 : nil }
    let power = powersOfTen[abs(exponent)]
    let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
    // Rounding to a float is a second time. It goes wrong only where the first ended exactly
    // between two floats: then nobody knows from which side.
    guard value.bitPattern & 0x1fff_ffff != 0x1000_0000 else { return nil }
    return Float(value)
  }

  // The standard library's reader: exact, and deaf to the locale.
  private static func slow(_ bytes: UnsafeBufferPointer<UInt8>) -> Reading {
    guard let value = unsafe Float(String(decoding: bytes, as: UTF8.self)) else { return .none }
    return value.isFinite ? .number(value) : .tooGreat
  }
}
