// SPDX-License-Identifier: Apache-2.0

/// The hash function SHA-256, computed incrementally.
///
/// It is implemented here because Foundation has no SHA-256 on Linux, and one function does not justify
/// a dependency (decision 0003).
///
/// Source: FIPS 180-4, section 6.2.
package struct SHA256: Sendable {
  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  // The bytes of the incomplete last block, always fewer than 64.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Creates the hash of no bytes.
  package init() {}

  /// Returns the digest of an array, as 64 lower-case hexadecimal digits.
  package static func hexDigest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest()
  }

  /// Appends bytes to the hashed message.
  ///
  /// - Complexity: linear in the number of bytes; allocates only once, for the incomplete block.
  package mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// Appends the bytes of values, as they are in memory, to the hashed message.
  mutating func update(_ values: [Float]) {
    unsafe values.withUnsafeBytes { unsafe update($0) }
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var rest = unsafe bytes[...]
    if !pending.isEmpty {
      let taken = unsafe rest.prefix(64 - pending.count)
      unsafe pending.append(contentsOf: taken)
      unsafe rest = rest.dropFirst(taken.count)
      guard pending.count == 64 else { return }
      let block = pending
      unsafe block.withUnsafeBytes { unsafe Self.compress($0, into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = unsafe rest.count / 64 * 64
    if whole > 0 {
      unsafe Self.compress(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), into: &state)
    }
    unsafe pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// Returns the digest of the message so far, as 64 lower-case hexadecimal digits.
  ///
  /// The hash is not changed; more bytes may be appended.
  package func hexDigest() -> String {
    var last = self
    // The padding of the standard: a bit 1, then zeros up to 8 bytes before the end of a block, then the
    // length in bits.
    let zeros = (119 - Int(byteCount % 64)) % 64
    let bits = byteCount &* 8
    last.update(
      [0x80] + [UInt8](repeating: 0, count: zeros)
        + (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) })
    let digits = Array("0123456789abcdef")
    var text = ""
    for index in 0..<8 {
      for shift in stride(from: UInt32(28), through: 0, by: -4) {
        text.append(digits[Int(last.state[index] >> shift & 15)])
      }
    }
    return text
  }

  // The variable names are those of the standard: a...h, w (the message schedule), k, t1, t2.
  private static func compress(_ bytes: UnsafeRawBufferPointer, into state: inout SIMD8<UInt32>) {
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      unsafe roundConstants.withUnsafeBufferPointer { k in
        for start in stride(from: 0, to: bytes.count, by: 64) {
          for t in 0..<16 {
            unsafe w[t] = UInt32(
              bigEndian: bytes.loadUnaligned(fromByteOffset: start &+ 4 &* t, as: UInt32.self))
          }
          for t in 16..<64 {
            let x = unsafe w[t &- 15]
            let y = unsafe w[t &- 2]
            let s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x &>> 3)
            let s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y &>> 10)
            unsafe w[t] = s1 &+ w[t &- 7] &+ s0 &+ w[t &- 16]
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          // In the standard each round moves every variable to the next letter. Here the variables stay,
          // and the arguments of eight successive rounds are rotated instead.
          for t in stride(from: 0, to: 64, by: 8) {
            unsafe round(a, b, c, &d, e, f, g, &h, k[t] &+ w[t])
            unsafe round(h, a, b, &c, d, e, f, &g, k[t &+ 1] &+ w[t &+ 1])
            unsafe round(g, h, a, &b, c, d, e, &f, k[t &+ 2] &+ w[t &+ 2])
            unsafe round(f, g, h, &a, b, c, d, &e, k[t &+ 3] &+ w[t &+ 3])
            unsafe round(e, f, g, &h, a, b, c, &d, k[t &+ 4] &+ w[t &+ 4])
            unsafe round(d, e, f, &g, h, a, b, &c, k[t &+ 5] &+ w[t &+ 5])
            unsafe round(c, d, e, &f, g, h, a, &b, k[t &+ 6] &+ w[t &+ 6])
            unsafe round(b, c, d, &e, f, g, h, &a, k[t &+ 7] &+ w[t &+ 7])
          }
          state = state &+ SIMD8(a, b, c, d, e, f, g, h)
        }
      }
    }
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
    _ g: UInt32, _ h: inout UInt32, _ word: UInt32
  ) {
    let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    let t1 = h &+ s1 &+ (g ^ (e & (f ^ g))) &+ word
    let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    d = d &+ t1
    h = t1 &+ s0 &+ ((a & b) | (c & (a | b)))
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  // The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
