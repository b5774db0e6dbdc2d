// SPDX-License-Identifier: Apache-2.0

/// Suggests a known word in place of an unknown, probably misspelled one.
package enum Spelling {
  /// Returns the known word that the fewest edits turn `word` into; nil if all are too different.
  ///
  /// One edit is always allowed, more only up to a third of the known word's length. Case and all characters
  /// but letters and digits are ignored.
  package static func nearest(to word: String, among known: [String]) -> String? {
    // A word this long is not a misspelled one, and the comparison takes quadratic time.
    guard word.utf8.count <= 64 else { return nil }
    let candidates = known.map { (word: $0, distance: distance(simplified(word), simplified($0))) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.word.count / 3) ? best.word : nil
  }

  private static func simplified(_ word: String) -> [Character] {
    word.lowercased().filter { $0.isLetter || $0.isNumber }.map(\.self)
  }

  /// Returns the least number of characters to insert, remove or replace (Levenshtein's distance).
  static func distance(_ first: [Character], _ second: [Character]) -> Int {
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
      }
    }
    return row[second.count]
  }
}
