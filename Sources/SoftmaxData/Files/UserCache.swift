// SPDX-License-Identifier: Apache-2.0

/// The user's cache: a place for files that can be made or fetched again.
enum UserCache {
  /// The library's folder in it; nil if the user has none.
  static func folder(environment: [String: String]) -> String? {
    #if canImport(Darwin)
      guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
      return home + "/Library/Caches/softmax"
    #else
      // The XDG specification: what is not absolute counts as not set.
      if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
        return cache + "/softmax"
      }
      guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
      return home + "/.cache/softmax"
    #endif
  }
}
