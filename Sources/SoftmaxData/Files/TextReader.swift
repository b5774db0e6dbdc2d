// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A reader that delivers a text as UTF-8, whatever its encoding is (``TextEncoding``).
///
/// Bytes of UTF-8 are delivered as they are, damaged or not. What another encoding cannot hold, such as half of a pair
/// of UTF-16, is delivered as the byte ff, which is in no text of UTF-8: who reads it finds the error where it stands.
final class TextReader {
  /// The encoding of the file.
  let encoding: TextEncoding
  /// Whether the text begins as JSON lines, which are never Windows-1252 (RFC 8259, section 8.1).
  let isOfObjects: Bool
  /// The number of bytes of UTF-8 that were delivered.
  private(set) var offset = 0

  /// The number of bytes that the encoding is found from.
  private static let sampleByteCount = 1 << 18
  private static let damage: UInt8 = 0xff

  private let reader: UnpackingReader
  // Bytes of UTF-8 that were not delivered yet.
  private var pending: ArraySlice<UInt8>
  private var isAtEnd: Bool
  // The first byte of a unit of UTF-16 whose second one was not read yet, and the first unit of a pair.
  private var half: UInt8?
  private var lead: UInt16?

  /// Takes ownership of a reader and reads the first bytes.
  ///
  /// - Throws: `unsupported` for UTF-32; the errors of the reader.
  init(_ reader: UnpackingReader) throws(SoftmaxError) {
    self.reader = reader
    let start = try reader.read(Self.sampleByteCount)
    guard !start.starts(with: [0xff, 0xfe, 0, 0]), !start.starts(with: [0, 0, 0xfe, 0xff]) else {
      throw SoftmaxError(
        .unsupported, "is text of UTF-32, expected UTF-8 or UTF-16",
        remedy: "save it again as UTF-8",
        at: reader.location(0))
    }
    isAtEnd = start.count < Self.sampleByteCount
    isOfObjects = JSONColumns.areBegun(by: TextEncoding.characters(of: start))
    let found = TextEncoding(of: start, isWhole: isAtEnd)
    encoding = isOfObjects && found == .windows1252 ? .utf8 : found
    pending = []
    switch encoding {
    case .utf8: pending = start[...]
    case .windows1252: take(start[...])
    // The byte order mark is no part of the text.
    case .utf16LittleEndian, .utf16BigEndian: take(start.dropFirst(2))
    }
  }

  /// The path of the file, for errors.
  var path: String { reader.path }

  /// Returns a location in the file for errors; with nil, the file as a whole.
  func location(_ offset: Int?) -> SoftmaxError.Location { reader.location(offset) }

  /// Returns the next bytes of UTF-8, fewer than `count` only at the end.
  func read(_ count: Int) throws(SoftmaxError) -> [UInt8] {
    var bytes: [UInt8]
    if encoding == .utf8, pending.isEmpty {
      bytes = isAtEnd ? [] : try reader.read(count)
    } else if encoding == .utf8 {
      bytes = Array(pending.prefix(count))
      pending = pending.dropFirst(bytes.count)
      if bytes.count < count, !isAtEnd { bytes += try reader.read(count - bytes.count) }
    } else {
      while pending.count < count, !isAtEnd {
        let next = try reader.read(Self.sampleByteCount)
        isAtEnd = next.count < Self.sampleByteCount
        take(next[...])
      }
      bytes = Array(pending.prefix(count))
      pending = pending.dropFirst(bytes.count)
    }
    offset += bytes.count
    return bytes
  }

  // Appends bytes of the file to those that are pending.
  private func take(_ bytes: ArraySlice<UInt8>) {
    var text: [UInt8] = []
    text.reserveCapacity(pending.count + bytes.count * 3 / 2)
    text += pending
    if encoding == .windows1252 {
      for byte in bytes { append(Windows1252.character(of: byte), to: &text) }
    } else {
      for byte in bytes {
        guard let first = half else {
          half = byte
          continue
        }
        half = nil
        let (low, high) = encoding == .utf16LittleEndian ? (first, byte) : (byte, first)
        take(unit: UInt16(high) << 8 | UInt16(low), to: &text)
      }
      if isAtEnd, half != nil || lead != nil {
        text.append(Self.damage)
        (half, lead) = (nil, nil)
      }
    }
    pending = text[...]
  }

  // Two units of UTF-16 form a character if the first is one of d800 to dbff and the second one of dc00 to dfff.
  private func take(unit: UInt16, to text: inout [UInt8]) {
    let isTrail = unit & 0xfc00 == 0xdc00
    if let first = lead {
      lead = nil
      if isTrail {
        append(
          Unicode.Scalar(0x10000 + UInt32(first & 0x3ff) << 10 + UInt32(unit & 0x3ff)), to: &text)
        return
      }
      text.append(Self.damage)
    }
    if unit & 0xfc00 == 0xd800 {
      lead = unit
    } else {
      append(Unicode.Scalar(unit), to: &text)
    }
  }

  private func append(_ character: Unicode.Scalar?, to text: inout [UInt8]) {
    guard let character else { return text.append(Self.damage) }
    if character.isASCII {
      text.append(UInt8(character.value))
    } else {
      text += character.utf8
    }
  }
}
