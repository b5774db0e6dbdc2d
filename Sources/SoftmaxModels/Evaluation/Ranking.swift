// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The samples in descending order of a score, in groups of equal scores.
///
/// - Complexity: four bytes a sample.
struct Ranking: Sendable {
  // The index of each sample; the highest bit is set in the last one of a group.
  private let places: [UInt32]

  private static let groupEnd: UInt32 = 1 << 31
  // Fewer samples than these are sorted by comparing them.
  private static let leastCountOfDigits = 512
  private static let digitWidth = 11
  private static let digitCount = 6

  /// Sorts samples by their scores, which are not NaN.
  ///
  /// - Complexity: O(samples): six passes over digits of 11 bits.
  init(_ scores: [Double]) {
    precondition(scores.count < Int(Self.groupEnd), "a ranking is of fewer than 2^31 samples")
    // The order of these integers is the opposite of the order of the scores; +0 and -0 are one.
    var keys = scores.map { score -> UInt64 in
      let bits = (score + 0).bitPattern
      return bits >> 63 == 1 ? bits : ~bits & ~(1 << 63)
    }
    var places = (0..<UInt32(scores.count)).map { $0 }
    if scores.count < Self.leastCountOfDigits {
      places.sort { (keys[Int($0)], $0) < (keys[Int($1)], $1) }
      keys = places.map { keys[Int($0)] }
    } else {
      Self.sort(&keys, &places)
    }
    for index in places.indices where index + 1 == places.count || keys[index] != keys[index + 1] {
      places[index] |= Self.groupEnd
    }
    self.places = places
  }

  /// Sorts keys, and places along with them, by one digit after the other, the lowest first.
  private static func sort(_ keys: inout [UInt64], _ places: inout [UInt32]) {
    let size = 1 << digitWidth
    let mask = UInt64(size - 1)
    var counts = [Int](repeating: 0, count: digitCount * size)
    for key in keys {
      for digit in 0..<digitCount {
        counts[digit &* size &+ Int(key >> UInt64(digit &* digitWidth) & mask)] &+= 1
      }
    }
    var otherKeys = [UInt64](repeating: 0, count: keys.count)
    var otherPlaces = [UInt32](repeating: 0, count: keys.count)
    for digit in 0..<digitCount {
      let (first, shift) = (digit * size, UInt64(digit * digitWidth))
      // A digit that all keys share changes nothing.
      if counts[first + Int(keys[0] >> shift & mask)] == keys.count { continue }
      var begin = 0
      for value in first..<first + size {
        let count = counts[value]
        counts[value] = begin
        begin += count
      }
      for index in keys.indices {
        let key = keys[index]
        let value = first &+ Int(key >> shift & mask)
        let place = counts[value]
        counts[value] = place &+ 1
        otherKeys[place] = key
        otherPlaces[place] = places[index]
      }
      swap(&keys, &otherKeys)
      swap(&places, &otherPlaces)
    }
  }

  /// Calls `sample` with each sample, from the greatest score to the least, and `groupEnds` after the last one of
  /// equal scores.
  @inline(__always)
  func walk(_ sample: (Int) -> Void, groupEnds: () -> Void) {
    for place in places {
      sample(Int(place & ~Self.groupEnd))
      if place & Self.groupEnd != 0 { groupEnds() }
    }
  }
}
