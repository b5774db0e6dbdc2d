// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The directory at the end of a zip file, verified against the rest of the file.
///
/// It supports stored and deflated entries, and the 64-bit sizes of large archives. Encrypted archives
/// and those of several disks are rejected. The directory is not trusted, so these properties are
/// verified:
/// - Entries lie within the file, do not overlap and have different names.
/// - The local header of each entry has the same name and compression method.
/// - A compressed entry does not declare more bytes than its compressed bytes can expand to.
///
/// Source: PKWARE, ".ZIP File Format Specification" (APPNOTE), version 6.3.
struct ZipDirectory: Sendable {
  let entries: [ZipEntry]

  private static let endByteCount = 22
  private static let wideLocatorByteCount = 20
  private static let wideLocatorMark = 0x0706_4b50
  private static let greatestCommentByteCount = 0xffff
  private static let greatestEntryCount = 1 << 16
  private static let entryHeaderByteCount = 46
  private static let localHeaderByteCount = 30

  /// Reads the directory of an archive.
  ///
  /// - Throws: `invalidData` if the format is violated; `unsupported` for encryption, compression methods
  ///   other than deflate, and more than 65,536 entries.
  init(_ archive: ByteStorage, path: String) throws(SoftmaxError) {
    var reader = try Reader(archive, path: path)
    entries = try reader.entries()
  }

  private struct Reader {
    private let archive: ByteStorage
    private let path: String
    private let directory: Range<Int>
    private let entryCount: Int
    private var offset = 0

    init(_ archive: ByteStorage, path: String) throws(SoftmaxError) {
      self.archive = archive
      self.path = path
      func fail(_ message: String, _ offset: Int) -> SoftmaxError {
        ZipDirectory.failure(message, path: path, offset: offset)
      }
      let tailStart = max(0, archive.count - endByteCount - greatestCommentByteCount)
      let tail = archive[tailStart..<archive.count].array
      // The end record is the last position with its signature whose comment ends at the end of the file.
      let end = stride(from: tail.count - endByteCount, through: 0, by: -1).first {
        tail.little32($0) == 0x0605_4b50 && $0 + endByteCount + tail.little16($0 + 20) == tail.count
      }
      guard let end else {
        throw fail("is no whole zip file: its directory is missing at the end", archive.count)
      }
      guard tail.little16(end + 4) == 0 || tail.little16(end + 4) == 0xffff,
        tail.little16(end + 6) == 0 || tail.little16(end + 6) == 0xffff
      else { throw fail("is one part of several", tailStart + end) }
      var count = tail.little16(end + 10)
      var byteCount = tail.little32(end + 12)
      var start = tail.little32(end + 16)
      var directoryEnd = tailStart + end
      // Some writers add 64-bit records even if the values fit in 32 bits.
      let hasWideEnd =
        start < directoryEnd - byteCount && directoryEnd >= wideLocatorByteCount
        && archive[directoryEnd - wideLocatorByteCount..<directoryEnd].array.little32(0)
          == wideLocatorMark
      if count == 0xffff || byteCount == 0xffff_ffff || start == 0xffff_ffff || hasWideEnd {
        (count, byteCount, start, directoryEnd) = try Self.wideEnd(
          archive, before: directoryEnd, path: path)
      }
      guard start >= 0, byteCount >= 0, start <= directoryEnd, byteCount == directoryEnd - start
      else { throw fail("its directory does not lie before its end", tailStart + end) }
      guard count <= greatestEntryCount else {
        throw SoftmaxError(
          .unsupported, "holds \(count) entries, expected at most \(greatestEntryCount)",
          at: .file(path: path, offset: start))
      }
      // Each entry has at least a header in the directory, which bounds the number of entries.
      guard count * entryHeaderByteCount <= byteCount else {
        throw fail("its directory is too short for \(count) entries", start)
      }
      directory = start..<directoryEnd
      entryCount = count
      offset = start
    }

    // Reads the 64-bit end record of the directory, which precedes the 32-bit end record.
    private static func wideEnd(
      _ archive: ByteStorage, before end: Int, path: String
    ) throws(SoftmaxError) -> (count: Int, byteCount: Int, start: Int, end: Int) {
      let failure = ZipDirectory.failure(
        "its directory of 64-bit sizes is missing", path: path, offset: end)
      guard end >= wideLocatorByteCount else { throw failure }
      let locator = archive[end - wideLocatorByteCount..<end].array
      guard locator.little32(0) == wideLocatorMark, let place = locator.little64(8),
        place <= end - 76
      else { throw failure }
      let record = archive[place..<place + 56].array
      guard record.little32(0) == 0x0606_4b50, let length = record.little64(4),
        length == end - 20 - place - 12, let count = record.little64(32),
        let byteCount = record.little64(40), let start = record.little64(48)
      else { throw failure }
      return (count, byteCount, start, place)
    }

    mutating func entries() throws(SoftmaxError) -> [ZipEntry] {
      var entries: [ZipEntry] = []
      var starts: [(start: Int, end: Int)] = []
      var names: Set<String> = []
      for _ in 0..<entryCount {
        let (entry, start) = try nextEntry()
        guard names.insert(entry.name).inserted else {
          throw fail("holds \(entry.name.debugDescription) twice")
        }
        starts.append((start, entry.range.upperBound))
        entries.append(entry)
      }
      guard offset == directory.upperBound else {
        throw fail("its directory has bytes left over")
      }
      starts.sort { $0.start < $1.start }
      for (first, second) in zip(starts, starts.dropFirst()) where first.end > second.start {
        offset = second.start
        throw fail("two of its entries overlap")
      }
      return entries
    }

    private mutating func nextEntry() throws(SoftmaxError) -> (entry: ZipEntry, start: Int) {
      guard directory.upperBound - offset >= entryHeaderByteCount else {
        throw fail("its directory is cut off")
      }
      let fixed = archive[offset..<offset + entryHeaderByteCount].array
      guard fixed.little32(0) == 0x0201_4b50 else { throw fail("its directory is damaged") }
      let lengths = (fixed.little16(28), fixed.little16(30), fixed.little16(32))
      let total = entryHeaderByteCount + lengths.0 + lengths.1 + lengths.2
      guard directory.upperBound - offset >= total else { throw fail("its directory is cut off") }
      let variable = archive[offset + entryHeaderByteCount..<offset + total].array
      let nameBytes = Array(variable[..<lengths.0])
      guard let name = String(validating: nameBytes, as: UTF8.self), !name.isEmpty,
        !name.utf8.contains(0)
      else { throw fail("the name of an entry is no UTF-8") }
      var byteCount = fixed.little32(24)
      var packedByteCount = fixed.little32(20)
      var start = fixed.little32(42)
      let extra = Array(variable[lengths.0..<lengths.0 + lengths.1])
      if byteCount == 0xffff_ffff || packedByteCount == 0xffff_ffff || start == 0xffff_ffff {
        var wide = try wideSizes(extra)
        func take(_ value: inout Int) throws(SoftmaxError) {
          guard value == 0xffff_ffff else { return }
          guard !wide.isEmpty else { throw fail("the 64-bit sizes of an entry are missing") }
          value = wide.removeFirst()
        }
        try take(&byteCount)
        try take(&packedByteCount)
        try take(&start)
      }
      let method = fixed.little16(10)
      guard fixed.little16(8) & 0x2041 == 0 else {
        throw fail("\(name.debugDescription) is encrypted", code: .unsupported)
      }
      guard method == 0 || method == 8 else {
        throw fail(
          "\(name.debugDescription) is packed by method \(method), expected 0 (not) or 8 (deflate)",
          code: .unsupported)
      }
      let range = try range(
        ofEntryAt: start, packedByteCount: packedByteCount, method: method, name: nameBytes)
      guard method == 8 || byteCount == packedByteCount,
        byteCount <= Deflate.greatestByteCount(ofPacked: packedByteCount)
      else {
        throw fail(
          "\(name.debugDescription) cannot hold the \(byteCount) bytes that the directory says")
      }
      offset += total
      let entry = ZipEntry(
        name: name, isPacked: method == 8, crc32: UInt32(fixed.little32(16)), range: range,
        byteCount: byteCount)
      return (entry, start)
    }

    // Returns the 64-bit values in the extra field with tag 1.
    private func wideSizes(_ extra: [UInt8]) throws(SoftmaxError) -> [Int] {
      var place = 0
      while place + 4 <= extra.count {
        let length = extra.little16(place + 2)
        guard place + 4 + length <= extra.count else { break }
        if extra.little16(place) == 1 {
          let numbers = stride(from: place + 4, through: place + 4 + length - 8, by: 8)
            .map { extra.little64($0) }
          guard numbers.allSatisfy({ $0 != nil }) else { break }
          return numbers.compactMap(\.self)
        }
        place += 4 + length
      }
      throw fail("the 64-bit sizes of an entry are damaged")
    }

    // Returns the range of an entry's bytes, after its local header, which must agree with the directory.
    private func range(
      ofEntryAt start: Int, packedByteCount: Int, method: Int, name: [UInt8]
    ) throws(SoftmaxError) -> Range<Int> {
      let text = String(decoding: name, as: UTF8.self).debugDescription
      guard start <= directory.lowerBound - localHeaderByteCount else {
        throw fail("\(text) does not lie before the directory")
      }
      let local = archive[start..<start + localHeaderByteCount].array
      let nameEnd = start + localHeaderByteCount + name.count
      let dataStart = nameEnd + local.little16(28)
      guard local.little32(0) == 0x0403_4b50, local.little16(26) == name.count,
        local.little16(8) == method, dataStart <= directory.lowerBound,
        archive[start + localHeaderByteCount..<nameEnd].array == name
      else { throw fail("the header of \(text) is not the one that the directory says") }
      guard packedByteCount <= directory.lowerBound - dataStart else {
        throw fail("\(text) has \(packedByteCount) bytes, more than there are before the directory")
      }
      return dataStart..<dataStart + packedByteCount
    }

    private func fail(
      _ message: String, code: SoftmaxError.Code = .invalidData
    ) -> SoftmaxError {
      ZipDirectory.failure(message, path: path, offset: offset, code: code)
    }
  }

  private static func failure(
    _ message: String, path: String, offset: Int, code: SoftmaxError.Code = .invalidData
  ) -> SoftmaxError {
    SoftmaxError(
      code, message,
      remedy: code == .unsupported
        ? "write it again with numpy.savez" : "fetch or copy the file again",
      at: .file(path: path, offset: offset))
  }
}

extension [UInt8] {
  /// Returns the little-endian 16-bit integer at an index.
  fileprivate func little16(_ index: Int) -> Int { Int(self[index]) | Int(self[index + 1]) << 8 }

  /// Returns the little-endian 32-bit integer at an index.
  fileprivate func little32(_ index: Int) -> Int {
    little16(index) | little16(index + 2) << 16
  }

  /// Returns the little-endian 64-bit integer at an index; nil if it does not fit in `Int`.
  fileprivate func little64(_ index: Int) -> Int? {
    let number = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(self[index + $1]) }
    return Int(exactly: number)
  }
}
