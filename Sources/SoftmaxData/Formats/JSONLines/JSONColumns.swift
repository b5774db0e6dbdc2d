// SPDX-License-Identifier: Apache-2.0

/// The keys of the objects of JSON lines as the columns of a table, in the order in which they first appear.
///
/// The members of an object within a row are columns too: `{"size": {"width": 3}}` has the column `size.width`.
struct JSONColumns {
  /// Limits that bound memory and time for damaged or malicious files.
  enum Limit {
    static let columns = 1 << 16
    static let bytesOfKey = 4_096
    static let bytesOfKeys = 16 << 20
  }

  // A key of an object.
  private struct Member {
    // The place of its bytes in `keyBytes`, as they were first written.
    let key: Range<Int>
    // The index of its column; nil if its values were objects.
    var column: Int?
    // The index of the object that its values are; nil if none of them was one.
    var object: Int?
    // The record in which it was last seen.
    var record = 0
  }

  // The rows, or the values of a member that are objects.
  private struct Object {
    // What stands before its keys in the names of columns, such as `size.`.
    var prefix = ""
    // Its keys with their indices among all members, in the order in which they first appeared.
    var members: [Int] = []
    // The places of the keys in `members`.
    var places: [String: Int] = [:]
  }

  /// The names of the columns.
  private(set) var names: [String] = []
  /// The name of each key: that of its column, or of the object that it has.
  private(set) var keys: [String] = []
  /// The columns that have a cell in the current record.
  private(set) var filled: [Int] = []

  private var places: [String: Int] = [:]
  private var keyBytes: [UInt8] = []
  private var members: [Member] = []
  private var objects = [Object()]
  private var record = 0
  // The size of all keys with those of the objects that they are in.
  private var byteCount = 0

  /// Returns whether a text begins as JSON lines do: with the brace of an object that has a key or none.
  static func areBegun(by start: [UInt8]) -> Bool {
    let bytes = tokens(start)
    return bytes.first == 0x7b && [nil, 0x22, 0x7d].contains(bytes.dropFirst().first)
  }

  /// Returns whether a text begins as an array of objects.
  static func isArrayBegun(by start: [UInt8]) -> Bool { tokens(start) == [0x5b, 0x7b] }

  // The first two bytes that are no blanks.
  private static func tokens(_ start: [UInt8]) -> [UInt8] {
    Array(start.lazy.filter { !JSONLineScanner.isBlank($0) }.prefix(2))
  }

  /// Returns the index of a column, which is added if there is none of this name.
  @discardableResult
  mutating func column(_ name: String) throws(JSONFault) -> Int {
    if let place = places[name] { return place }
    try validateCount(names.count)
    places[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// Reads the object on a line into the cells of all columns.
  ///
  /// - Parameters:
  ///   - line: the position of the line in the bytes.
  ///   - cells: those of the record before, or none.
  /// - Returns: the position of the object.
  mutating func read(
    _ line: Range<Int>, of bytes: [UInt8], into cells: inout [CSVScanner.Cell]
  ) throws(JSONFault) -> Range<Int> {
    for column in filled where column < cells.count {
      cells[column] = CSVScanner.Cell(bytes: 0..<0)
    }
    filled.removeAll(keepingCapacity: true)
    record += 1
    var scanner = JSONLineScanner(bytes, line)
    guard scanner.next() == 0x7b else { throw scanner.unexpected("an object on each line") }
    let start = scanner.place
    extend(&cells)
    try readMembers(of: 0, depth: 1, &scanner, bytes, &cells)
    let end = scanner.place
    guard scanner.next() == nil else { throw scanner.unexpected("the end of the line") }
    return start..<end
  }

  private func extend(_ cells: inout [CSVScanner.Cell]) {
    while cells.count < names.count { cells.append(CSVScanner.Cell(bytes: 0..<0)) }
  }

  private mutating func readMembers(
    of object: Int, depth: Int, _ scanner: inout JSONLineScanner, _ bytes: [UInt8],
    _ cells: inout [CSVScanner.Cell]
  ) throws(JSONFault) {
    guard depth < JSONLineScanner.greatestDepth else { throw JSONLineScanner.tooDeep }
    _ = scanner.skip("{")
    if scanner.skip("}") { return }
    var place = 0
    repeat {
      guard scanner.next() == 0x22 else { throw scanner.unexpected("a key in quotes") }
      let key = try scanner.string()
      place = try self.place(of: key, in: object, expected: place, bytes)
      let member = objects[object].members[place]
      guard members[member].record != record else { throw twice(keys[member]) }
      members[member].record = record
      guard scanner.skip(":") else {
        throw scanner.unexpected("a colon after \(CSVTable.quoted(keys[member]))")
      }
      if scanner.next() == 0x7b {
        let inner = self.object(of: member)
        try readMembers(of: inner, depth: depth + 1, &scanner, bytes, &cells)
      } else {
        let cell: CSVScanner.Cell
        do throws(JSONFault) { cell = try scanner.cell(depth: depth) } catch {
          throw error.located(in: keys[member])
        }
        try set(cell, of: member, &cells)
      }
      place += 1
    } while scanner.skip(",")
    guard scanner.skip("}") else {
      throw scanner.unexpected("a comma or the end of the object")
    }
  }

  private mutating func set(
    _ cell: CSVScanner.Cell, of member: Int, _ cells: inout [CSVScanner.Cell]
  ) throws(JSONFault) {
    let column: Int
    if let known = members[member].column {
      column = known
    } else {
      column = try self.column(keys[member])
      members[member].column = column
      extend(&cells)
    }
    // An empty cell without quotes is null.
    guard cell.isQuoted || !cell.bytes.isEmpty else { return }
    // Beside "size": {"width": 3} the key "size.width" would be the same column.
    guard cells[column].bytes.isEmpty, !cells[column].isQuoted else { throw twice(keys[member]) }
    cells[column] = cell
    filled.append(column)
  }

  private func twice(_ name: String) -> JSONFault {
    JSONFault(
      message: "the key \(CSVTable.quoted(name)) appears twice", remedy: "leave one of them out")
  }

  // Returns the place of a key among the members of an object. Most rows have the same keys in the same order, so the
  // bytes of the expected one are compared first.
  private mutating func place(
    of key: CSVScanner.Cell, in object: Int, expected: Int, _ bytes: [UInt8]
  ) throws(JSONFault) -> Int {
    if expected < objects[object].members.count {
      let place = members[objects[object].members[expected]].key
      if place.count == key.bytes.count, keyBytes[place].elementsEqual(bytes[key.bytes]) {
        return expected
      }
    }
    let name = JSONLineScanner.text(bytes[key.bytes], hasEscapes: key.hasEscapes) ?? ""
    if let place = objects[object].places[name] { return place }
    try validateCount(members.count)
    let path = objects[object].prefix + name
    byteCount += path.utf8.count
    guard path.utf8.count <= Limit.bytesOfKey, byteCount <= Limit.bytesOfKeys else {
      throw JSONFault(
        message: "a key has more than \(Limit.bytesOfKey) bytes, or all of them more than "
          + "\(Limit.bytesOfKeys)",
        remedy: "give each row the same short keys")
    }
    let start = keyBytes.count
    keyBytes += bytes[key.bytes]
    objects[object].places[name] = objects[object].members.count
    objects[object].members.append(members.count)
    members.append(Member(key: start..<keyBytes.count))
    keys.append(path)
    return objects[object].members.count - 1
  }

  // Returns the index of the object that a member has.
  private mutating func object(of member: Int) -> Int {
    if let object = members[member].object { return object }
    objects.append(Object(prefix: keys[member] + "."))
    members[member].object = objects.count - 1
    return objects.count - 1
  }

  private func validateCount(_ count: Int) throws(JSONFault) {
    guard count >= Limit.columns else { return }
    throw JSONFault(
      message: "there are more than \(Limit.columns) different keys",
      remedy: "give each row the same keys")
  }
}
