// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@Suite struct NormalNumbersTests {
  private let generator = CounterBasedGenerator(seed: 9)

  @Test func theyAreThoseOfBoxAndMuller() {
    for index in 0..<20_000 as Range<UInt64> {
      let u = Double((generator.bits(at: 2 * index) >> 11) + 1) * 0x1p-53
      let v = Double(generator.bits(at: 2 * index + 1) >> 11) * 0x1p-53
      let radius = (-2 * log(u)).squareRoot()
      let expected = radius * cos(2 * .pi * v)
      // The comparison itself rounds 2 pi v, of up to 6.3, by 4.4e-16, times a radius of up to 8.6.
      #expect(abs(generator.normal(at: index) - expected) <= 4e-15 * max(1, radius))
    }
  }

  @Test func meanDeviationAndTailsAreThoseOfTheNormalDistribution() {
    let count = 200_000
    let values = (0..<UInt64(count)).map { generator.normal(at: $0) }
    let n = Double(count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let fourth = values.reduce(0) { $0 + pow($1 - mean, 4) } / n / (variance * variance)
    // Four standard errors each.
    #expect(abs(mean) < 4 / n.squareRoot())
    #expect(abs(variance - 1) < 4 * (2 / n).squareRoot())
    #expect(abs(fourth - 3) < 4 * (24 / n).squareRoot())
    for limit in [0.5, 1, 2, 3, 4] {
      let share = erfc(limit / 2.0.squareRoot())
      let found = Double(values.count { abs($0) > limit })
      #expect(abs(found - n * share) < 4 * (n * share * (1 - share)).squareRoot() + 1)
    }
  }
}
