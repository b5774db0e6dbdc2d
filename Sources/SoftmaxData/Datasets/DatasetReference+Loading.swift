// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension DatasetReference {
  /// Loads the data set, all parts of it; a built-in one is fetched if it is nowhere to be found.
  ///
  /// - Parameters:
  ///   - dataDirectory: where a data set that is fetched lies, instead of the usual places.
  ///   - table: how to read a table.
  ///   - cache: where fetched files and unpacked copies are kept.
  ///   - progress: told about each piece of a file that has to be fetched.
  /// - Throws: as ``FashionMNIST/load(directory:cache:mirrors:progress:)``,
  ///   ``IDXFolder/load(_:name:classNames:maximumByteCount:cache:)`` and
  ///   ``CSVTable/read(_:as:maximumByteCount:)``.
  public func load(
    dataDirectory: String? = nil, table: CSVFormat = CSVFormat(),
    cache: DataCache = .user, progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    switch source {
    case .builtIn("digits"): return try Digits.load()
    case .builtIn("iris"): return try Iris.load()
    case .builtIn("breast-cancer"): return try BreastCancer.load()
    case .builtIn(FashionMNIST.name):
      return try FashionMNIST.load(
        directory: dataDirectory, cache: cache, progress: progress)
    case .builtIn(MNIST.name):
      return try MNIST.load(
        directory: dataDirectory, cache: cache, progress: progress)
    case .builtIn(let name):
      throw SoftmaxError(
        .notFound,
        "there is no data set \(name.debugDescription), only "
          + Self.builtInNames.joined(separator: ", "))
    case .folder(let path):
      guard FileKind(path) != .regular else {
        throw SoftmaxError(
          .unsupported, "is a file, expected a folder of IDX files",
          remedy: "name the folder that holds it", at: .file(path: path, offset: nil))
      }
      return try IDXFolder.load(path, cache: cache)
    case .file(let path):
      guard FileFormat(path) != .idx else {
        throw SoftmaxError(
          .unsupported, "is a single IDX file, expected a folder of them or a table",
          remedy: "name the folder that holds it", at: .file(path: path, offset: nil))
      }
      let table = try CSVTable.read(path, as: table)
      return DatasetSplit(
        name: PipedBytes.name(path.split(separator: "/").last.map(String.init) ?? path),
        training: try table.dataset(), note: table.note, warnings: table.warnings)
    }
  }

  /// The samples that the reference names: a part, or one row of it.
  ///
  /// - Parameters:
  ///   - split: what ``load(dataDirectory:table:cache:progress:)`` gave.
  ///   - default: the part that a reference without one stands for; if it is the test part and
  ///     there is none, the training part is not taken in its place.
  /// - Throws: `notFound` if the data set has no such part, or the part no such row.
  public func part(
    of split: DatasetSplit, default: Part
  ) throws(SoftmaxError) -> LabeledDataset {
    let wanted: Part
    switch (source, part) {
    case (.file(let path), let part?):
      throw SoftmaxError(
        .invalidArgument, "a file has no parts", remedy: "leave :\(part.rawValue) out",
        at: .file(path: path, offset: nil))
    case (.file, nil): wanted = .training
    default: wanted = part ?? `default`
    }
    guard let samples = wanted == .training ? split.training : split.test else {
      throw SoftmaxError(
        .notFound, "\(split.name) has no test part",
        remedy: "name its training part, \(split.name):train, or other data")
    }
    guard let row else { return samples }
    let named = if case .file = source { "" } else { ":" + wanted.rawValue }
    guard row >= 0, row < samples.count else {
      throw SoftmaxError(
        .notFound,
        "there is no row \(row) in \(split.name)\(named), only rows 0...\(samples.count - 1)")
    }
    return samples.selecting(rows: [row])
  }
}
