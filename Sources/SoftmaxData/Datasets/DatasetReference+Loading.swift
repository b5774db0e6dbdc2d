// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension DatasetReference {
  /// Loads both parts of the data set; a built-in data set is fetched if it is not found.
  ///
  /// - Parameters:
  ///   - dataDirectory: the only folder to search for a built-in data set of files; nil for the default
  ///     folders.
  ///   - table: the format of a table.
  ///   - arrays: the arrays of an NPZ or NPY file that hold features and labels.
  ///   - sparse: the columns of an svmlight file.
  ///   - pictures: the shape of pictures.
  ///   - cache: the cache for fetched files and decompressed copies.
  ///   - progress: called whenever bytes of a fetched file arrive.
  /// - Throws: the errors of ``RemoteDataset/load(directory:cache:mirrors:progress:)``,
  ///   ``IDXFolder/load(_:name:classNames:maximumByteCount:cache:)``,
  ///   ``CSVTable/read(_:as:maximumByteCount:)-(String,_,_)`` and ``NPZArchive/array(_:)``; `invalidArgument` if
  ///   arrays are chosen for data that are not NPZ or NPY files.
  public func load(
    dataDirectory: String? = nil, table: CSVFormat = CSVFormat(),
    arrays: ArrayChoice = ArrayChoice(), sparse: SVMLightFormat = SVMLightFormat(),
    pictures: PictureFormat = PictureFormat(), cache: DataCache = .user,
    progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    try load(
      dataDirectory: dataDirectory,
      options: ReadingOptions(
        table: table, arrays: arrays, sparse: sparse, pictures: pictures, cache: cache),
      progress: progress)
  }

  /// Loads both parts of the data set like the public method.
  ///
  /// - Parameter file: the file of the reference, if it is open already.
  package func load(
    dataDirectory: String?, options: ReadingOptions, file: DataFile? = nil,
    progress: DownloadProgress?
  ) throws(SoftmaxError) -> DatasetSplit {
    func dataset(at paths: [String]) throws(SoftmaxError) -> DatasetSplit {
      let file = if let file { file } else { try DataFile(tableIn: paths) }
      return try FileFormats.format(of: file).dataset(file, options: options)
    }
    switch source {
    case .builtIn(let name):
      try options.arrays.validateIsEmpty(of: name)
      return try NamedDataset.named(name).load(
        directory: dataDirectory, cache: options.cache, progress: progress)
    case .folder(let path):
      guard let kind = FileKind(path) else {
        throw SoftmaxError(
          .notFound, "there is no such folder", remedy: "name the folder that holds the files",
          at: .file(path: path, offset: nil))
      }
      guard kind == .folder else {
        throw SoftmaxError(
          .unsupported, "is a file, expected a folder of IDX files or pictures",
          remedy: "name the folder that holds it", at: .file(path: path, offset: nil))
      }
      return try dataset(at: [path])
    case .file(let path): return try dataset(at: [path])
    case .tables(let paths): return try dataset(at: paths)
    }
  }

  /// Returns the samples that the reference names: a part of the data set, or one row of it.
  ///
  /// - Parameters:
  ///   - split: the data set, from ``load(dataDirectory:table:arrays:sparse:pictures:cache:progress:)``.
  ///   - default: the part to return if the reference names none. A file or folder without parts always
  ///     returns all of its samples. For other data without a test part, a default of the test part is an error.
  /// - Throws: `notFound` if the data set does not have the part, or the part does not have the row;
  ///   `invalidArgument` if the reference names a part of a file without parts.
  public func part(
    of split: DatasetSplit, default: DatasetSplit.Part
  ) throws(SoftmaxError) -> LabeledDataset {
    let wanted: DatasetSplit.Part
    switch (source, part) {
    case (.file(let path), let part?) where !split.hasParts: throw part.unknown(inFile: path)
    case (.file, nil) where !split.hasParts: wanted = .training
    case (.folder, nil) where !split.hasParts: wanted = .training
    case (.tables(let paths), let part?): throw part.unknown(inFile: paths[0])
    case (.tables, nil): wanted = .training
    default: wanted = part ?? `default`
    }
    guard let samples = split.samples(of: wanted) else {
      // A file of arrays may have a test part without labels.
      let isWithoutLabels = if case .file = source { split.hasParts } else { false }
      throw SoftmaxError(
        .notFound, "\(split.name) has no test part" + (isWithoutLabels ? " with labels" : ""),
        remedy: "name its training part, \(split.name):train, or other data")
    }
    guard let row else { return samples }
    let named = if case .file = source, !split.hasParts { "" } else { ":" + wanted.rawValue }
    guard row >= 0, row < samples.count else {
      throw SoftmaxError(
        .notFound,
        "there is no row \(row) in \(split.name)\(named), only rows 0...\(samples.count - 1)")
    }
    return samples.selecting(rows: [row])
  }
}
