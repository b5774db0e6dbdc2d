// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the library keeps files that it can fetch or make again.
///
/// Everything in it may be deleted at any time.
///
/// ```swift
/// let fashion = try RemoteDataset.fashionMNIST.load(cache: DataCache(folder: "/scratch/softmax"))
/// ```
public struct DataCache: Hashable, Sendable {
  /// The folder of fetched data sets, each in a folder of its name; nil for none.
  public var folder: String?
  /// The folder of unpacked copies of gzipped files; nil for none.
  public var unpackedFolder: String?

  /// Describes a cache with both in one folder, or no cache at all.
  public init(folder: String?) {
    self.folder = folder
    unpackedFolder = folder.map { FolderPath.join($0, "unpacked") }
  }

  /// No cache: what is missing is not fetched, what is packed is unpacked each time.
  public static let none = DataCache(folder: nil)

  /// The user's own: `$XDG_CACHE_HOME/softmax`, which is `~/.cache/softmax` unless set otherwise, on
  /// Apple's systems `~/Library/Caches/softmax`; none for a user without a home.
  public static var user: DataCache {
    let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
    // A home that is no absolute path counts as none, as the XDG specification has it.
    guard let path = caches?.relativePath, path.hasPrefix("/") else { return .none }
    return DataCache(folder: FolderPath.join(path, "softmax"))
  }

  /// Where a data set lies in the cache.
  func folder(of dataset: String) -> String? {
    folder.map { FolderPath.join($0, dataset) }
  }
}
