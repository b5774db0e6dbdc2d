// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The rows of an svmlight file: `label index:value index:value ... # remark`.
///
/// Entries are separated by blanks, and their indices ascend. A label is a number or a word. `qid:` entries and
/// remarks are skipped, and so are lines without a label. Sources: Joachims, "SVM-light"; Chang and Lin,
/// "LIBSVM".
struct SVMLightRows {
  /// The label of each row.
  let labels: [String]
  let matrix: SparseMatrix

  static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  /// Reads the text of a file.
  init(
    _ text: ByteStorage, path: String, as format: SVMLightFormat
  ) throws(SoftmaxError) {
    try format.validate()
    var parser = SVMLightParser(path: path)
    var outcome = Result<Void, SoftmaxError>.success(())
    unsafe text.withUnsafeBytes { bytes in
      outcome = Result { () throws(SoftmaxError) in
        try unsafe parser.read(bytes.bindMemory(to: UInt8.self))
      }
    }
    try outcome.get()
    guard !parser.labels.isEmpty else {
      throw SoftmaxError(
        .invalidData, "holds no rows", remedy: "name a file with a line for each row",
        at: .file(path: path, offset: nil))
    }
    let firstIndex = format.firstIndex ?? (parser.least?.index == 0 ? 0 : 1)
    if let least = parser.least, least.index < firstIndex {
      throw SoftmaxError(
        .invalidData, "there is an entry 0, but the first column is said to be 1",
        remedy: "number the columns as in the training data, or say otherwise (--first-index 0)",
        at: .cell(path: path, line: least.line, column: least.item))
    }
    let columnCount = format.columnCount ?? (parser.greatest.map { $0.index - firstIndex + 1 } ?? 0)
    if let greatest = parser.greatest, greatest.index - firstIndex >= columnCount {
      throw SoftmaxError(
        .invalidData,
        "the entry \(greatest.index) lies beyond the \(columnCount) columns that are known, which end with "
          + "\(columnCount - 1 + firstIndex)",
        remedy:
          "leave it out, or train with more columns (--columns \(greatest.index - firstIndex + 1))",
        at: .cell(path: path, line: greatest.line, column: greatest.item))
    }
    guard columnCount > 0 else {
      throw SoftmaxError(
        .invalidData, "no row has an entry", remedy: "write entries as index:value",
        at: .file(path: path, offset: nil))
    }
    labels = parser.labels
    matrix = SparseMatrix(
      checkedColumns: firstIndex == 0 ? parser.indices : parser.indices.map { $0 - 1 },
      values: parser.values, rowOffsets: parser.offsets, columnCount: columnCount,
      firstIndex: firstIndex)
  }

  /// A summary of how the file was read.
  var note: String {
    let rows = "\(labels.count) row\(labels.count == 1 ? "" : "s")"
    return
      "read as svmlight, \(rows), \(matrix.columnCount) columns from number \(matrix.firstIndex), "
      + "\(matrix.values.count) values"
  }

  /// The rows with their labels as classes.
  func dataset(knownClassNames: [String]?) throws(SoftmaxError) -> LabeledDataset {
    let classCount = Set(labels).count
    guard classCount <= DatasetSplit.greatestClassCount else {
      throw SoftmaxError(
        .unsupported,
        "has \(classCount) different labels, more than \(DatasetSplit.greatestClassCount)",
        remedy: "classes are wanted, not numbers to predict")
    }
    return try LabeledDataset(
      features: .sparse(matrix), classes: .categories(labels), knownClassNames: knownClassNames)
  }

  /// Returns whether the first bytes of a file look like its rows.
  static func areRows(_ start: [UInt8]) -> Bool {
    for line in start.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
      let items = line.prefix { $0 != 0x23 }.split(whereSeparator: CSVNumber.isBlank)
      guard let label = items.first else { continue }
      guard !label.contains(0x3a), !label.contains(0x2c) else { return false }
      guard items.count > 1 else { continue }
      let entry = items[1]
      guard let colon = entry.firstIndex(of: 0x3a) else { return false }
      if entry[..<colon].elementsEqual(SVMLightParser.queryName) { return true }
      // The bytes may end within the number.
      return colon > entry.startIndex && entry[..<colon].allSatisfy { 0x30...0x39 ~= $0 }
        && entry[(colon + 1)...].allSatisfy {
          0x2b...0x39 ~= $0 && $0 != 0x2c && $0 != 0x2f || $0 | 0x20 == 0x65
        }
    }
    return false
  }
}

/// The text of an svmlight file, read entry by entry.
struct SVMLightParser {
  /// The index of an entry and its place.
  struct Place {
    let index: Int
    let line: Int
    /// The number of the item in its line; the label is the first.
    let item: Int
  }

  private(set) var labels: [String] = []
  private(set) var offsets = [0]
  /// The index of each entry, as written.
  private(set) var indices: [Int32] = []
  private(set) var values: [Float] = []
  /// The least and the greatest index; nil without entries.
  private(set) var least: Place?
  private(set) var greatest: Place?

  static let queryName = Array("qid".utf8)
  private static let greatestLabelByteCount = 4_096

  private let path: String
  private var line = 0
  private var item = 0

  init(path: String) { self.path = path }

  /// Reads all lines.
  mutating func read(_ text: UnsafeBufferPointer<UInt8>) throws(SoftmaxError) {
    var next = 0
    if text.count >= 3, unsafe text[0] == 0xef, unsafe text[1] == 0xbb, unsafe text[2] == 0xbf {
      next = 3
    }
    while next < text.count {
      var end = next
      while end < text.count, unsafe text[end] != 0x0a { end += 1 }
      line += 1
      try unsafe readLine(text, next..<end)
      next = end + 1
    }
  }

  private mutating func readLine(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) throws(SoftmaxError) {
    var next = range.lowerBound
    item = 0
    var last = -1
    while true {
      while next < range.upperBound, unsafe Self.isBlank(text[next]) { next += 1 }
      guard next < range.upperBound, unsafe text[next] != 0x23 else { break }
      let begin = next
      while next < range.upperBound, unsafe !Self.isBlank(text[next]), unsafe text[next] != 0x23 {
        next += 1
      }
      item += 1
      let bytes = unsafe UnsafeBufferPointer(rebasing: text[begin..<next])
      if item == 1 { try unsafe readLabel(bytes) } else { try unsafe readEntry(bytes, &last) }
    }
    if item > 0 { offsets.append(values.count) }
  }

  // Also a carriage return, which may end a line before the line feed.
  private static func isBlank(_ byte: UInt8) -> Bool { CSVNumber.isBlank(byte) || byte == 0x0d }

  private mutating func readLabel(_ bytes: UnsafeBufferPointer<UInt8>) throws(SoftmaxError) {
    if unsafe bytes.contains(0x3a) {
      throw error(
        "expected a label, got \(unsafe Self.quoted(bytes))", "begin each line with its label")
    }
    if unsafe bytes.contains(0x2c) {
      throw error(
        "expected one label, got \(unsafe Self.quoted(bytes))",
        "write a line for one label of each row", .unsupported)
    }
    guard bytes.count <= Self.greatestLabelByteCount, unsafe !bytes.contains(0),
      let text = unsafe String(validating: bytes, as: UTF8.self)
    else {
      throw error("the label is no text of UTF-8", "save the file again as UTF-8")
    }
    // `+1` and `1` are one number.
    let isSigned = text.hasPrefix("+") && text.dropFirst().first.map { "0"..."9" ~= $0 } ?? false
    labels.append(isSigned ? String(text.dropFirst()) : text)
  }

  private mutating func readEntry(
    _ bytes: UnsafeBufferPointer<UInt8>, _ last: inout Int
  ) throws(SoftmaxError) {
    var place = 0
    var index = 0
    while place < bytes.count, case let digit = unsafe bytes[place] &- 0x30, digit < 10 {
      index = min(index * 10 + Int(digit), 1 << 40)
      place += 1
    }
    guard place > 0, place < bytes.count, unsafe bytes[place] == 0x3a else {
      guard unsafe bytes.prefix(4).elementsEqual(Self.queryName + [0x3a]) else {
        throw unsafe noEntry(bytes)
      }
      return
    }
    guard index <= SparseMatrix.greatestColumnCount else {
      throw error(
        "the index \(unsafe Self.quoted(bytes)) is greater than \(SparseMatrix.greatestColumnCount)",
        "number the columns anew, without gaps", .unsupported)
    }
    guard index > last else {
      throw index == last
        ? error("the index \(index) occurs twice", "write each index of a row once")
        : error(
          "the index \(index) comes after \(last), expected ascending ones",
          "sort the entries of each row by their indices")
    }
    last = index
    place += 1
    let value = try unsafe readValue(bytes, from: place)
    if index < least?.index ?? .max { least = Place(index: index, line: line, item: item) }
    if index > greatest?.index ?? -1 { greatest = Place(index: index, line: line, item: item) }
    guard value != 0 else { return }
    indices.append(Int32(index))
    values.append(value)
  }

  private func readValue(
    _ bytes: UnsafeBufferPointer<UInt8>, from place: Int
  ) throws(SoftmaxError) -> Float {
    var next = place
    if let number = unsafe CSVNumber.plain(bytes, from: &next, mark: 0x2e), next == bytes.count {
      let value = Float(number)
      if value.isFinite { return value }
    }
    let rest = unsafe UnsafeBufferPointer(rebasing: bytes[place...])
    switch unsafe CSVNumber.read(rest) {
    case .number(let number) where Float(number).isFinite: return Float(number)
    case .number, .tooGreat:
      throw error(
        "the value \(unsafe Self.quoted(rest)) is too large for Float", "scale the column",
        .nonFiniteValue)
    case .none:
      throw error(
        "expected a number after the colon, got \(unsafe Self.quoted(rest))",
        "write the value in digits, such as 0.5 or 1e-3")
    }
  }

  private func noEntry(_ bytes: UnsafeBufferPointer<UInt8>) -> SoftmaxError {
    unsafe bytes.contains(0x3a)
      ? error(
        "expected the number of a column before the colon, got \(unsafe Self.quoted(bytes))",
        "number the columns from 1 or 0")
      : error(
        "expected index:value, got \(unsafe Self.quoted(bytes))",
        "write each value after the number of its column and a colon; a remark begins with #")
  }

  private func error(
    _ message: String, _ remedy: String, _ code: SoftmaxError.Code = .invalidData
  ) -> SoftmaxError {
    SoftmaxError(code, message, remedy: remedy, at: .cell(path: path, line: line, column: item))
  }

  private static func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    unsafe CSVTable.quoted(String(decoding: bytes.prefix(200), as: UTF8.self))
  }
}
