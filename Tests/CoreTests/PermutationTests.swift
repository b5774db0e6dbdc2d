// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct PermutationTests {
  // The kernel draws all numbers at once; the formula draws them one by one.
  @Test(arguments: [0, 1, 2, 3, 4, 15, 16, 17, 31, 32, 33, 1000, 60_001])
  func aPermutationIsFisherAndYatesOverTheBitsByIndex(count: Int) {
    for (seed, epoch) in [(0, 0), (42, 3), (UInt64.max, 99), (1 << 32, 1)] as [(UInt64, Int)] {
      for purpose in [CounterBasedGenerator.Purpose.user, .shuffle] {
        let generator = CounterBasedGenerator(seed: seed, purpose: purpose, epoch: epoch)
        var expected = Array(0..<count)
        for index in 0..<count where index > 0 {
          let bits = generator.bits(at: UInt64(index))
          expected.swapAt(index, Int(bits.multipliedFullWidth(by: UInt64(index) + 1).high))
        }
        #expect(generator.permutation(of: count) == expected)
      }
    }
  }

  // As the first version shuffled, before there was a kernel: the order of an epoch decides every bit
  // that comes after it.
  @Test func permutationsAreThoseOnRecord() {
    func order(_ seed: UInt64, _ epoch: Int, _ count: Int) -> [Int] {
      CounterBasedGenerator(seed: seed, purpose: .shuffle, epoch: epoch).permutation(of: count)
    }
    #expect(order(0, 0, 10) == [7, 4, 6, 3, 8, 2, 9, 0, 5, 1])
    #expect(order(42, 3, 10) == [9, 2, 6, 5, 7, 1, 3, 8, 4, 0])
    #expect(digest(order(0, 0, 60_000)) == 0x04c6_8361_65f9_fabd)
    #expect(digest(order(7, 1, 1797)) == 0x047a_f556_0cfd_b675)
    #expect(digest(order(.max, 255, 4097)) == 0x5e90_4a1f_ab7f_16c7)
  }

  /// FNV-1a over the numbers.
  private func digest(_ order: [Int]) -> UInt64 {
    order.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
