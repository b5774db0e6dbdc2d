// SPDX-License-Identifier: Apache-2.0

/// Guesses what was meant by a word that is not known.
package enum Spelling {
  /// The known word that is the fewest edits away, if that is at most a third of its length.
  package static func nearest(to word: String, among known: [String]) -> String? {
    // What is much longer is no slip, and the comparison takes quadratic time.
    guard word.utf8.count <= 64 else { return nil }
    let candidates = known.map { (word: $0, distance: distance(simplified(word), simplified($0))) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.word.count / 3) ? best.word : nil
  }

  private static func simplified(_ word: String) -> [Character] {
    word.lowercased().filter { $0.isLetter || $0.isNumber }.map(\.self)
  }

  /// The least number of letters to insert, remove or replace (Levenshtein's distance).
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
