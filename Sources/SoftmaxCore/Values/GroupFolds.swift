// SPDX-License-Identifier: Apache-2.0

/// Groups of rows divided into folds, with shares of the classes as even as whole groups allow.
///
/// Each group goes to the fold where the standard deviation of the classes' shares over the folds, averaged over the
/// classes, becomes least, those first that are distributed least evenly over the classes. This is scikit-learn's
/// `StratifiedGroupKFold`. Afterwards groups move to other folds, or two change places, as long as that makes the shares
/// more even. If it can be avoided, no fold has all groups of a class, so that each class can be learnt from the others.
///
/// - Complexity: O(rows log rows + rows x folds).
struct GroupFolds {
  private let counts: GroupCounts
  private let foldCount: Int
  // The fold of each group.
  private var foldOfGroup: [Int]
  // The number of rows of each class in each fold, and of all; the number of groups.
  private var rowsOfClass: [[Int]]
  private var rows: [Int]
  private var groups: [Int]
  // The sum of the squares of each class's rows in the folds.
  private var squares: [Int]

  private typealias Share = GroupCounts.Share

  private static let greatestPassCount = 10
  // Every two groups are compared if that takes at most so many classes of groups.
  private static let greatestPairCount = 1 << 22
  // A lesser gain may be of rounding alone, and could go back and forth.
  private static let leastGain = 1e-12

  /// Divides groups into folds, at most as many as there are groups.
  init(_ counts: GroupCounts, foldCount: Int) {
    self.counts = counts
    self.foldCount = min(foldCount, max(1, counts.shares.count))
    foldOfGroup = Array(repeating: 0, count: counts.shares.count)
    rowsOfClass = Array(
      repeating: Array(repeating: 0, count: self.foldCount), count: counts.totals.count)
    rows = Array(repeating: 0, count: self.foldCount)
    groups = rows
    squares = Array(repeating: 0, count: counts.totals.count)
    let order = counts.unevenFirst
    for group in order {
      let fold = bestFold(for: group)
      foldOfGroup[group] = fold
      groups[fold] += 1
      add(counts.shares[group], to: fold)
    }
    let pairCount = order.count * counts.shares.reduce(0) { $0 + $1.count }
    for _ in 0..<Self.greatestPassCount {
      var hasChanged = false
      for group in order where move(group) { hasChanged = true }
      if pairCount <= Self.greatestPairCount {
        for (place, group) in order.enumerated() {
          for other in order[(place + 1)...] where exchange(group, other) { hasChanged = true }
        }
      }
      if !hasChanged { break }
    }
  }

  /// Returns the rows of each fold that has some, in ascending order.
  var rowsOfFolds: [[Int]] {
    var folds = [[Int]](repeating: [], count: foldCount)
    for (row, place) in counts.placeOfRow.enumerated() { folds[foldOfGroup[place]].append(row) }
    return folds.filter { !$0.isEmpty }
  }

  // Adds rows to a fold; counts less than 0 take them away.
  private mutating func add(_ shares: [Share], to fold: Int, sign: Int = 1) {
    for share in shares {
      let before = rowsOfClass[share.label][fold]
      let after = before + sign * share.count
      rowsOfClass[share.label][fold] = after
      squares[share.label] += after * after - before * before
      rows[fold] += sign * share.count
    }
  }

  // Returns the fold where a group leaves the classes most even, of equals the one of the fewest rows.
  private func bestFold(for group: Int) -> Int {
    let folds = 0..<foldCount
    let allowed = folds.filter { !takesAll(counts.shares[group], fold: $0) }
    let ranks = (allowed.isEmpty ? Array(folds) : allowed).map { fold in
      (unevenness(of: counts.shares[group], in: fold), rows[fold], groups[fold], fold)
    }
    return ranks.min { $0 < $1 }?.3 ?? 0
  }

  // Returns the sum over the classes of rows of the standard deviation of the class's shares in the folds, if the rows
  // were in a fold. For other classes it is the same for all folds. Up to the square root it is computed in integers,
  // so folds that are alike tie.
  private func unevenness(of shares: [Share], in fold: Int) -> Double {
    shares.reduce(0) { sum, share in
      let rows = rowsOfClass[share.label]
      let total = rows.reduce(share.count, +)
      let (before, after) = (rows[fold], rows[fold] + share.count)
      return sum
        + deviation(squares[share.label] + after * after - before * before, total, of: share.label)
    }
  }

  private func deviation(_ squares: Int, _ total: Int, of label: Int) -> Double {
    Double(foldCount * squares - total * total).squareRoot() / Double(counts.totals[label])
  }

  // Moves a group to the fold where the classes become most even; returns whether there is one.
  private mutating func move(_ group: Int) -> Bool {
    let (fold, shares) = (foldOfGroup[group], counts.shares[group])
    guard groups[fold] > 1 else { return false }
    let gains = (0..<foldCount).filter { $0 != fold }.map {
      (gain(moving: shares, from: fold, to: $0), $0)
    }
    // The first of equals.
    guard let best = gains.max(by: { ($0.0, -$0.1) < ($1.0, -$1.1) }), best.0 > Self.leastGain
    else { return false }
    put(group, in: best.1)
    return true
  }

  // Exchanges two groups of different folds if the classes become more even; returns whether it did.
  private mutating func exchange(_ a: Int, _ b: Int) -> Bool {
    let (first, second) = (foldOfGroup[a], foldOfGroup[b])
    guard first != second else { return false }
    let difference = Self.difference(counts.shares[a], counts.shares[b])
    guard gain(moving: difference, from: first, to: second) > Self.leastGain else { return false }
    put(a, in: second)
    put(b, in: first)
    return true
  }

  private mutating func put(_ group: Int, in fold: Int) {
    let before = foldOfGroup[group]
    add(counts.shares[group], to: before, sign: -1)
    add(counts.shares[group], to: fold)
    groups[before] -= 1
    groups[fold] += 1
    foldOfGroup[group] = fold
  }

  // Returns by how much the classes become more even if rows go from one fold to another; a count less than 0 is of rows
  // that come back. It is less than 0 if a fold would then have all rows of a class.
  private func gain(moving shares: [Share], from fold: Int, to other: Int) -> Double {
    guard !takesAll(shares, fold: other),
      !takesAll(shares.map { Share(label: $0.label, count: -$0.count) }, fold: fold)
    else { return -1 }
    return shares.reduce(0) { sum, share in
      let (label, total) = (share.label, counts.totals[share.label])
      let (left, right) = (rowsOfClass[label][fold], rowsOfClass[label][other])
      let change = 2 * share.count * (share.count + right - left)
      return sum + deviation(squares[label], total, of: label)
        - deviation(squares[label] + change, total, of: label)
    }
  }

  // Whether a fold would have all rows of a class that several groups have.
  private func takesAll(_ shares: [Share], fold: Int) -> Bool {
    shares.contains { share in
      share.count > 0 && share.count < counts.totals[share.label]
        && rowsOfClass[share.label][fold] + share.count == counts.totals[share.label]
    }
  }

  // Returns the rows of one group less those of another, by class.
  private static func difference(_ a: [Share], _ b: [Share]) -> [Share] {
    var result: [Share] = []
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      let label = min(i < a.count ? a[i].label : .max, j < b.count ? b[j].label : .max)
      var count = 0
      if i < a.count, a[i].label == label {
        count += a[i].count
        i += 1
      }
      if j < b.count, b[j].label == label {
        count -= b[j].count
        j += 1
      }
      if count != 0 { result.append(Share(label: label, count: count)) }
    }
    return result
  }
}
