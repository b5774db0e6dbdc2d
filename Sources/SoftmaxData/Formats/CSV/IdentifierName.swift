// SPDX-License-Identifier: Apache-2.0

/// The names that columns of identifiers have.
enum IdentifierName {
  // The names that data frames give to the index when they write it: pandas, R's `write.csv` and readr.
  private static let ofIndex: Set<String> = ["", "Unnamed: 0", "X", "X1", "...1", "rownames"]
  // Names as a whole, in lower case without marks. `index` and `key` within a name belong to measures.
  private static let whole: Set<String> = [
    "id", "ids", "idx", "index", "row", "rowid", "rowindex", "rowname", "rownames", "rowno",
    "rownum", "rownumber", "unnamed0", "uuid", "guid",
  ]
  // What stands before `id` where the name has neither marks nor capitals within it, such as `userid`.
  private static let owners: Set<String> = [
    "account", "case", "client", "customer", "employee", "item", "loan", "member", "order",
    "patient", "person", "product", "record", "sample", "session", "student", "subject",
    "transaction", "user",
  ]

  /// Returns whether the first column may be the index of a data frame: it has no name, or one that programs give.
  static func isOfIndex(_ name: String) -> Bool { ofIndex.contains(name) || isOfIdentifier(name) }

  /// Returns whether a name is that of an index alone: none, or that of readr.
  static func isOfUnnamedIndex(_ name: String) -> Bool { name.isEmpty || name == "...1" }

  /// Returns whether a name says that a column identifies rows, such as `id`, `user_id`, `PassengerId` or `Unnamed: 0`.
  static func isOfIdentifier(_ name: String) -> Bool {
    let words = words(of: name)
    if whole.contains(words.joined()) { return true }
    if words.count > 1 {
      return words.first == "id" || words.last.map { ["id", "uuid", "guid"].contains($0) } ?? false
    }
    return words.first.map { $0.hasSuffix("id") && owners.contains(String($0.dropLast(2))) }
      ?? false
  }

  // Returns the words of a name in lower case: separated by marks, and by a capital after a small letter.
  private static func words(of name: String) -> [String] {
    var words = [""]
    var isAfterSmall = false
    for character in name {
      if !character.isLetter, !character.isNumber {
        words.append("")
      } else {
        if isAfterSmall, character.isUppercase { words.append("") }
        words[words.count - 1] += character.lowercased()
      }
      isAfterSmall = character.isLowercase
    }
    return words.filter { !$0.isEmpty }
  }
}
