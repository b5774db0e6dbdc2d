// SPDX-License-Identifier: Apache-2.0

/// A non-negative integer of any size in limbs of nine decimal digits, for exact decimal output.
///
/// Each operation takes one multiplication or division per limb. The digits of a `Double` need about forty
/// limbs at most.
private struct DecimalInteger {
  private static let base: UInt64 = 1_000_000_000
  // The limbs in order from the lowest to the highest. The highest limb is not 0; zero has no limbs.
  private var limbs: [UInt64]

  init(_ value: UInt64) {
    limbs = [value % Self.base, value / Self.base % Self.base, value / Self.base / Self.base]
    trim()
  }

  var isOdd: Bool { (limbs.first ?? 0) % 2 == 1 }

  /// The decimal digits; "0" for zero.
  var text: String {
    guard let last = limbs.last else { return "0" }
    return limbs.dropLast().reversed().reduce(into: String(last)) { text, limb in
      let digits = String(limb)
      text += String(repeating: "0", count: 9 - digits.count) + digits
    }
  }

  /// Multiplies by a factor of at most 2^30.
  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = limbs[index] * factor + carry
      limbs[index] = product % Self.base
      carry = product / Self.base
    }
    while carry > 0 {
      limbs.append(carry % Self.base)
      carry /= Self.base
    }
  }

  /// Divides by a divisor of at most 2^30 and returns whether there was a remainder.
  mutating func divide(by divisor: UInt64) -> Bool {
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let part = remainder * Self.base + limbs[index]
      limbs[index] = part / divisor
      remainder = part % divisor
    }
    trim()
    return remainder > 0
  }

  mutating func increment() {
    for index in limbs.indices {
      limbs[index] += 1
      guard limbs[index] == Self.base else { return }
      limbs[index] = 0
    }
    limbs.append(1)
  }

  private mutating func trim() {
    while limbs.last == 0 { limbs.removeLast() }
  }
}

/// The correctly rounded decimal digits of floating-point numbers.
enum DecimalDigits {
  /// Returns the digits of |value| 10^places, rounded to an integer, with ties to even as in C.
  ///
  /// The computation is exact: |value| is m 2^e, so the result before rounding is m 10^places 2^e, a
  /// quotient of integers.
  ///
  /// - Precondition: The value is finite.
  static func rounded(_ value: Double, places: Int) -> String {
    precondition(value.isFinite, "a number that is not finite has no digits")
    let isSubnormal = value.exponentBitPattern == 0
    let mantissa = value.significandBitPattern | (isSubnormal ? 0 : 1 << 52)
    let exponent = Int(max(1, value.exponentBitPattern)) - 1075
    var quotient = DecimalInteger(mantissa)
    for factor in factors(twos: max(0, exponent), tens: max(0, places)) {
      quotient.multiply(by: factor)
    }
    var (twos, tens, fives) = (max(0, -exponent), max(0, -places), 0)
    guard twos + tens > 0 else { return quotient.text }
    // Divide by half of the divisor first. The last bit of this quotient tells whether the fraction of
    // the result is at least 1/2.
    if twos > 0 { twos -= 1 } else { (tens, fives) = (tens - 1, 1) }
    var isInexact = false
    for divisor in factors(twos: twos, tens: tens) + (fives == 1 ? [5] : []) {
      if quotient.divide(by: divisor) { isInexact = true }
    }
    let isHalf = quotient.divide(by: 2)
    if isHalf, isInexact || quotient.isOdd { quotient.increment() }
    return quotient.text
  }

  /// Returns factors of at most 2^30 whose product is 2^twos 10^tens.
  private static func factors(twos: Int, tens: Int) -> [UInt64] {
    Array(repeating: 1 << 30, count: twos / 30) + [1 << UInt64(twos % 30)]
      + Array(repeating: 1_000_000_000, count: tens / 9)
      + Array(repeating: 10, count: tens % 9)
  }

  /// Returns `count` significant digits of |value| = d.ddd 10^exponent, and the exponent.
  ///
  /// - Precondition: The value is finite, and `count` is at least 1.
  static func significant(_ value: Double, count: Int) -> (digits: String, exponent: Int) {
    guard value != 0 else { return (String(repeating: "0", count: count), 0) }
    // The estimate is log10(2) times the binary exponent. It can differ by one from the result, as can
    // rounding up to the next power of ten, so the loop corrects it.
    var exponent = Int((Double(value.exponent) * 0.30102999566398120).rounded(.down))
    while true {
      let digits = rounded(value, places: count - 1 - exponent)
      if digits.count == count { return (digits, exponent) }
      exponent += digits.count > count ? 1 : -1
    }
  }
}
