// SPDX-License-Identifier: Apache-2.0

/// Paths of what lies in a folder.
enum FolderPath {
  /// The path of a name in a folder.
  static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
