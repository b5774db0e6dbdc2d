// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A data set of IDX files that lies in one of several places, or else on mirrors.
///
/// The places, in this order: the folder given, and nowhere else if one is given; the cache; where a
/// package of the system puts the files. In a folder that is given the files may lie in a folder of
/// the data set's name within, which is looked at first.
struct RemoteDataset: Sendable {
  /// The name on the command line and of the folder.
  let name: String
  /// The files as the mirrors have them.
  let files: [RemoteFile]
  /// Where a package of the system puts the files; nil for none.
  var packageFolder: String?
  /// The name of that package.
  var packageName: String?

  /// The folder that holds all files, or nil if none of the places does.
  ///
  /// - Throws: `notFound` if a folder is given and does not hold them.
  func locate(directory: String?, cache: DataCache) throws(SoftmaxError) -> String? {
    guard let directory else {
      return [cache.folder(of: name), packageFolder].compactMap(\.self)
        .first(where: IDXFolder.isComplete)
    }
    if let found = folder(at: directory) { return found }
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

  /// Fetches the files that are missing into a folder, by default the user's cache.
  ///
  /// - Returns: the folder.
  func fetch(
    to directory: String?, cache: DataCache, downloader: Downloader,
    progress: DownloadProgress?
  ) throws(SoftmaxError) -> String {
    guard let folder = directory ?? cache.folder(of: name) else {
      throw SoftmaxError(
        .notFound, "\(name) is not here, and there is no cache to fetch it into",
        remedy: "name a folder for the files, or for the cache")
    }
    do throws(SoftmaxError) {
      try downloader.fetch(files, into: folder, progress: progress)
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

  /// Loads the data set, and fetches it first if it is nowhere to be found.
  ///
  /// - Returns: the data set, and the folder that it came from.
  func load(
    classNames: [String], directory: String?, cache: DataCache,
    downloader: Downloader, progress: DownloadProgress?
  ) throws(SoftmaxError) -> (split: DatasetSplit, folder: String) {
    let folder: String
    if let found = try locate(directory: directory, cache: cache) {
      folder = found
    } else {
      folder = try fetch(
        to: nil, cache: cache, downloader: downloader, progress: progress)
    }
    let split = try IDXFolder.load(
      folder, name: name, classNames: classNames, cache: cache)
    return (split, folder)
  }

  /// The folder of the data set's name within, or the one itself, whichever holds the files.
  ///
  /// In this order, so that one folder can hold this data set and, within, others of the same form.
  private func folder(at path: String) -> String? {
    [IDXFolder.join(path, name), path].first(where: IDXFolder.isComplete)
  }
}
