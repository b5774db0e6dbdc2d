// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore

/// A data set of IDX files that lies in one of several places, or else on mirrors.
///
/// The places, in this order: the folder given, and nowhere else if one is given; the folder of
/// `SOFTMAX_DATA`, and nowhere else if it is set; the user's cache; where a package of the system puts
/// the files. Under the first two the files may lie in a folder of the data set's name within, which
/// is looked at first.
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
  /// - Throws: `notFound` if a folder is named, by the caller or the environment, and does not.
  func locate(
    directory: String?, environment: [String: String]?
  ) throws(SoftmaxError) -> String? {
    if let directory {
      if let found = folder(at: directory) { return found }
      throw missing(
        in: directory, whose: "",
        remedy: "name the folder that does, or leave the name out to look in the usual places")
    }
    let environment = environment ?? ProcessInfo.processInfo.environment
    // What a user names is not passed over in silence.
    if let named = environment["SOFTMAX_DATA"], !named.isEmpty {
      if let found = folder(at: named) { return found }
      throw missing(
        in: named, whose: "the folder of SOFTMAX_DATA ",
        remedy: "set it to the folder that does, or unset it to look in the usual places")
    }
    return [cacheFolder(environment: environment), packageFolder].compactMap(\.self)
      .first(where: IDXFolder.isComplete)
  }

  /// Fetches the files that are missing into a folder, by default the user's cache.
  ///
  /// - Returns: the folder.
  func fetch(
    to directory: String?, environment: [String: String]?, downloader: Downloader,
    progress: Downloader.Progress?
  ) throws(SoftmaxError) -> String {
    let environment = environment ?? ProcessInfo.processInfo.environment
    guard let folder = directory ?? cacheFolder(environment: environment) else {
      throw SoftmaxError(
        .notFound, "there is no folder for the user's cache: HOME and XDG_CACHE_HOME are not set",
        remedy: "set one of them, or SOFTMAX_DATA to a folder that holds the files")
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
    classNames: [String], directory: String?, environment: [String: String]?,
    downloader: Downloader, progress: Downloader.Progress?
  ) throws(SoftmaxError) -> (split: DatasetSplit, folder: String) {
    let folder: String
    if let found = try locate(directory: directory, environment: environment) {
      folder = found
    } else {
      folder = try fetch(
        to: nil, environment: environment, downloader: downloader, progress: progress)
    }
    let split = try IDXFolder.load(
      folder, name: name, classNames: classNames, environment: environment)
    return (split, folder)
  }

  /// Where the data set lies in the user's cache; nil if the user has none.
  func cacheFolder(environment: [String: String]) -> String? {
    UserCache.folder(environment: environment).map { IDXFolder.join($0, name) }
  }

  /// The folder of the data set's name within, or the one itself, whichever holds the files.
  ///
  /// In this order, so that one folder can hold this data set and, within, others of the same form.
  private func folder(at path: String) -> String? {
    [IDXFolder.join(path, name), path].first(where: IDXFolder.isComplete)
  }

  private func missing(in folder: String, whose: String, remedy: String) -> SoftmaxError {
    SoftmaxError(
      .notFound,
      whose + "holds no \(files.map(\.name).joined(separator: ", ")), with or without .gz, "
        + "neither itself nor in a folder \(name)",
      remedy: remedy, at: .file(path: folder, offset: nil))
  }
}
