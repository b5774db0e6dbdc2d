// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The words of a text, and the pairs of words that follow each other, as hashes.
///
/// A word is a run of letters, digits and their marks, in lower case. One letter or digit alone is none, as for
/// scikit-learn. In scripts that are written without blanks, such as Chinese, Japanese and Thai, each character is a
/// word, so that pairs of words are pairs of characters.
///
/// The hash is that of FNV-1a with 64 bits over the word in UTF-8, or over both words of a pair with a blank between
/// them, folded to 48 bits as its authors advise: a million words then collide in fewer than one of 100 texts of a
/// million, and a `Double` holds it. Source: Fowler, Noll, Vo and Eastlake, "The FNV non-cryptographic hash
/// algorithm", draft-eastlake-fnv. Classes of characters and lower case are those of Swift's Unicode tables; of a
/// lower case of several characters the first counts.
struct TextWords {
  private static let offsetBasis: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let prime: UInt64 = 0x100_0000_01b3
  private static let leastLength = 2
  /// The number of bits of a hash.
  static let bitCount: UInt64 = 48

  // The hash of no byte, for this column of texts.
  private let basis: UInt64

  /// Creates the words of a column of texts.
  ///
  /// - Parameter column: the number of the column among those of texts: each has hashes of its own.
  init(ofColumn column: Int) {
    basis = column == 0 ? Self.offsetBasis : Self.step(Self.offsetBasis, UInt8(column & 0xff))
  }

  private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* prime
  }

  private static func folded(_ hash: UInt64) -> UInt64 {
    (hash >> bitCount) ^ (hash & ((1 << bitCount) - 1))
  }

  /// Calls `body` with the hash of each word and each pair of words of a text in UTF-8.
  ///
  /// - Complexity: O(n) for n bytes.
  @inline(__always)
  func forEach(in text: Span<UInt8>, _ body: (UInt64) -> Void) {
    var (word, pair, length) = (basis, UInt64(0), 0)
    // The hash of the last word and a blank.
    var before: UInt64?
    func end() {
      if length > 0 {
        body(Self.folded(word))
        if before != nil { body(Self.folded(pair)) }
        let next = Self.step(word, 0x20)
        (before, pair) = (next, next)
      }
      (word, length) = (basis, 0)
    }
    // A word that is too short is none: it does not part the words beside it.
    func endRun() {
      guard length < Self.leastLength else { return end() }
      (word, pair, length) = (basis, before ?? 0, 0)
    }
    func add(_ byte: UInt8) {
      word = Self.step(word, byte)
      pair = Self.step(pair, byte)
    }
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        index += 1
        let lower = Self.lowerASCII[Int(byte)]
        if lower == 0 {
          if length > 0 { endRun() }
        } else {
          add(lower)
          length += 1
        }
        continue
      }
      let character = TextCharacter(text, at: &index)
      switch character.kind {
      case .blank: if length > 0 { endRun() }
      case .ignored: break
      case .word:
        character.forEachByte(add)
        length += 1
      case .mark:
        // A mark belongs to the word before it.
        if length > 0 { character.forEachByte(add) }
      case .ideograph:
        if length > 0 { endRun() }
        character.forEachByte(add)
        length = 1
        end()
      }
    }
    if length > 0 { endRun() }
  }

  // The lower case of each letter and digit of ASCII; 0 for other characters.
  private static let lowerASCII: [UInt8] = (0..<128).map { byte in
    switch UInt8(byte) {
    case 0x30...0x39, 0x61...0x7a: UInt8(byte)
    case 0x41...0x5a: UInt8(byte) | 0x20
    default: 0
    }
  }
}
