// SPDX-License-Identifier: Apache-2.0

/// A checksum of 64 bits at the speed of memory, against damage and not against malice.
///
/// The bytes are cut into pieces of 1 MiB, which threads can share. In a piece,
/// word i of eight bytes goes to lane i mod 8, each lane taking the round of
/// xxHash64, `lane = rotate(lane + word * p2, 31) * p1`; then the lanes, and at
/// last the pieces, go through the same round one after the other.
///
/// Each round is one to one in what it takes in. So a change within a single
/// word, such as a flipped bit, is found for certain, and damage that knows
/// nothing of the rounds is missed once in 2^64. The product before the sum is
/// there because the one behind it hands its upper bits to nothing below:
/// without it a flipped bit there could be undone by a single other one.
///
/// It is used in place of zlib's CRC-32 because that reads a quarter as fast.
package enum PayloadChecksum {
  /// The number of bytes in a piece, but for the last.
  package static let pieceByteCount = 1 << 20

  // xxHash64's first two primes.
  private static let p1: UInt64 = 0x9e37_79b1_85eb_ca87
  private static let p2: UInt64 = 0xc2b2_ae3d_27d4_eb4f

  /// The number of pieces of so many bytes.
  package static func pieceCount(of byteCount: Int) -> Int {
    (byteCount + pieceByteCount - 1) / pieceByteCount
  }

  /// The checksum of all bytes.
  package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    let pieces = (0..<pieceCount(of: bytes.count)).map { unsafe piece($0, of: bytes) }
    return combination(of: pieces)
  }

  /// The checksum of the whole from those of its pieces.
  package static func combination(of pieces: [UInt64]) -> UInt64 {
    pieces.reduce(UInt64(pieces.count)) { round($0, $1) }
  }

  /// The checksum of one piece of the bytes.
  package static func piece(_ index: Int, of bytes: UnsafeRawBufferPointer) -> UInt64 {
    let start = index * pieceByteCount
    let end = min(start + pieceByteCount, bytes.count)
    return unsafe piece(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
  }

  // Eight lanes in eight variables: a multiplication takes some cycles, but one can begin in each.
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
    // The number of bytes tells zeros at the end from nothing.
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
