// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The records of comma-separated values, read front to back and cut into cells (RFC 4180).
///
/// Cells lie in the scanner's own memory until the next record is asked for. Lines
/// end with a line feed, a carriage return or both; empty lines are passed over.
/// A cell in quotes may hold separators, line ends, and quotes written twice.
final class CSVScanner {
  /// The bytes of a cell, without its quotes.
  struct Cell {
    var bytes: Range<Int>
    /// Whether it stood in quotes.
    var isQuoted = false
    /// Whether two quotes in it stand for one.
    var hasEscapes = false
  }

  /// What no table of numbers needs, and memory must not be spent on.
  enum Limit {
    static let bytesOfCell = 4_096
    static let bytesOfLine = 16 << 20
    static let columns = 1 << 20
  }

  /// The cells of the record.
  private(set) var cells: [Cell] = []
  /// The line on which the record begins, counted from 1.
  private(set) var line = 0
  /// What stands between two cells.
  var separator: UInt8 = 0x2c

  private let reader: UnpackingReader
  private let maximumByteCount: Int
  private let chunkByteCount: Int
  private var buffer: [UInt8] = []
  // Where the next record begins in the buffer, and its line.
  private var next = 0
  private var nextLine = 1
  private var isAtEnd = false

  /// Takes over a reader and passes over the mark that some editors begin a file with.
  init(
    _ reader: UnpackingReader, maximumByteCount: Int, chunkByteCount: Int = 1 << 18
  ) throws(SoftmaxError) {
    self.reader = reader
    self.maximumByteCount = maximumByteCount
    self.chunkByteCount = chunkByteCount
    try fill()
    if buffer.starts(with: [0xef, 0xbb, 0xbf]) { next = 3 }
    guard !buffer.starts(with: [0xff, 0xfe]), !buffer.starts(with: [0xfe, 0xff]) else {
      throw SoftmaxError(
        .unsupported, "is text of UTF-16, expected UTF-8", remedy: "save it again as UTF-8",
        at: reader.location(0))
    }
    guard !buffer.prefix(4_096).contains(0) else {
      throw SoftmaxError(
        .invalidData, "is no text: it holds a zero byte",
        remedy: "name a table of comma-separated values", at: reader.location(nil))
    }
  }

  /// The path of the file, for errors.
  var path: String { reader.path }

  /// A place in the record for errors; columns count from 0 here and from 1 there.
  func location(_ column: Int?) -> SoftmaxError.Location {
    .cell(path: path, line: line, column: column.map { $0 + 1 })
  }

  /// Calls `body` with the bytes of a cell as they stand between its quotes.
  func withBytes<Result>(
    of cell: Cell, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    unsafe buffer.withUnsafeBufferPointer {
      unsafe body(UnsafeBufferPointer(rebasing: $0[cell.bytes]))
    }
  }

  /// Calls `body` with the memory that the cells' ranges are about.
  func withBuffer<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    unsafe buffer.withUnsafeBufferPointer { unsafe body($0) }
  }

  /// The bytes of a cell, two quotes made one.
  func content(of cell: Cell) -> [UInt8] {
    guard cell.hasEscapes else { return Array(buffer[cell.bytes]) }
    var result: [UInt8] = []
    var isSecond = false
    for byte in buffer[cell.bytes] {
      isSecond = byte == 0x22 && !isSecond
      if !isSecond { result.append(byte) }
    }
    return result
  }

  /// The text of a cell; nil if it is not UTF-8.
  func text(of cell: Cell) -> String? { String(validating: content(of: cell), as: UTF8.self) }

  /// Which separators stand in the next line outside of quotes, or in its first 256 KiB.
  func separatorsInNextLine() throws(SoftmaxError) -> Set<CSVFormat.Separator> {
    // Cells can only be cut once the separator is known, so quotes are followed by hand.
    var found: Set<CSVFormat.Separator> = []
    var isQuoted = false
    var isEmpty = true
    var count = 0
    while count < 1 << 18 {
      if next + count == buffer.count {
        if isAtEnd { break }
        try fill()
        continue
      }
      let byte = buffer[next + count]
      count += 1
      switch byte {
      case 0x0a, 0x0d:
        if isQuoted || isEmpty { continue }
        return found
      case 0x22: isQuoted.toggle()
      case 0x09 where !isQuoted: found.insert(.tab)
      case 0x2c where !isQuoted: found.insert(.comma)
      case 0x3b where !isQuoted: found.insert(.semicolon)
      default: break
      }
      isEmpty = false
    }
    return found
  }

  /// Goes on to the next record; false at the end.
  func advance() throws(SoftmaxError) -> Bool {
    while true {
      let scan = scanRecord()
      line = nextLine
      switch scan {
      case .record(let end, let lines):
        next = end
        nextLine += lines
        // A line with nothing in it is no record.
        if cells.count == 1, cells[0].bytes.isEmpty, !cells[0].isQuoted { continue }
        return true
      case .end:
        return false
      case .needsMore:
        try validateLength()
        try fill()
      case .failure(let message, let remedy):
        throw SoftmaxError(
          .invalidData, message, remedy: remedy, at: location(max(0, cells.count - 1)))
      }
    }
  }

  private enum Scan {
    case record(end: Int, lines: Int)
    case end
    case needsMore
    case failure(String, remedy: String)
  }

  private func scanRecord() -> Scan {
    // Out of the object, so that adding a cell is no access to it.
    var cells: [Cell] = []
    swap(&cells, &self.cells)
    defer { swap(&cells, &self.cells) }
    cells.removeAll(keepingCapacity: true)
    guard next < buffer.count else { return isAtEnd ? .end : .needsMore }
    let (separator, start, isAtEnd) = (self.separator, next, self.isAtEnd)
    return unsafe buffer.withUnsafeBufferPointer { bytes -> Scan in
      let count = bytes.count
      var index = start
      var lines = 1
      while true {
        // One more than the limit is enough to know.
        guard cells.count <= Limit.columns else {
          return .failure(
            "has more than \(Limit.columns) cells", remedy: "check the separator and the line ends")
        }
        var cell = Cell(bytes: index..<index)
        if index < count, unsafe bytes[index] == 0x22 {
          cell.isQuoted = true
          index += 1
          let begin = index
          while true {
            while index < count, unsafe bytes[index] != 0x22 {
              if unsafe bytes[index] == 0x0a { lines += 1 }
              index += 1
            }
            cell.bytes = begin..<index
            if index - begin > Limit.bytesOfCell || (index >= count && isAtEnd) {
              cells.append(cell)
              return Self.unclosed(isAtEnd: index >= count && isAtEnd)
            }
            // Whether this is the last quote only the next byte tells.
            guard index + 1 < count || (index < count && isAtEnd) else {
              cells.append(cell)
              return .needsMore
            }
            index += 1
            guard index < count, unsafe bytes[index] == 0x22 else { break }
            cell.hasEscapes = true
            index += 1
          }
          cells.append(cell)
          if index < count, case let byte = unsafe bytes[index],
            byte != separator, byte != 0x0a, byte != 0x0d
          {
            return .failure(
              "something follows the closing quote",
              remedy: "write a quote within quotes twice")
          }
        } else {
          let begin = index
          while index < count, case let byte = unsafe bytes[index],
            byte != separator, byte != 0x0a, byte != 0x0d, byte != 0x22
          {
            index += 1
          }
          cell.bytes = begin..<index
          cells.append(cell)
          guard index - begin <= Limit.bytesOfCell else { return Self.tooLong }
          if index < count, unsafe bytes[index] == 0x22 {
            return .failure(
              "a quote stands within a cell that does not begin with one",
              remedy: "put the whole cell into quotes and write the quote twice")
          }
        }
        guard index < count else {
          return isAtEnd ? .record(end: index, lines: lines) : .needsMore
        }
        let byte = unsafe bytes[index]
        if byte == separator {
          index += 1
        } else if byte == 0x0a {
          return .record(end: index + 1, lines: lines)
        } else {
          guard index + 1 < count || isAtEnd else { return .needsMore }
          let hasFeed = unsafe index + 1 < count && bytes[index + 1] == 0x0a
          return .record(end: index + (hasFeed ? 2 : 1), lines: lines)
        }
      }
    }
  }

  private static let tooLong = Scan.failure(
    "a cell has more than \(Limit.bytesOfCell) bytes",
    remedy: "check the separator and the line ends")

  private static func unclosed(isAtEnd: Bool) -> Scan {
    isAtEnd
      ? .failure("the quotes are never closed", remedy: "close them, or leave them out")
      : .failure(
        "a cell in quotes has more than \(Limit.bytesOfCell) bytes",
        remedy: "look whether its closing quote is missing")
  }

  private func validateLength() throws(SoftmaxError) {
    guard buffer.count - next > Limit.bytesOfLine else { return }
    throw SoftmaxError(
      .unsupported, "the line has more than \(Limit.bytesOfLine) bytes",
      remedy: "check the line ends", at: location(nil))
  }

  /// Reads on, and drops what is behind.
  private func fill() throws(SoftmaxError) {
    buffer.removeFirst(next)
    next = 0
    // Twice as much for each turn of a long record, so that it is scanned a few times, not many.
    let wanted = max(chunkByteCount, min(buffer.count, 4 << 20))
    let bytes = try reader.read(wanted)
    isAtEnd = bytes.count < wanted
    buffer += bytes
    guard reader.offset <= maximumByteCount else {
      throw SoftmaxError(
        .unsupported, "has more than \(maximumByteCount) bytes of text",
        remedy: "raise maximumByteCount if the file is right", at: reader.location(nil))
    }
  }
}
