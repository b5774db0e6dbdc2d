// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension FashionMNIST {
  static let remote = RemoteDataset(
    name: name, files: files, packageFolder: "/usr/share/datasets/fashion-mnist",
    packageName: "dataset-fashion-mnist")

  /// The folder that holds the four files, or nil if none of the usual places does.
  ///
  /// Nothing is fetched. The places are listed at ``FashionMNIST``.
  ///
  /// - Parameters:
  ///   - directory: where the files are, instead of the usual places.
  ///   - cache: where fetched files and unpacked copies are kept.
  /// - Throws: `notFound` if `directory` is given and does not hold the files.
  public static func locate(
    directory: String? = nil, cache: DataCache = .user
  ) throws(SoftmaxError) -> String? {
    try remote.locate(directory: directory, cache: cache)
  }

  /// Fetches the files that are missing into a folder, by default the cache.
  ///
  /// ```swift
  /// let folder = try FashionMNIST.fetch { file, received, total in
  ///   showProgress("\(file): \(received) of \(total) bytes")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - directory: the folder for the files themselves; made if it is missing.
  ///   - cache: where fetched files and unpacked copies are kept.
  ///   - mirrors: where to fetch the files, tried in this order.
  ///   - progress: told about each piece of a file that arrives.
  /// - Returns: the folder that holds the files.
  /// - Throws: `networkFailure` or `checksumMismatch` listing what was tried; `ioFailure` if the
  ///   folder cannot be written; `notFound` without a folder and a cache.
  @discardableResult
  public static func fetch(
    to directory: String? = nil, cache: DataCache = .user,
    mirrors: [String] = FashionMNIST.mirrors, progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> String {
    try remote.fetch(
      to: directory, cache: cache, downloader: Downloader(mirrors: mirrors),
      progress: progress)
  }
}
