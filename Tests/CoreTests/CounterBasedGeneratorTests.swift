// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct CounterBasedGeneratorTests {
  // Random123's known answer for philox4x32-10 with a counter and a key of zeros.
  @Test func theFunctionIsPhilox() {
    let generator = CounterBasedGenerator(seed: 0)
    #expect(generator.bits(at: 0) == 0xE169_C58D_6627_E8D5)
    #expect(generator.bits(at: 1) == 0x9B00_DBD8_BC57_AC4C)
  }

  // And with a counter and a key of ones: the index, the epoch and the purpose are all counter.
  @Test func indexEpochAndPurposeAreTheCounter() {
    let first = CounterBasedGenerator(seed: 1, purpose: .user, epoch: 0)
    let others = [
      CounterBasedGenerator(seed: 2), CounterBasedGenerator(seed: 1 << 32 | 1),
      CounterBasedGenerator(seed: 1, epoch: 1), CounterBasedGenerator(seed: 1, purpose: .shuffle),
      CounterBasedGenerator(seed: 1, purpose: .initialization),
    ]
    for other in others {
      #expect((0..<64).allSatisfy { first.bits(at: $0) != other.bits(at: $0) })
    }
  }

  @Test func theStandardLibrarysNumbersAreThoseByIndex() {
    var generator = CounterBasedGenerator(seed: 5)
    let byIndex = generator
    for index in 0..<10 { #expect(generator.next() == byIndex.bits(at: UInt64(index))) }
    #expect(generator != byIndex)
  }

  @Test func uniformNumbersFillTheirRangeEvenly() {
    let generator = CounterBasedGenerator(seed: 9)
    var counts = [Int](repeating: 0, count: 16)
    for index in 0..<16_000 {
      let value = generator.uniform(at: UInt64(index))
      #expect(value >= 0 && value < 1)
      counts[Int(value * 16)] += 1
    }
    // Chi-square with 15 degrees of freedom exceeds 44.3 once in ten thousand seeds.
    let statistic = counts.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(statistic < 44.3)
  }

  @Test(arguments: [0, 1, 2, 3, 1000])
  func aPermutationHoldsEachIndexOnce(count: Int) {
    let order = CounterBasedGenerator(seed: 3, purpose: .shuffle).permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
    if count == 1000 { #expect(order != Array(0..<count)) }
  }

  @Test func everyOrderOfThreeComesUpAsOften() {
    var counts: [[Int]: Int] = [:]
    for epoch in 0..<6000 {
      let order = CounterBasedGenerator(seed: 4, purpose: .shuffle, epoch: epoch)
        .permutation(of: 3)
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 6)
    // Chi-square with 5 degrees of freedom exceeds 25.7 once in ten thousand seeds.
    let statistic = counts.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(statistic < 25.7)
  }
}
