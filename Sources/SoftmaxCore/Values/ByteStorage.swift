// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Bytes that are never changed: an array, or a part of a file that is mapped into memory.
///
/// Equal bytes are equal and hash alike, wherever they lie.
package struct ByteStorage: Sendable {
  private enum Place {
    case array([UInt8])
    case mapping(MappedBytes)
  }

  private let place: Place

  /// The bytes of an array.
  package init(_ bytes: [UInt8]) { place = .array(bytes) }

  /// The bytes of a file, used in place.
  package init(_ bytes: MappedBytes) { place = .mapping(bytes) }

  /// The number of bytes.
  package var count: Int {
    switch place {
    case .array(let bytes): bytes.count
    case .mapping(let bytes): bytes.count
    }
  }

  /// The bytes as an array: a copy where they are a part of a file.
  package var array: [UInt8] {
    switch place {
    case .array(let bytes): bytes
    case .mapping(let bytes): unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
  }

  /// Calls `body` with the bytes, which must not be used after it returned.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch place {
    case .array(let bytes): try unsafe bytes.withUnsafeBytes(body)
    case .mapping(let bytes): try unsafe bytes.withUnsafeBytes(body)
    }
  }
}

extension ByteStorage: Hashable {
  package static func == (left: ByteStorage, right: ByteStorage) -> Bool {
    switch (left.place, right.place) {
    // Arrays look first whether they are one and the same.
    case (.array(let left), .array(let right)): left == right
    case (.mapping(let left), .mapping(let right)) where left === right: true
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
