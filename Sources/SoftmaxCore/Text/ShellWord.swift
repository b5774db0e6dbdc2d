// SPDX-License-Identifier: Apache-2.0

/// Quotes the words of command lines that are shown to users.
package enum ShellWord {
  /// Returns the word in the syntax of a POSIX shell, in single quotes if it needs them.
  package static func quoted(_ word: String) -> String {
    let isPlain = word.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0)
        || "-_./:+,@%".unicodeScalars.contains($0)
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
