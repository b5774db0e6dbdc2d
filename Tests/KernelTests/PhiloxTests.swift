// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import Testing

/// Philox4x32-10 as Salmon and others describe it: ten rounds of two multiplications, the key bumped
/// by Weyl's constants in between.
func philox(
  counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
) -> [UInt32] {
  var (c, k) = (counter, key)
  for round in 0..<10 {
    if round > 0 { k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85) }
    let first = UInt32(0xD251_1F53).multipliedFullWidth(by: c.0)
    let second = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c.2)
    c = (second.high ^ c.1 ^ k.0, second.low, first.high ^ c.3 ^ k.1, first.low)
  }
  return [c.0, c.1, c.2, c.3]
}

@Suite("Random bits")
struct PhiloxTests {
  // Random123's file of known answers (kat_vectors), philox4x32 of 10 rounds.
  @Test("The function is Philox4x32-10, by its authors' known answers")
  func knownAnswers() {
    #expect(
      philox(counter: (0, 0, 0, 0), key: (0, 0))
        == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = UInt32.max
    #expect(
      philox(counter: (ones, ones, ones, ones), key: (ones, ones))
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    // The digits of pi.
    #expect(
      philox(
        counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: (0xa409_3822, 0x299f_31d0))
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  static let streams: [(key: (UInt32, UInt32), stream: (UInt32, UInt32))] = [
    ((0, 0), (0, 0)), ((.max, .max), (.max, .max)),
    ((0xa409_3822, 0x299f_31d0), (0x1319_8a2e, 0x0370_7344)), ((1, 0), (0, 2)), ((0, 1), (7, 1)),
  ]

  @Test(
    "The kernel gives the blocks from counter 0 on", arguments: Specification.instructionSets,
    [0, 1, 2, 7, 8, 15, 16, 17, 33, 1000])
  func kernel(_ isa: softmax_isa, _ blocks: Int) {
    for (key, stream) in Self.streams {
      let expected = (0..<blocks).flatMap { block -> [UInt64] in
        let words = philox(counter: (UInt32(block), 0, stream.0, stream.1), key: key)
        return [
          UInt64(words[1]) << 32 | UInt64(words[0]), UInt64(words[3]) << 32 | UInt64(words[2]),
        ]
      }
      #expect(Specification(isa).philox(blocks: blocks, key: key, stream: stream) == expected)
    }
  }
}
