// SPDX-License-Identifier: Apache-2.0
import Foundation
public import SoftmaxCore

extension FashionMNIST {
  /// The folder that holds the four files, or nil if none of the usual places does.
  ///
  /// Nothing is fetched. The places are listed at ``FashionMNIST``.
  ///
  /// - Parameters:
  ///   - directory: where the files are, instead of the usual places.
  ///   - environment: the environment variables to go by; without it the process's own.
  /// - Throws: `notFound` if `directory` is given and does not hold the files, or if `SOFTMAX_DATA`
  ///   is set and its folder does not.
  public static func locate(
    directory: String? = nil, environment: [String: String]? = nil
  ) throws(SoftmaxError) -> String? {
    try locate(directory: directory, environment: environment, packageFolder: packageFolder)
  }

  static func locate(
    directory: String?, environment: [String: String]?, packageFolder: String
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

  private static func missing(in folder: String, whose: String, remedy: String) -> SoftmaxError {
    SoftmaxError(
      .notFound,
      whose + "holds no \(files.map(\.name).joined(separator: ", ")), with or without .gz, "
        + "neither itself nor in a folder \(name)",
      remedy: remedy, at: .file(path: folder, offset: nil))
  }

  /// Fetches the files that are missing into a folder, by default the user's cache.
  ///
  /// ```swift
  /// let folder = try FashionMNIST.fetch { file, received, total in
  ///   showProgress("\(file): \(received) of \(total) bytes")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - directory: the folder for the files themselves; made if it is missing.
  ///   - environment: the environment variables to go by; without it the process's own.
  ///   - mirrors: where to fetch the files, tried in this order.
  ///   - progress: told about each piece of a file that arrives.
  /// - Returns: the folder that holds the files.
  /// - Throws: `networkFailure` or `checksumMismatch` listing what was tried; `ioFailure` if the
  ///   folder cannot be written; `notFound` if there is no home for a cache.
  @discardableResult
  public static func fetch(
    to directory: String? = nil, environment: [String: String]? = nil,
    mirrors: [String] = FashionMNIST.mirrors, progress: Downloader.Progress? = nil
  ) throws(SoftmaxError) -> String {
    try fetch(
      files, to: directory, environment: environment,
      downloader: Downloader(mirrors: mirrors), progress: progress)
  }

  static func fetch(
    _ files: [RemoteFile], to directory: String?, environment: [String: String]?,
    downloader: Downloader, progress: Downloader.Progress?
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
      throw SoftmaxError(
        error.code, error.message,
        remedy: "install the package dataset-fashion-mnist (Debian, Ubuntu), or put the four files "
          + "into a folder and name it with --data-dir or SOFTMAX_DATA",
        at: error.location, cause: error.cause)
    }
    return folder
  }

  /// The folder itself or the one of the data set's name within, whichever holds the files.
  private static func folder(at path: String) -> String? {
    [path, IDXFolder.join(path, name)].first(where: IDXFolder.isComplete)
  }

  /// Where the data set lies in the user's cache; nil if the user has none.
  static func cacheFolder(environment: [String: String]) -> String? {
    UserCache.folder(environment: environment).map { IDXFolder.join($0, name) }
  }
}
