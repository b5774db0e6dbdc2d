// SPDX-License-Identifier: Apache-2.0

/// A checksum of 64 bits that is computed at the speed of memory.
///
/// It detects accidental damage. It is not cryptographic: data can be changed deliberately without
/// changing the checksum.
///
/// The bytes are divided into pieces of 1 MiB, which threads can share. Within a piece, word i of 8 bytes
/// goes to lane i mod 8. Each lane is updated by the round of xxHash64,
/// `lane = rotate(lane + word * p2, 31) * p1`. Then the lanes of a piece, and finally the checksums of the
/// pieces, are combined in order by the same round.
///
/// For a given lane, a round is a one-to-one function of the word, and for a given word, of the lane. A
/// change within a single word, such as a flipped bit, is therefore always detected. Any other accidental
/// damage is missed with a probability of about 2^-64. The word is multiplied by p2 first, because the
/// multiplication by p1 does not carry the upper bits of a lane to lower bits. Without the first
/// multiplication, a flipped bit there could be undone by a single other flipped bit.
///
/// It is used instead of zlib's CRC-32, which is four times as slow.
package enum PayloadChecksum {
  /// The number of bytes in each piece except the last.
  package static let pieceByteCount = 1 << 20

  // The first two primes of xxHash64.
  private static let p1: UInt64 = 0x9e37_79b1_85eb_ca87
  private static let p2: UInt64 = 0xc2b2_ae3d_27d4_eb4f

  /// Returns the number of pieces into which `byteCount` bytes are divided.
  package static func pieceCount(of byteCount: Int) -> Int {
    (byteCount + pieceByteCount - 1) / pieceByteCount
  }

  /// Returns the checksum of all bytes.
  package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    let pieces = (0..<pieceCount(of: bytes.count)).map { unsafe piece($0, of: bytes) }
    return combination(of: pieces)
  }

  /// Returns the checksum of all bytes from the checksums of all pieces, in order.
  package static func combination(of pieces: [UInt64]) -> UInt64 {
    pieces.reduce(UInt64(pieces.count)) { round($0, $1) }
  }

  /// Returns the checksum of the piece at an index.
  package static func piece(_ index: Int, of bytes: UnsafeRawBufferPointer) -> UInt64 {
    let start = index * pieceByteCount
    let end = min(start + pieceByteCount, bytes.count)
    return unsafe piece(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
  }

  // The eight lanes are independent, because a multiplication has a latency of several cycles but a new one
  // can begin in each cycle.
  private static func piece(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
    var (e, f, g, h): (UInt64, UInt64, UInt64, UInt64) = (5, 6, 7, 8)
    let whole = bytes.count / 64 * 64
    var offset = 0
    while offset < whole {
      unsafe a = round(a, word(bytes, offset))
      unsafe b = round(b, word(bytes, offset &+ 8))
      unsafe c = round(c, word(bytes, offset &+ 16))
      unsafe d = round(d, word(bytes, offset &+ 24))
      unsafe e = round(e, word(bytes, offset &+ 32))
      unsafe f = round(f, word(bytes, offset &+ 40))
      unsafe g = round(g, word(bytes, offset &+ 48))
      unsafe h = round(h, word(bytes, offset &+ 56))
      offset &+= 64
    }
    // The result begins with the number of bytes, so trailing zeros change the checksum.
    var result = UInt64(bytes.count)
    for lane in [a, b, c, d, e, f, g, h] { result = round(result, lane) }
    while offset < bytes.count {
      var last: UInt64 = 0
      for index in offset..<min(offset + 8, bytes.count) {
        last = unsafe last << 8 | UInt64(bytes[index])
      }
      result = round(result, last)
      offset += 8
    }
    return result
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    let sum = lane &+ word &* p2
    return (sum &<< 31 | sum &>> 33) &* p1
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
