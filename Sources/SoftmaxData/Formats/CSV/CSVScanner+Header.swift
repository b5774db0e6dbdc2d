// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension CSVScanner {
  /// Returns whether a line ends with a byte.
  static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }

  /// Returns the whole lines within the next `byteCount` bytes without consuming them.
  ///
  /// If the first line is longer, more bytes are examined, up to 4 MiB. If no line ends within them, the result is its
  /// first 16 KiB.
  ///
  /// - Returns: the bytes, and the line number of the first line.
  func peek(_ byteCount: Int) throws(SoftmaxError) -> (bytes: ArraySlice<UInt8>, line: Int) {
    var (wanted, searchedCount) = (byteCount, 0)
    while true {
      while buffer.count - next < wanted, !isAtEnd { try fill() }
      let bytes = buffer[next...].prefix(wanted)
      if isAtEnd, bytes.count == buffer.count - next { return (bytes, nextLine) }
      if let end = bytes.dropFirst(searchedCount).lastIndex(where: Self.isLineEnd) {
        return (bytes[...end], nextLine)
      }
      guard wanted < 4 << 20 else { return (bytes.prefix(min(byteCount, 1 << 14)), nextLine) }
      (wanted, searchedCount) = (wanted * 4, bytes.count)
    }
  }

  /// Consumes the next line if it has the form `sep=;`, which spreadsheets write, and returns the
  /// separator.
  ///
  /// - Parameter given: the separator that the caller has specified, which overrides that of the line;
  ///   nil if there is none.
  /// - Returns: the separator to use; nil if the next line does not have this form.
  /// - Throws: `unsupported` if the line names an unsupported separator and the caller has specified
  ///   none.
  func takeSeparatorLine(
    given: CSVFormat.Separator?
  ) throws(SoftmaxError) -> CSVFormat.Separator? {
    while buffer.count - next < 16, !isAtEnd { try fill() }
    let content = buffer[next...].prefix(16).prefix { !Self.isLineEnd($0) }
    let unquoted = content.filter { $0 != 0x22 }
    guard unquoted.count == 5, unquoted.starts(with: Array("sep=".utf8)) else { return nil }
    let named = CSVFormat.Separator.allCases.first { $0.byte == unquoted[4] }
    guard let separator = given ?? named else {
      throw SoftmaxError(
        .unsupported,
        "the line names \(String(decoding: unquoted[4...], as: UTF8.self).debugDescription) as the "
          + "separator, which is none of those that can be read",
        remedy: "save the table with commas, semicolons or tabulators",
        at: files.location(line: nextLine, column: nil))
    }
    hasSeparatorLine = true
    next = content.endIndex
    if next < buffer.count, buffer[next] == 0x0d { next += 1 }
    if next < buffer.count, buffer[next] == 0x0a { next += 1 }
    nextLine += 1
    return separator
  }

  /// Throws if the cells of the current record are not the names of the columns that the files before have.
  func validateCells(are header: [String]) throws(SoftmaxError) {
    var names = cells.map { text(of: $0) ?? "" }
    // A separator at the end of each line does not begin another column.
    if names.count == header.count + 1, names.last == "" { names.removeLast() }
    guard let difference = Self.difference(of: names, to: header, in: path) else { return }
    throw SoftmaxError(
      .invalidData, difference.message,
      remedy: "give all files the same columns in the same order, each with a line of their names",
      at: location(difference.column))
  }

  // Returns how the names of columns differ from those in the first file; nil if they are the same.
  private static func difference(
    of names: [String], to header: [String], in path: String
  ) -> (message: String, column: Int?)? {
    guard names != header else { return nil }
    let missing = header.filter { !names.contains($0) }
    let new = names.indices.filter { !header.contains(names[$0]) }
    func label(_ name: String) -> String { CSVTable.quoted(name) }
    if missing.count == header.count {
      return (
        "the first line has none of the columns of \(path): it begins with "
          + "\(names.prefix(3).map(label).joined(separator: ", ")), there with "
          + header.prefix(3).map(label).joined(separator: ", "), nil
      )
    }
    if let name = missing.first {
      return ("there is no column \(label(name)), as \(path) has", nil)
    }
    if let place = new.first {
      return ("there is a column \(label(names[place])), which \(path) does not have", place)
    }
    let place = zip(names, header).enumerated().first { $1.0 != $1.1 }?.offset
    guard let place else {
      return ("has \(names.count) columns, and \(path) \(header.count)", nil)
    }
    return (
      "is the column \(label(names[place])), where \(path) has \(label(header[place]))", place
    )
  }
}
