// SPDX-License-Identifier: Apache-2.0

/// Words of a command line that is shown to be typed.
package enum ShellWord {
  /// The word as a shell takes it, in quotes where it needs them.
  package static func quoted(_ word: String) -> String {
    let isPlain = word.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0)
        || "-_./:+,@%".unicodeScalars.contains($0)
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
