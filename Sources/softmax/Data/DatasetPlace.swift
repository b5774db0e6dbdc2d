// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The location of a data set.
enum DatasetPlace {
  /// The data set is part of the library.
  case library
  case folder(String)
  case file(String)
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
    case .file(let path): self = .file(path)
    }
  }

  /// The path of the folder or file; nil if there is none.
  var path: String? {
    switch self {
    case .folder(let path), .file(let path): path
    case .library, .elsewhere: nil
    }
  }

  var description: String {
    switch self {
    case .library: "in the library itself"
    case .folder(let path): path
    case .file(let path): PipedBytes.name(path)
    case .elsewhere: "not here"
    }
  }
}
