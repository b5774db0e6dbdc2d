// SPDX-License-Identifier: Apache-2.0

// What schedules are made of: functions whose bits are the same on every machine.

/// Where `part` of half a cosine has been gone, from 0 to 1.
func along(cosineFrom start: Double, to end: Double, _ part: Double) -> Double {
  end + (start - end) / 2 * (1 + cosine(ofHalfTurns: part))
}

/// cos(pi x) for x in 0...1, to about 2 ulp of 1.
///
/// The angle from the nearest right angle or 0, at most pi / 4, then Taylor's series, whose terms
/// left out are below 2^-58 there. No library's cosine: their bits differ between systems.
func cosine(ofHalfTurns x: Double) -> Double {
  if x > 0.5 { return -cosine(ofHalfTurns: 1 - x) }
  let isNearZero = x <= 0.25
  let angle = (isNearZero ? x : 0.5 - x) * Double.pi
  let square = angle * angle
  // 1 - y/2! + y^2/4! - ..., or for the sine of what is left 1 - y/3! + y^2/5! - ...
  var series = 1.0
  for index in stride(from: 16, through: 2, by: -2) {
    let n = Double(isNearZero ? index : index + 1)
    series = 1 - square / (n * (n - 1)) * series
  }
  return isNearZero ? series : angle * series
}

/// base^exponent for a base in 0...1 and an exponent of at least 0, from products and roots alone,
/// which are rounded the same everywhere; no number for others.
func power(_ base: Double, _ exponent: Double) -> Double {
  guard 0...1 ~= base, exponent >= 0 else { return .nan }
  guard base < 1 else { return 1 }
  // Beyond 2^62 every power but that of 1 is 0.
  var whole = UInt64(min(exponent, 0x1p62))
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
