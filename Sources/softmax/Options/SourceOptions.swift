// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for reading data of all kinds.
struct SourceOptions: ParsableArguments {
  @OptionGroup
  var data: DataOptions

  @OptionGroup
  var table: TableOptions

  @OptionGroup
  var arrays: ArrayOptions

  @OptionGroup
  var sparse: SparseOptions

  @OptionGroup
  var pictures: PictureOptions

  /// The only folder to search for data sets; nil for the default folders.
  var folder: String? { data.folder }

  /// The options as those of the library.
  var reading: ReadingOptions {
    ReadingOptions(
      table: table.format, arrays: arrays.choice, sparse: sparse.format, pictures: pictures.format,
      cache: CommandEnvironment().cache)
  }

  /// The options as words of a command line that reads other data for a model.
  var words: [String] {
    (data.directory.map { ["--data-dir", $0] } ?? []) + table.words + arrays.words + sparse.words
      + pictures.words
  }
}
