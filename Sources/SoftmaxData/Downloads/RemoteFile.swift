// SPDX-License-Identifier: Apache-2.0

/// A file on a mirror, with its expected size and digest.
///
/// Neither the mirrors nor the connections need to be trusted: a file with another size or digest is
/// rejected.
package struct RemoteFile: Hashable, Sendable {
  /// The name on the mirror and in the folder.
  package let name: String
  /// The size in bytes.
  package let byteCount: Int
  /// The SHA-256 in lower-case hexadecimal.
  package let sha256: String

  /// Creates the description of a file.
  package init(name: String, byteCount: Int, sha256: String) {
    self.name = name
    self.byteCount = byteCount
    self.sha256 = sha256
  }
}
