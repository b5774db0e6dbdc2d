// SPDX-License-Identifier: Apache-2.0

/// The rows of a data set in the order of their times, and where the time changes.
struct TimeOrder {
  /// The rows, the earliest first; of one time in their order in the data set.
  let rows: [Int]
  // The places in `rows` of the first row of each time but the earliest.
  private let changes: [Int]

  init(_ times: [Double]) {
    let rows = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    self.rows = rows
    changes = rows.indices.dropFirst().filter { times[rows[$0]] > times[rows[$0 - 1]] }
  }

  /// Returns the place nearest to another one at which the time changes; nil if all times are equal.
  func change(nearestTo place: Int) -> Int? {
    changes.min { (abs($0 - place), $0) < (abs($1 - place), $1) }
  }

  /// Returns folds of later rows, each with the rows that come after them left out; the last one first.
  ///
  /// The rows after the first part are divided into parts of the same size, as far as equal times allow.
  func folds(_ foldCount: Int) -> [Fold] {
    let count = min(foldCount, changes.count)
    let size = rows.count / (count + 1)
    let starts = Set(
      (0..<count).compactMap { change(nearestTo: rows.count - (count - $0) * size) }
    ).sorted()
    let ends = starts.dropFirst() + [rows.count]
    return zip(starts, ends).reversed().map { start, end in
      Fold(judged: rows[start..<end].sorted(), leftOut: rows[end...].sorted())
    }
  }
}
