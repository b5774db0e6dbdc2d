// SPDX-License-Identifier: Apache-2.0

/// Names of which none is given twice.
struct UniqueNames {
  private var taken: Set<String>
  // The number that is tried next for a text whose earlier ones are taken.
  private var nextNumbers: [String: Int] = [:]

  /// Begins with names that are taken.
  init(taken: some Sequence<String> = []) { self.taken = Set(taken) }

  /// Returns a name that is not taken, and takes it: the text, or the text with the first number that is free.
  ///
  /// - Parameter number: the number to begin with; 1 is not written.
  mutating func name(_ text: String, from number: Int = 1) -> String {
    var number = max(number, nextNumbers[text] ?? number)
    defer { nextNumbers[text] = number + 1 }
    while true {
      let name = number == 1 ? text : "\(text)_\(number)"
      if taken.insert(name).inserted { return name }
      number += 1
    }
  }
}
