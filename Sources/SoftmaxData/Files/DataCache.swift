// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The folders of files that the library can fetch or create again.
///
/// Everything in them may be deleted at any time.
///
/// ```swift
/// let fashion = try RemoteDataset.fashionMNIST.load(cache: DataCache(folder: "/scratch/softmax"))
/// ```
public struct DataCache: Hashable, Sendable {
  /// The folder of downloaded data sets, which has a subfolder for each data set; nil for no cache.
  public var folder: String?
  /// The folder of decompressed copies of gzipped files; nil for no copies.
  public var unpackedFolder: String?

  /// Creates a cache with both folders at one path; with nil, creates no cache.
  public init(folder: String?) {
    self.folder = folder
    unpackedFolder = folder.map { FolderPath.join($0, "unpacked") }
  }

  /// No cache: missing data sets are not fetched, and gzipped files are decompressed each time.
  public static let none = DataCache(folder: nil)

  /// The cache of the user; none for a user without a home.
  ///
  /// Its path is `$XDG_CACHE_HOME/softmax`, by default `~/.cache/softmax`; on Apple's systems it is
  /// `~/Library/Caches/softmax`.
  public static var user: DataCache {
    let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
    // A relative path counts as none, as the XDG Base Directory Specification requires.
    guard let path = caches?.relativePath, path.hasPrefix("/") else { return .none }
    return DataCache(folder: FolderPath.join(path, "softmax"))
  }

  /// Returns the folder of a data set in the cache.
  func folder(of dataset: String) -> String? {
    folder.map { FolderPath.join($0, dataset) }
  }
}
