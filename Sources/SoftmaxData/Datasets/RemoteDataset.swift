// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A data set of IDX files that lies in one of several places, or else on mirrors.
///
/// The files are looked for, in this order:
/// 1. in the folder given, and nowhere else if one is given;
/// 2. in the cache, by default the user's: `$XDG_CACHE_HOME/softmax/NAME`, which is
///    `~/.cache/softmax/NAME` unless set otherwise, on Apple's systems `~/Library/Caches/softmax/NAME`;
/// 3. where a package of the system puts them;
///
/// or else fetched into the cache. Under 1 they may lie in a folder of the data set's name within, which
/// is looked at first. Mirrors need not be trusted: what arrives is checked against SHA-256.
///
/// ```swift
/// let fashion = try RemoteDataset.fashionMNIST.load()
/// print(fashion.training.count)                                   // 60000
/// print(fashion.training.classNames[fashion.training.labels[0]])  // Ankle boot
/// ```
public struct RemoteDataset: Sendable {
  /// The name on the command line and of the folder, such as `fashion-mnist`.
  public let name: String
  /// What its makers call it.
  let title: String
  /// The names of the classes, by label.
  public let classNames: [String]
  /// Where its files are, tried in this order.
  public let mirrors: [String]
  /// The files as the mirrors have them.
  package let files: [RemoteFile]
  /// Where a package of the system puts the files; nil for none.
  package var packageFolder: String?
  /// The name of that package.
  var packageName: String?
  /// Whether what was loaded is this data set: several have files of the same names and shapes.
  let isThis: @Sendable (DatasetSplit) -> Bool

  /// Loads the data set, and fetches it first if it is nowhere to be found.
  ///
  /// Unpacked copies of the images are kept for the next time, as ``IDXFolder`` says.
  ///
  /// - Parameters:
  ///   - directory: where the files are, instead of the usual places.
  ///   - cache: where fetched files and unpacked copies are kept.
  ///   - mirrors: where to fetch the files, instead of ``mirrors``.
  ///   - progress: told about each piece of a file that arrives.
  /// - Throws: `notFound` if `directory` does not hold the files; `networkFailure`,
  ///   `checksumMismatch` or `ioFailure` if they could not be fetched; `checksumMismatch` if the
  ///   files found are of another data set of the same form; `invalidData` if they are damaged.
  public func load(
    directory: String? = nil, cache: DataCache = .user, mirrors: [String]? = nil,
    progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    let folder: String
    if let found = try locate(directory: directory, cache: cache) {
      folder = found
    } else {
      folder = try fetch(cache: cache, mirrors: mirrors, progress: progress)
    }
    let split = try IDXFolder.load(folder, name: name, classNames: classNames, cache: cache)
    guard isThis(split) else {
      throw SoftmaxError(
        .checksumMismatch, "holds a data set of the same form that is not \(title)",
        remedy: "name the folder itself as the data to use it as it is",
        at: .file(path: folder, offset: nil))
    }
    return split
  }

  /// The folder that holds all files, or nil if none of the usual places does.
  ///
  /// Nothing is fetched.
  ///
  /// - Parameters:
  ///   - directory: where the files are, instead of the usual places.
  ///   - cache: where fetched files are kept.
  /// - Throws: `notFound` if `directory` is given and does not hold the files.
  public func locate(
    directory: String? = nil, cache: DataCache = .user
  ) throws(SoftmaxError) -> String? {
    guard let directory else {
      return [cache.folder(of: name), packageFolder].compactMap(\.self)
        .first(where: IDXFolder.isComplete)
    }
    // In this order, so that one folder can hold this data set and, within, others of the same form.
    let places = [FolderPath.join(directory, name), directory]
    if let found = places.first(where: IDXFolder.isComplete) { return found }
    // What a user names is not passed over in silence.
    throw SoftmaxError(
      .notFound,
      "holds no \(files.map(\.name).joined(separator: ", ")), with or without .gz, "
        + "neither itself nor in a folder \(name)",
      remedy:
        "name the folder that does (directory, --data-dir or SOFTMAX_DATA), or none, to look in "
        + "the usual places",
      at: .file(path: directory, offset: nil))
  }

  /// Fetches the files that are missing into a folder, by default the cache's.
  ///
  /// ```swift
  /// let folder = try RemoteDataset.mnist.fetch { file, received, total in
  ///   showProgress("\(file): \(received) of \(total) bytes")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - directory: the folder for the files themselves; made if it is missing.
  ///   - cache: where fetched files are kept without such a folder.
  ///   - mirrors: where to fetch the files, instead of ``mirrors``.
  ///   - progress: told about each piece of a file that arrives.
  /// - Returns: the folder that holds the files.
  /// - Throws: `networkFailure` or `checksumMismatch` listing what was tried; `ioFailure` if the
  ///   folder cannot be written; `notFound` if there is no cache.
  @discardableResult
  public func fetch(
    to directory: String? = nil, cache: DataCache = .user, mirrors: [String]? = nil,
    progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> String {
    guard let folder = directory ?? cache.folder(of: name) else {
      throw SoftmaxError(
        .notFound, "\(name) is not here, and there is no cache to fetch it into",
        remedy: "name a folder for the files, or for the cache")
    }
    do throws(SoftmaxError) {
      try Downloader(mirrors: mirrors ?? self.mirrors)
        .fetch(files, into: folder, progress: progress)
    } catch {
      let package = packageName.map { "install the package \($0) (Debian, Ubuntu), or " } ?? ""
      throw SoftmaxError(
        error.code, error.message,
        remedy: package + "put the four files into a folder and name it with --data-dir or "
          + "SOFTMAX_DATA",
        at: error.location, cause: error.cause)
    }
    return folder
  }
}
