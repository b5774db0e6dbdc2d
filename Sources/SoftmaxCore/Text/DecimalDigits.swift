// SPDX-License-Identifier: Apache-2.0

/// A whole number of any size in limbs of nine decimal digits, for writing floating-point numbers exactly.
///
/// Costs one multiplication or division a limb and step; a `Double` needs at most some forty limbs.
private struct DecimalInteger {
  private static let base: UInt64 = 1_000_000_000
  // The lowest limb first; none of zero at the end.
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

  /// Divides by a divisor of at most 2^30; returns whether there was a remainder.
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

/// Decimal digits of floating-point numbers, correctly rounded.
enum DecimalDigits {
  /// The digits of |value| 10^places, rounded to a whole number; a tie goes to the even one, as in C.
  ///
  /// Exact: |value| is m 2^e, so the result is m 10^places 2^e, a quotient of whole numbers.
  ///
  /// - Precondition: the value is finite.
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
    // Half of the divisor first: the last bit of that quotient is the half to be rounded.
    if twos > 0 { twos -= 1 } else { (tens, fives) = (tens - 1, 1) }
    var isInexact = false
    for divisor in factors(twos: twos, tens: tens) + (fives == 1 ? [5] : []) {
      if quotient.divide(by: divisor) { isInexact = true }
    }
    let isHalf = quotient.divide(by: 2)
    if isHalf, isInexact || quotient.isOdd { quotient.increment() }
    return quotient.text
  }

  /// 2^twos 10^tens as factors of at most 2^30.
  private static func factors(twos: Int, tens: Int) -> [UInt64] {
    Array(repeating: 1 << 30, count: twos / 30) + [1 << UInt64(twos % 30)]
      + Array(repeating: 1_000_000_000, count: tens / 9)
      + Array(repeating: 10, count: tens % 9)
  }

  /// So many significant digits and the power of ten of the first: value = d.ddd 10^exponent.
  ///
  /// - Precondition: the value is finite, and `count` at least 1.
  static func significant(_ value: Double, count: Int) -> (digits: String, exponent: Int) {
    guard value != 0 else { return (String(repeating: "0", count: count), 0) }
    // log10 2 times the binary exponent; at most one off, as rounding up to a power of ten can be.
    var exponent = Int((Double(value.exponent) * 0.30102999566398120).rounded(.down))
    while true {
      let digits = rounded(value, places: count - 1 - exponent)
      if digits.count == count { return (digits, exponent) }
      exponent += digits.count > count ? 1 : -1
    }
  }
}
