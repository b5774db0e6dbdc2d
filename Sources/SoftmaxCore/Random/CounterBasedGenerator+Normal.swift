// SPDX-License-Identifier: Apache-2.0

extension CounterBasedGenerator {
  /// Returns the normal number at an index, from the distribution of mean 0 and standard deviation 1.
  ///
  /// The number is sqrt(-2 ln u) cos(2 pi v), where u and v are the uniform numbers from the bits at
  /// 2 index and 2 index + 1. It is computed in double by a fixed sequence of correctly rounded operations,
  /// so it is the same on every system. Its magnitude is less than 8.6.
  ///
  /// Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
  public func normal(at index: UInt64) -> Double {
    // 0 < u <= 1 and 0 <= v < 1.
    let u = Double((bits(at: 2 &* index) >> 11) + 1) * 0x1p-53
    let v = Double(bits(at: 2 &* index &+ 1) >> 11) * 0x1p-53
    return (-2 * ElementaryFunctions.logarithm(u)).squareRoot() * Self.cosineOfTurns(v)
  }

  // Returns cos(2 pi v) for v in 0..<1, by the series of sine or cosine around the nearest quarter of a
  // turn.
  private static func cosineOfTurns(_ v: Double) -> Double {
    let quarter = (4 * v).rounded()
    let x = (4 * v - quarter) * 1.5707963267948966
    let square = x * x
    let isEven = Int(quarter) % 2 == 0
    var sum = 1.0
    // The cosine is 1 - x^2 / (1 * 2) (1 - x^2 / (3 * 4) (...)). The sine is
    // x (1 - x^2 / (2 * 3) (1 - x^2 / (4 * 5) (...))).
    for n in stride(from: isEven ? 17.0 : 18.0, through: isEven ? 1 : 2, by: -2) {
      sum = 1 - square / (n * (n + 1)) * sum
    }
    let value = isEven ? sum : x * sum
    // After 0, 1, 2 and 3 quarters the cosine is cos(x), -sin(x), -cos(x) and sin(x).
    switch Int(quarter) {
    case 1, 2: return -value
    default: return value
    }
  }
}
