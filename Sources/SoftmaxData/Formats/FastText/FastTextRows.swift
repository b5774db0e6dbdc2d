// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The rows of a file of fastText.
///
/// Source: Joulin, Grave, Bojanowski and Mikolov, "Bag of tricks for efficient text classification", EACL 2017.
struct FastTextRows {
  /// The label of each row; nil for a line without one.
  private(set) var labels: [String?] = []
  /// The number of each row's line, counted from 1.
  private(set) var lines: [Int] = []
  /// The name of the column of texts.
  let columnName: String
  private var texts = TextCells()
  private var classes: Set<String> = []

  static let mark = Array("__label__".utf8)
  static let targetName = "label"

  /// Reads the text of a file; blank lines are skipped.
  init(_ text: ByteStorage, path: String, columnName: String) throws(SoftmaxError) {
    self.columnName = columnName
    var failure: SoftmaxError?
    unsafe text.withUnsafeBytes { bytes in
      do throws(SoftmaxError) {
        var line = 0
        var next = 0
        while next < bytes.count {
          line += 1
          var end = next
          while end < bytes.count, unsafe bytes[end] != 0x0a { end += 1 }
          let content = unsafe Array(bytes[next..<end])
          next = end + 1
          try append(content[...], .cell(path: path, line: line, column: nil), line: line)
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    guard !labels.isEmpty else {
      throw SoftmaxError(
        .invalidData, "holds no rows", remedy: "name a file with a line for each row",
        at: .file(path: path, offset: nil))
    }
  }

  private mutating func append(
    _ content: ArraySlice<UInt8>, _ place: SoftmaxError.Location, line: Int
  ) throws(SoftmaxError) {
    func isBlank(_ byte: UInt8) -> Bool { CSVNumber.isBlank(byte) || byte == 0x0d }
    var rest = content.drop(while: isBlank)
    guard !rest.isEmpty else { return }
    var label: String?
    if rest.starts(with: Self.mark) {
      let word = rest.prefix { !isBlank($0) }
      rest = rest[word.endIndex...].drop(while: isBlank)
      label = String(validating: word.dropFirst(Self.mark.count), as: UTF8.self)
      guard let label, !label.isEmpty, word.count <= CSVScanner.Limit.bytesOfCategory else {
        throw SoftmaxError(
          .invalidData,
          "the label is empty, no UTF-8, or has more than \(CSVScanner.Limit.bytesOfCategory) bytes",
          remedy: "write the class after __label__", at: place)
      }
      classes.insert(label)
      guard classes.count <= DatasetSplit.greatestClassCount else {
        throw SoftmaxError(
          .unsupported, "there are more than \(DatasetSplit.greatestClassCount) classes", at: place)
      }
    }
    guard !rest.starts(with: Self.mark) else {
      throw SoftmaxError(
        .unsupported, "the line has several labels, and a row has one class here",
        remedy: "leave one of them", at: place)
    }
    if let last = rest.lastIndex(where: { !isBlank($0) }) { rest = rest[...last] }
    guard rest.count <= CSVScanner.Limit.bytesOfCell else {
      throw SoftmaxError(
        .unsupported, "the text has more than \(CSVScanner.Limit.bytesOfCell) bytes",
        remedy: "check the line ends", at: place)
    }
    guard String(validating: rest, as: UTF8.self) != nil else {
      throw SoftmaxError(
        .invalidData, "the text is no UTF-8", remedy: "save the file again as UTF-8", at: place)
    }
    // By it the format is recognized.
    guard !labels.isEmpty || label != nil else {
      throw SoftmaxError(
        .invalidData, "the first line has no label",
        remedy: "begin it with __label__ and the class", at: place)
    }
    labels.append(label)
    lines.append(line)
    texts.append(rest)
  }

  /// The texts as a table of one column.
  func features() throws(SoftmaxError) -> Features {
    .columns(try Table([Table.Column(.texts(texts), name: columnName)]))
  }

  /// A summary of how the file was read.
  var note: String {
    "read as fastText, \(labels.count) row\(labels.count == 1 ? "" : "s"), "
      + "\(classes.count) class\(classes.count == 1 ? "" : "es")"
  }
}
