// SPDX-License-Identifier: Apache-2.0

/// The logarithm and the exponential function in double precision, with the same bits on every system.
///
/// Each function is a fixed sequence of correctly rounded operations, with an error of about 2 ulp. The
/// functions are for the few values that need more than single precision: a call takes about 10 ns and is
/// not vectorized. Use the kernels for all other values.
package enum ElementaryFunctions {
  /// Returns ln x = e ln 2 + 2 artanh((m - 1) / (m + 1)) with x = 2^e m, sqrt(1/2) <= m < sqrt 2.
  ///
  /// - Precondition: `x` is positive and finite.
  package static func logarithm(_ x: Double) -> Double {
    precondition(x > 0 && x.isFinite, "no logarithm of \(x)")
    var (exponent, m) = (Double(x.exponent), x.significand)
    if m > 1.4142135623730951 { (exponent, m) = (exponent + 1, m / 2) }
    return exponent * 0.6931471805599453 + doubledArtanh((m - 1) / (m + 1))
  }

  /// Returns ln(1 + x), which keeps its relative precision where x is small.
  ///
  /// - Precondition: `x` is at least 0 and finite.
  package static func logarithmOfOnePlus(_ x: Double) -> Double {
    precondition(x >= 0 && x.isFinite, "no logarithm of 1 + \(x)")
    return x < 0.4 ? doubledArtanh(x / (2 + x)) : logarithm(1 + x)
  }

  /// Returns ln sigmoid(x) = -ln(1 + e^-x), which is neither clipped nor rounded to 0.
  package static func logSigmoid(_ x: Double) -> Double {
    x < 0
      ? x - logarithmOfOnePlus(exponential(x)) : -logarithmOfOnePlus(exponential(-x))
  }

  /// Returns the sigmoid 1 / (1 + e^-x).
  package static func sigmoid(_ x: Double) -> Double {
    let power = exponential(-x.magnitude)
    return x < 0 ? power / (1 + power) : 1 / (1 + power)
  }

  /// Returns 2 artanh s for |s| <= (sqrt 2 - 1) / (sqrt 2 + 1).
  private static func doubledArtanh(_ s: Double) -> Double {
    let square = s * s
    // The first omitted term of the series is below 2^-57 times the first term.
    var sum = 1 / 23.0
    sum = sum * square + 1 / 21.0
    sum = sum * square + 1 / 19.0
    sum = sum * square + 1 / 17.0
    sum = sum * square + 1 / 15.0
    sum = sum * square + 1 / 13.0
    sum = sum * square + 1 / 11.0
    sum = sum * square + 1 / 9.0
    sum = sum * square + 1 / 7.0
    sum = sum * square + 1 / 5.0
    sum = sum * square + 1 / 3.0
    sum = sum * square + 1
    return 2 * s * sum
  }

  /// Returns the nearest integer of a number below 2^51 in magnitude, of two the even one.
  ///
  /// A sum of this size has no place for a fraction. The baseline of x86-64 has no instruction for `rounded()`.
  @inline(__always)
  private static func nearestInteger(_ x: Double) -> Double { (x + 0x1.8p52) - 0x1.8p52 }

  /// Returns the nearest integer of `units` e^x, as an integer.
  ///
  /// - Parameters:
  ///   - x: at most 0.
  ///   - units: a power of two, at most 2^50.
  package static func exponential(_ x: Double, inUnitsOf units: Double) -> Int64 {
    Int64(nearestInteger(exponential(x) * units))
  }

  /// Returns e^x = 2^k e^r with x = k ln 2 + r, |r| <= ln 2 / 2, or 0 for x <= -708.
  ///
  /// Results for x below about -708.4 would be subnormal.
  ///
  /// - Precondition: `x` is at most 0.
  package static func exponential(_ x: Double) -> Double {
    precondition(x <= 0, "the exponential function is for numbers up to 0, not \(x)")
    guard x > -708 else { return 0 }
    let k = nearestInteger(x * 1.4426950408889634)
    // ln 2 is split into two parts. The product of k with the first part is exact.
    let r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33
    // The Taylor series with the coefficients 1 / n!, from n = 13. The first omitted term is below 2^-57.
    var sum = 1 / 6_227_020_800.0
    sum = sum * r + 1 / 479_001_600.0
    sum = sum * r + 1 / 39_916_800.0
    sum = sum * r + 1 / 3_628_800.0
    sum = sum * r + 1 / 362_880.0
    sum = sum * r + 1 / 40_320.0
    sum = sum * r + 1 / 5_040.0
    sum = sum * r + 1 / 720.0
    sum = sum * r + 1 / 120.0
    sum = sum * r + 1 / 24.0
    sum = sum * r + 1 / 6.0
    sum = sum * r + 1 / 2.0
    sum = sum * r + 1
    sum = sum * r + 1
    // 2^k by its bits: k is at least -1021, so the power is a normal number.
    return sum * Double(bitPattern: UInt64(1023 + Int(k)) << 52)
  }
}
