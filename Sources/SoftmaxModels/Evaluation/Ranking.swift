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
  // Sign, exponent and the first 20 binary digits of a score; few samples differ only in the others. A digit has as many
  // values as places that a cache can be written to side by side.
  private static let digitWidth = 8
  private static let digitShifts: [UInt64] = [32, 40, 48, 56]

  /// Sorts samples by their scores, which are not NaN.
  ///
  /// - Complexity: O(samples), as long as few scores differ in less than 2^-20 of their magnitude.
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

  /// Sorts keys, and places along with them, by one digit after the other, the lowest first, then those of the same
  /// digits by comparing them.
  private static func sort(_ keys: inout [UInt64], _ places: inout [UInt32]) {
    let size = 1 << digitWidth
    let mask = UInt64(size - 1)
    let shifts = digitShifts
    var counts = [Int](repeating: 0, count: shifts.count * size)
    for key in keys {
      for digit in shifts.indices {
        counts[digit &* size &+ Int(truncatingIfNeeded: key &>> shifts[digit] & mask)] &+= 1
      }
    }
    var otherKeys = [UInt64](repeating: 0, count: keys.count)
    var otherPlaces = [UInt32](repeating: 0, count: keys.count)
    for (digit, shift) in shifts.enumerated() {
      let first = digit * size
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
        let value = first &+ Int(truncatingIfNeeded: key &>> shift & mask)
        let place = counts[value]
        counts[value] = place &+ 1
        otherKeys[place] = key
        otherPlaces[place] = places[index]
      }
      swap(&keys, &otherKeys)
      swap(&places, &otherPlaces)
    }
    var begin = 0
    while begin < keys.count {
      var end = begin + 1
      var isSorted = true
      while end < keys.count, keys[end] >> shifts[0] == keys[begin] >> shifts[0] {
        isSorted = isSorted && keys[end - 1] <= keys[end]
        end += 1
      }
      if !isSorted {
        let pairs = zip(keys[begin..<end], places[begin..<end]).sorted { $0 < $1 }
        for (index, pair) in pairs.enumerated() {
          (keys[begin + index], places[begin + index]) = pair
        }
      }
      begin = end
    }
  }

  /// Calls `body` with each sample, from the greatest score to the least, and whether it is the last one of its score.
  @inline(__always)
  func walk(_ body: (_ row: Int, _ endsGroup: Bool) -> Void) {
    for place in places { body(Int(place & ~Self.groupEnd), place & Self.groupEnd != 0) }
  }
}
