// SPDX-License-Identifier: Apache-2.0

/// A file on a mirror, and how to recognise it.
///
/// Mirrors need not be trusted, nor the way to them: a file of another size or
/// another digest is refused.
package struct RemoteFile: Hashable, Sendable {
  /// The name on the mirror and in the folder.
  package let name: String
  /// The size in bytes.
  package let byteCount: Int
  /// The SHA-256 in lower-case hexadecimal.
  package let sha256: String

  /// Describes a file.
  package init(name: String, byteCount: Int, sha256: String) {
    self.name = name
    self.byteCount = byteCount
    self.sha256 = sha256
  }
}
