// SPDX-License-Identifier: Apache-2.0

// Functions for schedules whose results have the same bits on every machine.

/// Returns the value at a fraction `part` of half a cosine from `start` to `end`, with `part` in 0...1.
func along(cosineFrom start: Double, to end: Double, _ part: Double) -> Double {
  end + (start - end) / 2 * (1 + cosine(ofHalfTurns: part))
}

/// Returns cos(pi x) for x in 0...1, with an error of about 2 ulp of 1.
///
/// The argument is reduced to an angle of at most pi / 4 from 0 or pi / 2. There the omitted terms of
/// the Taylor series are below 2^-58. The system's cosine is not used, because its bits differ between
/// systems.
func cosine(ofHalfTurns x: Double) -> Double {
  if x > 0.5 { return -cosine(ofHalfTurns: 1 - x) }
  let isNearZero = x <= 0.25
  let angle = (isNearZero ? x : 0.5 - x) * Double.pi
  let square = angle * angle
  // With y = angle^2, evaluates the series of the cosine, 1 - y/2! + y^2/4! - ..., or of the sine
  // divided by the angle, 1 - y/3! + y^2/5! - ...
  var series = 1.0
  for index in stride(from: 16, through: 2, by: -2) {
    let n = Double(isNearZero ? index : index + 1)
    series = 1 - square / (n * (n - 1)) * series
  }
  return isNearZero ? series : angle * series
}

/// Returns base^exponent for a base in 0...1 and an exponent of at least 0; NaN for other arguments.
///
/// It uses products and square roots alone, which are correctly rounded on every machine.
func power(_ base: Double, _ exponent: Double) -> Double {
  guard 0...1 ~= base, exponent >= 0 else { return .nan }
  guard base < 1 else { return 1 }
  // A base below 1 is at most 1 - 2^-53, so its power for an exponent of 2^63 or more is at most e^-1024,
  // which rounds to 0.
  var whole = UInt64(min(exponent, 0x1p63))
  var fraction = exponent - exponent.rounded(.down)
  var result = 1.0
  var square = base
  while whole > 0, result > 0 {
    if whole & 1 == 1 { result *= square }
    square *= square
    whole >>= 1
  }
  var root = base
  while fraction > 0 {
    root = root.squareRoot()
    fraction *= 2
    if fraction >= 1 {
      result *= root
      fraction -= 1
    }
  }
  return result
}
