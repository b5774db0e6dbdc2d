// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A data set of IDX files that are searched in several folders and fetched from mirrors if none has
/// them.
///
/// The files are searched in this order:
/// 1. in the given folder; no other folder is searched, and nothing is fetched;
/// 2. without a given folder, in the cache, by default the user's: `$XDG_CACHE_HOME/softmax/NAME`, which
///    is `~/.cache/softmax/NAME` unless the variable is set, or `~/Library/Caches/softmax/NAME` on
///    Apple's systems;
/// 3. in the folder of the system's package of the data set.
///
/// If no folder has the files, they are fetched into the cache. In a given folder, a subfolder with the
/// data set's name is searched first. Mirrors need not be trusted, because the SHA-256 of each fetched
/// file is verified.
///
/// ```swift
/// let fashion = try RemoteDataset.fashionMNIST.load()
/// print(fashion.training.count)                                   // 60000
/// print(fashion.training.classNames[fashion.training.labels[0]])  // Ankle boot
/// ```
public struct RemoteDataset: Sendable {
  /// The name on the command line and of the folder, such as `fashion-mnist`.
  public let name: String
  /// The official name of the data set.
  let title: String
  /// The names of the classes, by label.
  public let classNames: [String]
  /// The addresses of the folders from which the files are fetched, tried in this order.
  public let mirrors: [String]
  /// The files on the mirrors.
  package let files: [RemoteFile]
  /// The folder into which a package of the system installs the files; nil if there is no such package.
  package var packageFolder: String?
  /// The name of the system's package; nil if there is none.
  var packageName: String?
  /// Returns whether loaded data are this data set.
  ///
  /// Several data sets have files with the same names and shapes.
  let isThis: @Sendable (DatasetSplit) -> Bool

  /// Loads the data set, and fetches it first if it is not found.
  ///
  /// Decompressed copies of the images are stored for the next load; see ``IDXFolder``.
  ///
  /// - Parameters:
  ///   - directory: the only folder to search; nil for the default folders.
  ///   - cache: the cache for fetched files and decompressed copies.
  ///   - mirrors: the addresses from which to fetch the files; nil for those of the data set.
  ///   - progress: called whenever bytes of a file arrive.
  /// - Throws: `notFound` if `directory` does not hold the files; `networkFailure`, `checksumMismatch` or
  ///   `ioFailure` if they could not be fetched; `checksumMismatch` if the files found are of another
  ///   data set of the same form; `invalidData` if they are damaged.
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

  /// Returns the folder that holds all files; nil if none of the default folders does.
  ///
  /// It does not fetch files.
  ///
  /// - Parameters:
  ///   - directory: the only folder to search; nil for the default folders.
  ///   - cache: the cache for fetched files.
  /// - Throws: `notFound` if `directory` is given and does not hold the files.
  public func locate(
    directory: String? = nil, cache: DataCache = .user
  ) throws(SoftmaxError) -> String? {
    guard let directory else {
      return [cache.folder(of: name), packageFolder].compactMap(\.self)
        .first(where: IDXFolder.isComplete)
    }
    // The subfolder comes first, so that a folder can hold this data set and, in subfolders, others of
    // the same form.
    let places = [folder(in: directory), directory]
    if let found = places.first(where: IDXFolder.isComplete) { return found }
    // A folder that the user has named must not be ignored silently.
    throw SoftmaxError(
      .notFound,
      "holds no \(files.map(\.name).joined(separator: ", ")), with or without .gz, "
        + "neither itself nor in a folder \(name)",
      remedy:
        "name the folder that does (directory, --data-dir or SOFTMAX_DATA), or none, to look in "
        + "the usual places",
      at: .file(path: directory, offset: nil))
  }

  /// Returns the subfolder with the data set's name, which is searched first.
  package func folder(in directory: String) -> String { FolderPath.join(directory, name) }

  /// Fetches the missing files into a folder, by default that of the cache.
  ///
  /// ```swift
  /// let folder = try RemoteDataset.mnist.fetch { file, received, total in
  ///   showProgress("\(file): \(received) of \(total) bytes")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - directory: the folder for the files, created if it does not exist; nil for that of the cache.
  ///   - cache: the cache for fetched files.
  ///   - mirrors: the addresses from which to fetch the files; nil for those of the data set.
  ///   - progress: called whenever bytes of a file arrive.
  /// - Returns: the folder that holds the files.
  /// - Throws: `networkFailure` or `checksumMismatch` with the failures of all mirrors; `ioFailure` if the
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
