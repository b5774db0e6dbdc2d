// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Where data sets are looked for.
struct DataOptions: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp(
      """
      The folder that holds the files of fashion-mnist or mnist, or their folders (default: that of \
      SOFTMAX_DATA, the user's cache, /usr/share/datasets/fashion-mnist; else they are fetched into \
      the cache).
      """, valueName: "dir"))
  var directory: String?

  /// The folder to look in and nowhere else; nil for the usual places.
  var folder: String? { directory ?? CommandEnvironment().dataDirectory }
}
