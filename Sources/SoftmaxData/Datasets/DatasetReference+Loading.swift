// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension DatasetReference {
  /// Loads the data set, all parts of it; a built-in one is fetched if it is nowhere to be found.
  ///
  /// - Parameters:
  ///   - dataDirectory: where a data set that is fetched lies, instead of the usual places.
  ///   - table: how to read a table.
  ///   - arrays: which arrays of an NPZ or NPY file hold features and labels.
  ///   - cache: where fetched files and unpacked copies are kept.
  ///   - progress: told about each piece of a file that has to be fetched.
  /// - Throws: as ``RemoteDataset/load(directory:cache:mirrors:progress:)``,
  ///   ``IDXFolder/load(_:name:classNames:maximumByteCount:cache:)``,
  ///   ``CSVTable/read(_:as:maximumByteCount:)`` and ``NPZArchive/array(_:)``; `invalidArgument` where arrays
  ///   are chosen and there are none.
  public func load(
    dataDirectory: String? = nil, table: CSVFormat = CSVFormat(),
    arrays: ArrayChoice = ArrayChoice(),
    cache: DataCache = .user, progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    func dataset(at path: String) throws(SoftmaxError) -> DatasetSplit {
      let file = try DataFile(path)
      return try FileFormats.format(of: file).dataset(
        file, options: ReadingOptions(table: table, arrays: arrays, cache: cache))
    }
    switch source {
    case .builtIn(let name):
      try arrays.validateIsEmpty(of: name)
      return try NamedDataset.named(name).load(
        directory: dataDirectory, cache: cache, progress: progress)
    case .folder(let path):
      guard let kind = FileKind(path) else {
        throw SoftmaxError(
          .notFound, "there is no such folder", remedy: "name the folder that holds the files",
          at: .file(path: path, offset: nil))
      }
      guard kind == .folder else {
        throw SoftmaxError(
          .unsupported, "is a file, expected a folder of IDX files",
          remedy: "name the folder that holds it", at: .file(path: path, offset: nil))
      }
      return try dataset(at: path)
    case .file(let path): return try dataset(at: path)
    }
  }

  /// The samples that the reference names: a part, or one row of it.
  ///
  /// - Parameters:
  ///   - split: what ``load(dataDirectory:table:arrays:cache:progress:)`` gave.
  ///   - default: the part that a reference without one stands for; if it is the test part and
  ///     there is none, the training part is not taken in its place.
  /// - Throws: `notFound` if the data set has no such part, or the part no such row.
  public func part(
    of split: DatasetSplit, default: DatasetSplit.Part
  ) throws(SoftmaxError) -> LabeledDataset {
    let wanted: DatasetSplit.Part
    switch (source, part) {
    case (.file(let path), let part?) where split.test == nil:
      throw SoftmaxError(
        .invalidArgument, "a file has no parts", remedy: "leave :\(part.rawValue) out",
        at: .file(path: path, offset: nil))
    case (.file, nil) where split.test == nil: wanted = .training
    default: wanted = part ?? `default`
    }
    guard let samples = split.samples(of: wanted) else {
      throw SoftmaxError(
        .notFound, "\(split.name) has no test part",
        remedy: "name its training part, \(split.name):train, or other data")
    }
    guard let row else { return samples }
    let named = if case .file = source, split.test == nil { "" } else { ":" + wanted.rawValue }
    guard row >= 0, row < samples.count else {
      throw SoftmaxError(
        .notFound,
        "there is no row \(row) in \(split.name)\(named), only rows 0...\(samples.count - 1)")
    }
    return samples.selecting(rows: [row])
  }
}
