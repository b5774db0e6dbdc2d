// SPDX-License-Identifier: Apache-2.0

extension CSVScanner {
  /// The position of a cell's bytes, without its quotes.
  ///
  /// A line may have a million cells, so the position is kept in 8 bytes; the buffer is far smaller than 2 GiB.
  struct Cell {
    private var begin: Int32
    private var end: Int32
    /// Whether the cell is quoted.
    var isQuoted = false
    /// Whether the cell contains quotes written twice, or escapes of JSON.
    var hasEscapes = false
    /// Whether the cell is an array of JSON.
    var isList = false

    init(
      bytes: Range<Int>, isQuoted: Bool = false, hasEscapes: Bool = false, isList: Bool = false
    ) {
      (begin, end) = (Int32(bytes.lowerBound), Int32(bytes.upperBound))
      (self.isQuoted, self.hasEscapes, self.isList) = (isQuoted, hasEscapes, isList)
    }

    var bytes: Range<Int> {
      get { Int(begin)..<Int(end) }
      set { (begin, end) = (Int32(newValue.lowerBound), Int32(newValue.upperBound)) }
    }
  }

  /// Limits that bound memory and time for damaged or malicious files; tables of numbers stay far below
  /// them.
  enum Limit {
    static let bytesOfCell = 4 << 20
    /// The size of a class, or of another category.
    static let bytesOfCategory = 4_096
    static let bytesOfLine = 16 << 20
    static let columns = 1 << 20
    /// The total size of all skipped lines, so that a small compressed file cannot keep the scanner busy
    /// for hours.
    static let bytesOfBlankLines = 4 << 20
  }

  /// What the bytes after the last record begin with.
  enum Scan {
    case record(end: Int, lines: Int)
    /// A line that is no record, because it holds nothing but blanks.
    case blank(end: Int)
    case end
    case needsMore
    case failure(String, remedy: String)
  }

  /// How the cells of comma-separated values are split and which of them are parsed as numbers.
  struct Splitting {
    var separator: UInt8 = 0x2c
    /// The indices of the columns of numbers, in ascending order.
    var numberColumns: [Int] = []
    var decimalMark = CSVFormat.DecimalMark.point
  }

  /// Splits the record that begins at an index into cells and parses those of columns of numbers.
  ///
  /// - Parameter isAtEnd: whether no bytes follow those of the buffer.
  static func scan(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isAtEnd: Bool, _ splitting: Splitting,
    cells: inout [Cell], numbers: inout [Double]
  ) -> Scan {
    let (separator, numberColumns, mark) =
      (splitting.separator, splitting.numberColumns, splitting.decimalMark.byte)
    let count = bytes.count
    var index = start
    var lines = 1
    while true {
      // Before another cell, for which the array would double.
      guard cells.count < Limit.columns else {
        return .failure(
          "has more than \(Limit.columns) cells", remedy: "check the separator and the line ends")
      }
      var cell = Cell(bytes: index..<index)
      let isNumber =
        numbers.count < numberColumns.count && numberColumns[numbers.count] == cells.count
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
          // The next byte determines whether this quote closes the cell or is the first of two.
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
        if isNumber { numbers.append(unsafe CSVNumber.value(bytes, cell.bytes, mark: mark)) }
        if index < count, case let byte = unsafe bytes[index],
          byte != separator, byte != 0x0a, byte != 0x0d
        {
          return .failure(
            "something follows the closing quote",
            remedy: "write a quote within quotes twice")
        }
      } else {
        let begin = index
        let plain =
          isNumber && mark != separator
          ? unsafe CSVNumber.plain(bytes, from: &index, mark: mark) : nil
        let plainEnd = index
        while index < count, case let byte = unsafe bytes[index],
          byte != separator, byte != 0x0a, byte != 0x0d, byte != 0x22
        {
          index += 1
        }
        cell.bytes = begin..<index
        cells.append(cell)
        if let plain, plainEnd == index {
          numbers.append(plain)
        } else if isNumber {
          numbers.append(unsafe CSVNumber.value(bytes, cell.bytes, mark: mark))
        }
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

  /// Splits a record that has as many cells as the one before it, more than one and none of them quoted, as
  /// ``scan(_:from:isAtEnd:_:cells:numbers:)`` does; returns its end, or nil for any other record.
  ///
  /// - Parameters:
  ///   - cells: those of the record before, which are replaced.
  ///   - numbers: those of the record before, which are replaced.
  static func scanAlike(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ splitting: Splitting,
    cells: UnsafeMutableBufferPointer<Cell>, numbers: UnsafeMutableBufferPointer<Double>
  ) -> Int? {
    // A line of blanks may be like a record of one cell.
    guard cells.count > 1, numbers.count == splitting.numberColumns.count else { return nil }
    let (separator, mark) = (splitting.separator, splitting.decimalMark.byte)
    let (count, lastColumn, isMarkFree) = (bytes.count, cells.count - 1, mark != separator)
    var (index, place) = (start, 0)
    var nextNumber = splitting.numberColumns.first ?? -1
    for column in 0...lastColumn {
      let begin = index
      let isNumber = column == nextNumber
      let plain =
        isNumber && isMarkFree ? unsafe CSVNumber.plain(bytes, from: &index, mark: mark) : nil
      let plainEnd = index
      while index < count, case let byte = unsafe bytes[index],
        byte != separator, byte != 0x0a, byte != 0x0d, byte != 0x22
      {
        index += 1
      }
      guard index < count else { return nil }
      let byte = unsafe bytes[index]
      guard column == lastColumn ? byte == 0x0a || byte == 0x0d : byte == separator else {
        return nil
      }
      unsafe cells[column] = Cell(bytes: begin..<index)
      if isNumber {
        if let plain, plainEnd == index {
          unsafe numbers[place] = plain
        } else {
          unsafe numbers[place] = CSVNumber.value(bytes, begin..<index, mark: mark)
        }
        place += 1
        nextNumber = place < numbers.count ? splitting.numberColumns[place] : -1
      }
      index += 1
    }
    if unsafe bytes[index - 1] == 0x0d {
      guard index < count else { return nil }
      if unsafe bytes[index] == 0x0a { index += 1 }
    }
    return index - start <= Limit.bytesOfCell ? index : nil
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
}
