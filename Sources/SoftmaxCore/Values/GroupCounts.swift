// SPDX-License-Identifier: Apache-2.0

/// The groups of a data set, in the order of their first rows, with the number of their rows of each class.
struct GroupCounts {
  /// The rows of one class in a group.
  struct Share {
    let label: Int
    let count: Int
  }

  /// The classes that each group has, in ascending order.
  let shares: [[Share]]
  /// The number of rows of each class in all groups.
  let totals: [Int]
  /// The place of each row's group.
  let placeOfRow: [Int]

  /// Counts the rows.
  ///
  /// - Parameters:
  ///   - groups: the group of each row; any numbers.
  ///   - labels: the class of each row; nil for a row that does not count.
  init(_ groups: [Int], labels: [Int?]) {
    var places: [Int: Int] = [:]
    placeOfRow = groups.map { group in
      if let place = places[group] { return place }
      places[group] = places.count
      return places.count - 1
    }
    var totals = [Int](repeating: 0, count: (labels.lazy.compactMap(\.self).max() ?? -1) + 1)
    // Sorted, the rows of a group and class stand together; a table of all pairs could be far larger.
    var pairs: [(group: Int, label: Int)] = []
    for (place, label) in zip(placeOfRow, labels) {
      guard let label else { continue }
      totals[label] += 1
      pairs.append((place, label))
    }
    pairs.sort { $0 < $1 }
    var shares = [[Share]](repeating: [], count: places.count)
    var begin = 0
    while begin < pairs.count {
      let pair = pairs[begin]
      let end = pairs[begin...].firstIndex { $0 != pair } ?? pairs.count
      shares[pair.group].append(Share(label: pair.label, count: end - begin))
      begin = end
    }
    self.shares = shares
    self.totals = totals
  }

  /// The places of the groups, those first whose rows are distributed least evenly over the classes.
  ///
  /// They are the hardest to place, so the others even out what they leave.
  var unevenFirst: [Int] {
    let spreads = shares.map { shares in
      // The variance over all classes, times the square of their number.
      let sum = shares.reduce(0) { $0 + $1.count }
      return totals.count * shares.reduce(0) { $0 + $1.count * $1.count } - sum * sum
    }
    return shares.indices.sorted { (-spreads[$0], $0) < (-spreads[$1], $1) }
  }
}
