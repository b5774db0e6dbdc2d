// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Immutable bytes: an array, or a part of a file that is mapped into memory.
///
/// Copies and slices share the memory. Two storages are equal if their bytes are equal, wherever they are
/// stored. Comparing and hashing are O(n) in general.
package struct ByteStorage: Sendable {
  private enum Place {
    case array([UInt8])
    case mapping(MappedBytes)
  }

  private let place: Place
  private let range: Range<Int>

  private init(_ place: Place, _ range: Range<Int>) {
    self.place = place
    self.range = range
  }

  /// Creates a storage of the bytes of an array.
  package init(_ bytes: [UInt8]) { self.init(.array(bytes), 0..<bytes.count) }

  /// Creates a storage of the bytes of a mapped file, without copying them.
  package init(_ bytes: MappedBytes) { self.init(.mapping(bytes), 0..<bytes.count) }

  /// The number of bytes.
  package var count: Int { range.count }

  /// A slice of the bytes, which shares their memory.
  ///
  /// - Precondition: The range, counted from 0, lies within the bytes.
  package subscript(part: Range<Int>) -> ByteStorage {
    precondition(
      part.lowerBound >= 0 && part.upperBound <= count,
      "the bytes \(part) lie outside of \(count) bytes")
    return ByteStorage(
      place, range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
  }

  /// The bytes as an array.
  ///
  /// It is a copy unless the storage consists of a whole array.
  package var array: [UInt8] {
    if case .array(let bytes) = place, range == bytes.indices { return bytes }
    return unsafe withUnsafeBytes { unsafe Array($0) }
  }

  /// Calls `body` with the bytes, which must not be used after it has returned.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch place {
    case .array(let bytes):
      try unsafe bytes.withUnsafeBytes {
        try unsafe body(UnsafeRawBufferPointer(rebasing: $0[range]))
      }
    case .mapping(let bytes):
      try unsafe bytes.withUnsafeBytes {
        try unsafe body(UnsafeRawBufferPointer(rebasing: $0[range]))
      }
    }
  }
}

extension ByteStorage: Hashable {
  package static func == (left: ByteStorage, right: ByteStorage) -> Bool {
    switch (left.place, right.place) {
    // Array comparison is O(1) if both arrays share the same memory.
    case (.array(let first), .array(let second))
    where left.range == first.indices && right.range == second.indices:
      first == second
    case (.mapping(let first), .mapping(let second))
    where first === second && left.range == right.range:
      true
    default:
      unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
          guard left.count == right.count else { return false }
          guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
            return true
          }
          return unsafe memcmp(leftBase, rightBase, left.count) == 0
        }
      }
    }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}
