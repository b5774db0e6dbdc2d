// SPDX-License-Identifier: Apache-2.0

/// Operations on paths as texts.
enum FolderPath {
  /// Returns the last component of a path.
  static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Returns the path of the file or folder with a name in a folder.
  static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
