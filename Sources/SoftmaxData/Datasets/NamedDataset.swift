// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// A data set with a name: either embedded in the library or loaded from files.
package struct NamedDataset: Sendable {
  private enum Source: Sendable {
    case embedded(@Sendable () throws(SoftmaxError) -> DatasetSplit)
    case remote(RemoteDataset)
  }

  /// The name on the command line.
  package let name: String
  private let source: Source

  /// Creates a data set that is embedded in the library.
  private init(
    _ name: String, _ load: @escaping @Sendable () throws(SoftmaxError) -> DatasetSplit
  ) {
    self.name = name
    source = .embedded(load)
  }

  /// Creates a data set that is loaded from files.
  private init(_ remote: RemoteDataset) {
    name = remote.name
    source = .remote(remote)
  }

  /// The registry of all data sets with a name.
  ///
  /// Data set references, the command `data` and its help are derived from it.
  package static let all = [
    NamedDataset("digits", Digits.load),
    NamedDataset("iris", Iris.load),
    NamedDataset("breast-cancer", BreastCancer.load),
    NamedDataset(.fashionMNIST),
    NamedDataset(.mnist),
  ]

  /// Returns the data set with a name.
  ///
  /// - Throws: `notFound` with the names of all data sets.
  package static func named(_ name: String) throws(SoftmaxError) -> NamedDataset {
    guard let dataset = all.first(where: { $0.name == name }) else {
      throw unknown(name, "is no data set")
    }
    return dataset
  }

  /// Returns the error for a text that names no data set, with all names and the most similar one.
  static func unknown(_ text: String, _ problem: String) -> SoftmaxError {
    let names = all.map(\.name)
    let name = text.split(separator: ":").first.map(String.init) ?? text
    return SoftmaxError(
      .notFound,
      "\(text.debugDescription) \(problem); the data sets are \(names.joined(separator: ", "))",
      remedy: Spelling.nearest(to: name, among: names).map { "did you mean \($0)?" })
  }

  /// The data set of files; nil for a data set that is embedded in the library.
  package var remote: RemoteDataset? {
    if case .remote(let remote) = source { remote } else { nil }
  }

  /// Loads the data set, and fetches it first if it is not found.
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
