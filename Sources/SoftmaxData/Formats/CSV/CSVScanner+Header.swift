// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension CSVScanner {
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
