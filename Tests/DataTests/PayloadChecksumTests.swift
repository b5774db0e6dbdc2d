// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@Suite struct PayloadChecksumTests {
  static func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) }
  }

  private func checksum(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) }
  }

  /// The words of the description, one after the other.
  private func reference(_ bytes: [UInt8]) -> UInt64 {
    func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
      let sum = lane &+ word &* 0xc2b2_ae3d_27d4_eb4f
      return (sum << 31 | sum >> 33) &* 0x9e37_79b1_85eb_ca87
    }
    var pieces: [UInt64] = []
    for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
      let piece = bytes[start..<min(start + 1 << 20, bytes.count)]
      var lanes: [UInt64] = Array(1...8)
      let whole = piece.count / 64 * 64
      for (index, offset) in stride(from: 0, to: whole, by: 8).enumerated() {
        let word = piece.dropFirst(offset).prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        lanes[index % 8] = round(lanes[index % 8], word)
      }
      var result = lanes.reduce(UInt64(piece.count), round)
      for offset in stride(from: whole, to: piece.count, by: 8) {
        let last = piece.dropFirst(offset).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        result = round(result, last)
      }
      pieces.append(result)
    }
    return pieces.reduce(UInt64(pieces.count), round)
  }

  @Test(arguments: [0, 1, 7, 8, 63, 64, 65, 127, 128, 200, 1 << 20, 1 << 20 + 1, 3 << 19])
  func itIsThatOfTheDescription(count: Int) {
    let bytes = Self.bytes(count)
    #expect(checksum(bytes) == reference(bytes))
  }

  @Test func everyFlippedBitIsFound() {
    var bytes = Self.bytes(203)
    let right = checksum(bytes)
    for bit in 0..<8 * bytes.count {
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(checksum(bytes) != right, "bit \(bit)")
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    #expect(checksum(bytes) == right)
  }

  @Test func twoFlippedBitsOfOneLaneAreFound() {
    var bytes = Self.bytes(640)
    let right = checksum(bytes)
    // The upper bits are those that a product hands to no others.
    for first in 0..<64 {
      for second in 0..<64 {
        let (one, other) = (first, 8 * 64 + second)
        bytes[one / 8] ^= 1 << UInt8(one % 8)
        bytes[other / 8] ^= 1 << UInt8(other % 8)
        #expect(checksum(bytes) != right)
        bytes[one / 8] ^= 1 << UInt8(one % 8)
        bytes[other / 8] ^= 1 << UInt8(other % 8)
      }
    }
  }

  @Test func theLengthCountsToo() {
    let checksums = (0...300).map { checksum([UInt8](repeating: 0, count: $0)) }
    #expect(Set(checksums).count == checksums.count)
  }

  @Test func exchangedWordsAreFound() {
    let bytes = Self.bytes(256)
    let right = checksum(bytes)
    for first in 0..<32 {
      for second in 0..<first {
        var words = (0..<32).map { Array(bytes[8 * $0..<8 * $0 + 8]) }
        words.swapAt(first, second)
        #expect(checksum(Array(words.joined())) != right)
      }
    }
  }
}
