// SPDX-License-Identifier: Apache-2.0

/// A set of hashes, each with its place in the order in which they came.
///
/// It is a hash table with open addressing and linear probing, at most two thirds full, with 12 bytes for each slot; a
/// `Dictionary` would hash the hashes again.
struct HashPlaces {
  // The hash of each slot plus 1; 0 for an empty one.
  private var hashes: [UInt64]
  private var places: [Int32]
  private let shift: UInt64
  private(set) var count = 0
  /// Whether some hash was far from its slot, as hardly any are unless they were chosen so.
  private(set) var isCrowded = false

  private static let greatestDistance = 4096

  /// Creates an empty set with capacity for some hashes.
  init(capacity: Int = 0) {
    var bits: UInt64 = 8
    while 2 << bits < 3 * capacity { bits += 1 }
    hashes = Array(repeating: 0, count: 1 << bits)
    places = Array(repeating: 0, count: 1 << bits)
    shift = 64 - bits
  }

  /// Returns the place of a hash; nil if it is not in the set.
  func place(of hash: UInt64) -> Int32? {
    let slot = slot(of: hash)
    return hashes[slot] == 0 ? nil : places[slot]
  }

  /// Returns the place of a hash, which is added if it is new.
  mutating func insert(_ hash: UInt64) -> Int32 {
    var slot = slot(of: hash)
    if hashes[slot] != 0 { return places[slot] }
    if 3 * (count + 1) > 2 * hashes.count {
      grow()
      slot = self.slot(of: hash)
    }
    hashes[slot] = hash + 1
    places[slot] = Int32(count)
    count += 1
    let distance = slot - firstSlot(of: hash)
    if (distance < 0 ? distance + hashes.count : distance) > Self.greatestDistance {
      isCrowded = true
    }
    return places[slot]
  }

  // Returns the slot of a hash, or the empty one where it would be.
  private func slot(of hash: UInt64) -> Int {
    var slot = firstSlot(of: hash)
    while hashes[slot] != 0, hashes[slot] != hash + 1 {
      slot = slot + 1 == hashes.count ? 0 : slot + 1
    }
    return slot
  }

  // Fibonacci hashing: the high bits of a product with 2^64 over the golden ratio.
  private func firstSlot(of hash: UInt64) -> Int {
    Int((hash &* 0x9e37_79b9_7f4a_7c15) >> shift)
  }

  private mutating func grow() {
    var larger = HashPlaces(capacity: hashes.count)
    for (slot, hash) in hashes.enumerated() where hash != 0 {
      let new = larger.slot(of: hash - 1)
      larger.hashes[new] = hash
      larger.places[new] = places[slot]
    }
    larger.count = count
    larger.isCrowded = isCrowded
    self = larger
  }
}
