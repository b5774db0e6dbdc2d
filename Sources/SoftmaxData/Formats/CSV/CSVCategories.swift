// SPDX-License-Identifier: Apache-2.0

/// The cells of a column of categories as codes, with each different text stored once.
struct CSVCategories {
  var codes: [Int32] = []
  private(set) var names: [String] = []
  private(set) var places: [String: Int32] = [:]

  // The keys of short cells (`CSVScanner.key(of:)`) and their codes. Searching a few keys takes less time
  // than creating and hashing a string.
  private var keys: [UInt64] = []
  private var codesOfKeys: [Int32] = []

  /// An estimate of a new text's memory: its bytes in two collections, and its entry in the dictionary.
  static func byteCount(ofNew text: String) -> Int { 2 * text.utf8.count + 64 }

  func code(ofKey key: UInt64) -> Int32? {
    keys.firstIndex(of: key).map { codesOfKeys[$0] }
  }

  mutating func remember(_ key: UInt64?, _ code: Int32) {
    guard let key, keys.count < 16 else { return }
    keys.append(key)
    codesOfKeys.append(code)
  }

  mutating func add(_ text: String) -> Int32 {
    let code = Int32(names.count)
    places[text] = code
    names.append(text)
    return code
  }

  /// Appends the cells of further rows; the texts keep the order in which they first appear.
  mutating func append(_ other: CSVCategories) {
    let moved = other.names.map { places[$0] ?? add($0) }
    codes += other.codes.lazy.map { $0 < 0 ? $0 : moved[Int($0)] }
  }
}
