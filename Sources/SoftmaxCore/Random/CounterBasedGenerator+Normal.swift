// SPDX-License-Identifier: Apache-2.0

extension CounterBasedGenerator {
  /// The standard normal number at an index, of mean 0 and deviation 1.
  ///
  /// From the bits at 2 index and 2 index + 1: sqrt(-2 ln u) cos(2 pi v), in double, by a fixed sequence
  /// of correctly rounded operations, so the same everywhere. None lies beyond ±8.6.
  ///
  /// Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
  public func normal(at index: UInt64) -> Double {
    // u in 0 < u <= 1, v in 0 <= v < 1.
    let u = Double((bits(at: 2 &* index) >> 11) + 1) * 0x1p-53
    let v = Double(bits(at: 2 &* index &+ 1) >> 11) * 0x1p-53
    return (-2 * ElementaryFunctions.logarithm(u)).squareRoot() * Self.cosineOfTurns(v)
  }

  // cos(2 pi v), v in 0..<1: from the nearest quarter of a turn by the series of sine or cosine.
  private static func cosineOfTurns(_ v: Double) -> Double {
    let quarter = (4 * v).rounded()
    let x = (4 * v - quarter) * 1.5707963267948966
    let square = x * x
    let isEven = Int(quarter) % 2 == 0
    var sum = 1.0
    // 1 - x^2 / (1 2) (1 - x^2 / (3 4) (...)), or for the sine from x on.
    for n in stride(from: isEven ? 17.0 : 18.0, through: isEven ? 1 : 2, by: -2) {
      sum = 1 - square / (n * (n + 1)) * sum
    }
    let value = isEven ? sum : x * sum
    // cos(x), -sin(x), -cos(x), sin(x) behind 0, 1, 2, 3 quarters.
    switch Int(quarter) {
    case 1, 2: return -value
    default: return value
    }
  }
}
