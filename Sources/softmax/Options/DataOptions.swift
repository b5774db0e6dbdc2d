// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for the location of data sets.
struct DataOptions: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp(
      """
      The folder that holds the files of \(Self.remotes.map(\.name).joined(separator: " or ")), or their \
      folders (default: that of SOFTMAX_DATA, the user's cache, \
      \(Self.remotes.compactMap(\.packageFolder).joined(separator: ", ")); else they are fetched into the cache).
      """, valueName: "dir"))
  var directory: String?

  private static let remotes = NamedDataset.all.compactMap(\.remote)

  /// The only folder to search for data sets; nil for the default folders.
  var folder: String? { directory ?? CommandEnvironment().dataDirectory }
}
