// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The location of a data set.
enum DatasetPlace {
  /// The data set is part of the library.
  case library
  case folder(String)
  case files([String])
  /// The data set is not on this machine, but can be fetched.
  case elsewhere

  /// Locates a data set without fetching it.
  init(of source: DatasetReference.Source, directory: String?) throws(SoftmaxError) {
    switch source {
    case .builtIn(let name):
      guard let remote = try NamedDataset.named(name).remote else {
        self = .library
        return
      }
      let folder = try remote.locate(directory: directory, cache: CommandEnvironment().cache)
      self = folder.map { .folder($0) } ?? .elsewhere
    case .folder(let path): self = .folder(path)
    case .file(let path): self = .files([path])
    case .tables(let paths): self = .files(paths)
    }
  }

  /// The path of the folder or file; nil if there is none, or there are several.
  var path: String? {
    switch self {
    case .folder(let path): path
    case .files(let paths): paths.count == 1 ? paths[0] : nil
    case .library, .elsewhere: nil
    }
  }

  var description: String {
    switch self {
    case .library: "in the library itself"
    case .folder(let path): path
    case .files(let paths): paths.map(PipedBytes.name).joined(separator: ", ")
    case .elsewhere: "not here"
    }
  }
}
