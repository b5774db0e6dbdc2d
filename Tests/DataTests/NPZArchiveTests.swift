// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct NPZArchiveTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func failure(_ bytes: [UInt8]) -> SoftmaxError? {
    error { () throws(SoftmaxError) in
      let archive = try NPZArchive(bytes, name: "f", maximumByteCount: 1 << 20)
      for name in archive.names { _ = try archive.array(name) }
    }
  }

  /// A small archive: its bytes, where its directory begins.
  private func small(
    compressed: Bool = false, leastWideByteCount: Int = ZipWriter.leastWideByteCount
  ) throws -> (bytes: [UInt8], directory: Int) {
    let path = folder.path("small.npz")
    try NPZArchive.write(
      [
        ("a", NPYArray(shape: [3], floats: [1, 2, 3])),
        ("b", NPYArray(shape: [2], integers: [4, 5])),
      ], to: path, compressed: compressed, leastWideByteCount: leastWideByteCount)
    let bytes = try folder.read("small.npz")
    let end = bytes.count - 22
    let start = (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[end + 16 + $1]) }
    return (bytes, start)
  }

  @Test(arguments: ["arrays.npz", "arrays-packed.npz", "arrays-wide.npz"])
  func everyArrayOfNumPysIsRead(file: String) throws {
    let golden = try ArrayGolden.all()
    let archive = try NPZArchive(ArrayGolden.url(file).path)
    #expect(Set(archive.names) == Set(golden.keys))
    for name in archive.names {
      try #require(golden[name]).expectIs(archive.array(name), name: name)
    }
  }

  /// Sizes, offsets and the directory in 64 bits, as archives beyond 4 GiB need them.
  @Test(arguments: [false, true])
  func wideSizesAreWrittenAndReadBack(compressed: Bool) throws {
    let wide = try small(compressed: compressed, leastWideByteCount: 1).bytes
    let narrow = try small(compressed: compressed).bytes
    // 20 and 28 more bytes for each entry, 76 for the directory.
    #expect(wide.count == narrow.count + 2 * (20 + 28) + 76)
    let (expected, read) = try (
      NPZArchive(narrow, name: "n"), NPZArchive(wide, name: "w")
    )
    #expect(read.names == ["a", "b"])
    for name in read.names { #expect(try read.array(name) == expected.array(name)) }
    for count in 0..<wide.count {
      #expect(failure(Array(wide[..<count])) != nil, "\(count) bytes")
    }
    for place in wide.indices {
      for value in [0, 0xff, wide[place] ^ 1, wide[place] ^ 0x80] as [UInt8] {
        var bytes = wide
        bytes[place] = value
        _ = failure(bytes)
      }
    }
    // Only the second entry begins where 32 bits have no room.
    let mixed = try small(compressed: compressed, leastWideByteCount: 150).bytes
    #expect(try NPZArchive(mixed, name: "m").array("b") == expected.array("b"))
  }

  @Test(arguments: [false, true])
  func whatIsWrittenIsReadBack(compressed: Bool) throws {
    let golden = try NPZArchive(ArrayGolden.url("arrays.npz").path)
    let arrays = try golden.names.map { (name: $0, array: try golden.array($0)) }
    try NPZArchive.write(arrays, to: folder.path("x.npz"), compressed: compressed)
    let archive = try NPZArchive(folder.path("x.npz"))
    #expect(archive.names == golden.names)
    for (name, array) in arrays { #expect(try archive.array(name) == array, "\(name)") }
  }

  @Test func arraysNeedNamesOfTheirOwn() throws {
    let array = try NPYArray(shape: [1], floats: [1])
    for names in [[], [""], ["a", "a"], ["a\0"]] {
      let error = error { () throws(SoftmaxError) in
        try NPZArchive.write(names.map { ($0, array) }, to: folder.path("x.npz"))
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func aLargeArchiveIsUsedInPlace() throws {
    let bytes = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let array = try NPYArray(type: .uint8, shape: [1 << 20], bytes: bytes)
    try NPZArchive.write([("x", array)], to: folder.path("x.npz"))
    #expect(try NPZArchive(folder.path("x.npz")).array("x") == array)
  }

  @Test func aCommentBehindTheDirectoryIsPassedOver() throws {
    var bytes = try small().bytes
    bytes[bytes.count - 2] = 5
    #expect(failure(bytes) != nil)
    #expect(failure(bytes + Array("hello".utf8)) == nil)
  }

  @Test func aNameThatIsNotThereIsSaidWithTheOnesThatAre() throws {
    let archive = try NPZArchive(small().bytes, name: "f")
    let error = error { () throws(SoftmaxError) in _ = try archive.array("c") }
    #expect(error?.code == .notFound)
    #expect(error?.message == "holds no array \"c\", only a, b")
  }

  @Test(arguments: [false, true])
  func everyByteThatIsCutOffOrChangedGivesArraysOrATypedError(compressed: Bool) throws {
    let whole = try small(compressed: compressed).bytes
    #expect(failure(whole) == nil)
    for count in 0..<whole.count {
      #expect(failure(Array(whole[..<count])) != nil, "\(count) bytes")
    }
    for place in whole.indices {
      for value in [0, 0xff, whole[place] ^ 1, whole[place] ^ 0x80] as [UInt8] {
        var bytes = whole
        bytes[place] = value
        _ = failure(bytes)
      }
    }
  }

  @Test(arguments: [false, true])
  func changedElementsAreFoundByTheirChecksum(compressed: Bool) throws {
    let (whole, directory) = try small(compressed: compressed)
    var found = 0
    // The last bytes of the second array.
    for place in directory - 8..<directory {
      var bytes = whole
      bytes[place] ^= 4
      if failure(bytes)?.code == .invalidData { found += 1 }
    }
    #expect(found == 8)
  }

  @Test func entriesThatOverlapOrShareANameAreRefused() throws {
    let (whole, directory) = try small()
    // The directory's second entry: 46 bytes and the name behind the first.
    let second = directory + 46 + "a.npy".utf8.count
    var twice = whole
    twice[second + 46] = UInt8(ascii: "a")
    #expect(failure(twice)?.code == .invalidData)
    // Both entries are the first, but for the name: a bomb that unpacks the same bytes many times.
    var overlapping = whole
    overlapping.replaceSubrange(
      second + 10..<second + 46, with: whole[directory + 10..<directory + 46])
    let error = failure(overlapping)
    #expect(error?.code == .invalidData)
    // One name in the directory and another one in the entry's own header.
    var renamed = whole
    renamed[second + 46] = UInt8(ascii: "c")
    #expect(failure(renamed)?.message.contains("not the one that the directory says") == true)
    var both = whole
    both[second + 46] = UInt8(ascii: "a")
    both[second + 42] = whole[directory + 42]
    for place in 43..<46 { both[second + place] = whole[directory + place] }
    #expect(failure(both)?.message.contains("twice") == true)
  }

  @Test func aPackedEntryIsUnpackedNoFurtherThanItsSizeSays() throws {
    let (whole, directory) = try small(compressed: true)
    // One byte less, and one more, than there are.
    for change in [-1, 1] {
      var bytes = whole
      bytes[directory + 24] = UInt8(Int(bytes[directory + 24]) + change)
      #expect(failure(bytes)?.message.contains("does not unpack") == true)
    }
    // More than so many bytes can become.
    var bytes = whole
    bytes[directory + 27] = 0x7f
    #expect(failure(bytes)?.message.contains("cannot hold") == true)
  }

  @Test func anArchiveWithoutArraysIsNone() throws {
    let empty: [UInt8] = [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18)
    #expect(failure(empty)?.message.contains("without arrays") == true)
    #expect(failure([])?.code == .invalidData)
    // The same number of bytes as the name of an array.
    try NPZArchive.write(
      [("abcdefghijk", NPYArray(shape: [1], floats: [1]))], to: folder.path("book.npz"),
      compressed: false)
    let (name, other) = (Array("abcdefghijk.npy".utf8), Array("xl/workbook.xml".utf8))
    var workbook = try folder.read("book.npz")
    for place in 0...workbook.count - name.count
    where workbook[place..<place + name.count].elementsEqual(name) {
      workbook.replaceSubrange(place..<place + name.count, with: other)
    }
    let refused = failure(workbook)
    #expect(refused?.message == "is a workbook of a spreadsheet")
    #expect(refused?.remedy == "save the sheet as CSV")
    // A directory that claims 65,534 entries and has no bytes.
    var claiming = empty
    for place in [8, 10] { claiming.replaceSubrange(place..<place + 2, with: [0xfe, 0xff]) }
    #expect(failure(claiming)?.code == .invalidData)
  }
}
