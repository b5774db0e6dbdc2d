// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

// Blocks of whole records, which are read elsewhere.
extension CSVScanner {
  /// The number of bytes that are known to follow the current record.
  var bufferedByteCount: Int { buffer.count - next }

  /// Removes the bytes of the next records from the text; nil if there are none, or if the next record is so long that the
  /// limits of ``Limit`` have to be watched while it is read.
  ///
  /// A line end belongs to no cell if the number of quotes before it is even. This is so up to the first fault in the
  /// quotes, and who reads the blocks in order finds the fault before anything that comes of it.
  ///
  /// - Parameter byteCount: the number of bytes after which a block ends with a record.
  func takeBlock(byteCount: Int) -> [UInt8]? {
    // The size of whole records, and of the bytes that were examined, and whether quotes are open behind them.
    var (wholeByteCount, examinedCount, isQuoted) = (0, 0, false)
    while wholeByteCount == 0 || examinedCount < byteCount {
      let part = examinedCount..<min(bufferedByteCount, examinedCount + byteCount)
      let end = end(ofRecordsIn: part, isQuoted: &isQuoted)
      (wholeByteCount, examinedCount) = (end ?? wholeByteCount, part.upperBound)
      if examinedCount < bufferedByteCount { continue }
      guard !isAtEnd, bufferedByteCount - wholeByteCount <= Limit.bytesOfCell else { break }
      do throws(SoftmaxError) {
        try fill(behind: wholeByteCount)
      } catch {
        // What is wrong in the records before it comes first.
        failure = error
        break
      }
    }
    guard wholeByteCount > 0 else { return nil }
    next += wholeByteCount
    return Array(buffer[next - wholeByteCount..<next])
  }

  /// Returns the end of the last record that ends in a part of the buffered bytes, or a byte before it; nil if none does.
  ///
  /// - Parameter isQuoted: whether quotes are open before the part; afterwards, whether they are behind it.
  private func end(ofRecordsIn part: Range<Int>, isQuoted: inout Bool) -> Int? {
    let (next, isAtEnd) = (next, isAtEnd)
    return unsafe buffer.withUnsafeBufferPointer { buffer in
      let bytes = unsafe UnsafeBufferPointer(rebasing: buffer[next...])
      if unsafe Self.isOddNumberOfQuotes(
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[part]))
      {
        isQuoted.toggle()
      }
      var isQuoted = isQuoted
      // What follows a carriage return at the end of the part before was perhaps not known.
      for index in stride(from: part.upperBound, to: max(0, part.lowerBound - 1), by: -1) {
        let byte = unsafe bytes[index - 1]
        if byte == 0x22 { isQuoted.toggle() }
        let isCarriageReturn = byte == 0x0d && (index < bytes.count || isAtEnd)
        guard !isQuoted, byte == 0x0a || isCarriageReturn else { continue }
        let isPair = unsafe byte == 0x0d && index < bytes.count && bytes[index] == 0x0a
        // The line feed is in the next part.
        if !isPair { return index }
      }
      return nil
    }
  }

  // Examines eight bytes at a time. In `isOther` the highest bit of a byte is 0 if the byte is a quote.
  private static func isOddNumberOfQuotes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let (quotes, low) = (0x2222_2222_2222_2222 as UInt64, 0x7f7f_7f7f_7f7f_7f7f as UInt64)
    var (index, sum) = (0, 0 as UInt64)
    while index + 8 <= bytes.count {
      let difference = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ quotes
      let isOther = ((difference & low) &+ low) | difference
      sum ^= ~isOther & ~low
      index += 8
    }
    let rest = unsafe bytes[index...].count { $0 == 0x22 }
    return (sum.nonzeroBitCount + rest) % 2 == 1
  }
}
