// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// A data set that the library knows by its name: inside of the library, or files to be fetched.
package struct NamedDataset: Sendable {
  private enum Source: Sendable {
    case embedded(@Sendable () throws(SoftmaxError) -> DatasetSplit)
    case remote(RemoteDataset)
  }

  /// The name on the command line.
  package let name: String
  private let source: Source

  /// A data set inside of the library.
  private init(
    _ name: String, _ load: @escaping @Sendable () throws(SoftmaxError) -> DatasetSplit
  ) {
    self.name = name
    source = .embedded(load)
  }

  /// A data set of files.
  private init(_ remote: RemoteDataset) {
    name = remote.name
    source = .remote(remote)
  }

  /// The registry: every data set with a name.
  ///
  /// References, the command's `data` and its help follow from it.
  package static let all = [
    NamedDataset("digits", Digits.load),
    NamedDataset("iris", Iris.load),
    NamedDataset("breast-cancer", BreastCancer.load),
    NamedDataset(.fashionMNIST),
    NamedDataset(.mnist),
  ]

  /// The data set of a name.
  ///
  /// - Throws: `notFound` with the names that there are.
  package static func named(_ name: String) throws(SoftmaxError) -> NamedDataset {
    guard let dataset = all.first(where: { $0.name == name }) else {
      throw SoftmaxError(
        .notFound, "there is no data set \(name.debugDescription)",
        remedy: "use one of \(all.map(\.name).joined(separator: ", "))")
    }
    return dataset
  }

  /// What is fetched and found in folders; nil for a data set inside of the library.
  package var remote: RemoteDataset? {
    if case .remote(let remote) = source { remote } else { nil }
  }

  /// Loads the data set, and fetches it first if it is nowhere to be found.
  func load(
    directory: String?, cache: DataCache, progress: DownloadProgress?
  ) throws(SoftmaxError) -> DatasetSplit {
    switch source {
    case .embedded(let load): try load()
    case .remote(let remote):
      try remote.load(directory: directory, cache: cache, progress: progress)
    }
  }
}
