// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// Tables in other encodings than UTF-8 are read as the same tables.
@Suite struct TextReaderTests {
  private static let text = "größe,art\r\n1,Ã für 10 €\r\n2,Łódź 很好 😀\r\n"

  private func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
    (isBigEndian ? [0xfe, 0xff] : [0xff, 0xfe])
      + text.utf16.flatMap { unit in
        let (low, high) = (UInt8(unit & 0xff), UInt8(unit >> 8))
        return isBigEndian ? [high, low] : [low, high]
      }
  }

  private func reader(_ bytes: [UInt8]) throws(SoftmaxError) -> TextReader {
    try TextReader(UnpackingReader(ByteSource(bytes: bytes, name: "table.csv")))
  }

  private func bytes(_ reader: TextReader, chunkByteCount: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let next = try reader.read(chunkByteCount)
      bytes += next
      #expect(reader.offset == bytes.count)
      if next.count < chunkByteCount { return bytes }
    }
  }

  @Test(arguments: [1, 3, 7, 1 << 18, 1 << 20])
  func aTextOfUTF16IsTheSameInUTF8(chunkByteCount: Int) throws {
    // Longer than the first bytes, whose end stands within a pair.
    let long = Self.text + String(repeating: "é😀", count: chunkByteCount < 100 ? 9 : 60_001)
    for text in ["", Self.text, long] {
      for isBigEndian in [false, true] {
        let reader = try reader(utf16(text, isBigEndian: isBigEndian))
        #expect(reader.encoding == (isBigEndian ? .utf16BigEndian : .utf16LittleEndian))
        #expect(try bytes(reader, chunkByteCount: chunkByteCount) == Array(text.utf8))
      }
    }
  }

  @Test func whatIsNoPairOfUTF16IsDamageWhereItStands() throws {
    // A first half without a second, a second without a first, halves at the end.
    for (units, expected) in [
      ([0xd83d, 0x61], [0xff, 0x61]), ([0xde00, 0x61], [0xff, 0x61]),
      ([0x61, 0xd83d], [0x61, 0xff]),
      ([0xd83d, 0xd83d, 0xde00], [0xff, 0xf0, 0x9f, 0x98, 0x80]),
    ] as [([UInt16], [UInt8])] {
      let bytes: [UInt8] =
        [0xff, 0xfe] + units.flatMap { unit -> [UInt8] in [UInt8(unit & 0xff), UInt8(unit >> 8)] }
      #expect(try reader(bytes).read(9) == expected)
    }
    #expect(try reader([0xff, 0xfe, 0x61, 0, 0x62]).read(9) == [0x61, 0xff])
    let damaged = utf16("a,b\n1,x\n2,", isBigEndian: false) + [0x3d, 0xd8]
    let error = #expect(throws: SoftmaxError.self) {
      try CSVTable.decode(damaged, name: "table.csv").dataset()
    }
    #expect(error?.message == "the class in \"b\" is no text of UTF-8")
    #expect(error?.location == .cell(path: "table.csv", line: 3, column: 2))
  }

  @Test func aTextThatIsNoUTF8IsTakenForWindows1252() throws {
    // Of each kind: Latin-1, the marks that Windows adds, bytes that have no character there.
    for (bytes, text) in [
      ([0x67, 0x72, 0xf6, 0xdf, 0x65], "größe"), ([0x80, 0x35, 0x93, 0x94, 0x9f], "€5“”Ÿ"),
      ([0xff], "ÿ"), ([0xe4], "ä"),
    ] as [([UInt8], String)] {
      let reader = try reader(bytes)
      #expect(reader.encoding == .windows1252)
      #expect(try self.bytes(reader, chunkByteCount: 2) == Array(text.utf8))
    }
    for bytes in [[0x81], [0xe4, 0x8d], [0xe4, 0x01], [0xef, 0xbb, 0xbf, 0xe4]] as [[UInt8]] {
      #expect(try reader(bytes).encoding == .utf8)
      #expect(try reader(bytes).read(9) == bytes)
    }
  }

  @Test func aDamagedTextOfUTF8StaysOne() throws {
    let damaged = Array(Self.text.utf8) + [0xe4]
    #expect(try reader(damaged).encoding == .utf8)
    // Of Latin-1, a few pairs of characters look like one of UTF-8 by chance.
    let latin = [UInt8](repeating: 0xe4, count: 11) + [0x20, 0xc3, 0xa4]
    #expect(try reader(latin).encoding == .windows1252)
    // A byte behind the first ones.
    let late = [UInt8](repeating: 0x61, count: 1 << 18) + [0xe4]
    #expect(try bytes(reader(late), chunkByteCount: 1 << 18) == late)
  }

  @Test func theEndOfTheFirstBytesIsNoDamage() throws {
    for cut in 1...3 {
      let text = Array(String(repeating: "x", count: (1 << 18) - cut).utf8) + Array("😀".utf8)
      #expect(try reader(text).encoding == .utf8)
    }
  }

  @Test func aTableSaysItsEncodingUnlessItIsUTF8() throws {
    let lines = "größe\tart\n1,5\taß\n2,5\tb\n3,25\tb\n"
    let tables: [([UInt8], String)] = [
      (Array(lines.utf8), "read as tab, decimal comma"),
      ([0xef, 0xbb, 0xbf] + Array(lines.utf8), "read as tab, decimal comma"),
      (utf16(lines, isBigEndian: false), "read as tab, UTF-16, decimal comma"),
      (utf16(lines, isBigEndian: true), "read as tab, UTF-16 (big-endian), decimal comma"),
      (lines.unicodeScalars.map { UInt8($0.value) }, "read as tab, Windows-1252, decimal comma"),
    ]
    for (bytes, note) in tables {
      for bytes in [bytes, try Fixtures.gzip(bytes)] {
        let table = try CSVTable.decode(bytes, name: "table.csv")
        #expect(table.note.hasPrefix(note), "\(table.note)")
        #expect(table.table.columnNames == ["größe", "art"])
        #expect(table.labels == ["aß", "b", "b"])
      }
    }
  }

  @Test func textOfUTF32IsRefused() throws {
    for bytes in [[0xff, 0xfe, 0, 0, 0x61, 0, 0, 0], [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]] as [[UInt8]]
    {
      let error = #expect(throws: SoftmaxError.self) { try self.reader(bytes) }
      #expect(error?.code == .unsupported && error?.message.contains("UTF-32") == true)
    }
  }
}
