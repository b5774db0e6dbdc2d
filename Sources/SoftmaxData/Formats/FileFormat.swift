// SPDX-License-Identifier: Apache-2.0

/// What a single file holds, told by its first bytes.
package enum FileFormat {
  /// An array of numbers, such as images.
  case idx
  /// A model.
  case model
  /// Text, and so a table of comma-separated values; also what cannot be read.
  case table

  /// Looks at a file, unpacked if it is gzipped.
  package init(_ path: String) {
    guard FileKind(path) == .regular,
      let bytes = try? UnpackingReader(ByteSource(path: path)).read(9)
    else {
      self = .table
      return
    }
    if bytes.count >= 4, bytes.starts(with: [0, 0]), (0x08...0x0e).contains(bytes[2]) {
      self = .idx
    } else if bytes.contains(0) {
      // A model begins with a length in eight bytes, of which the last are always zero.
      self = .model
    } else {
      self = .table
    }
  }
}
