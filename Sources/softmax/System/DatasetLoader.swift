// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Loads what references name, each data set once, and shows what has to be fetched.
struct DatasetLoader {
  private let console: Console
  private let directory: String?
  private var splits: [DatasetReference.Source: DatasetSplit] = [:]

  init(console: Console, directory: String?) {
    self.console = console
    self.directory = directory
  }

  /// The whole data set that a reference is about.
  mutating func split(of reference: DatasetReference) throws(SoftmaxError) -> DatasetSplit {
    if let known = splits[reference.source] { return known }
    var display = DownloadDisplay(console: console)
    defer { display.end() }
    let split = try reference.load(dataDirectory: directory) { file, received, total in
      display.show(file: file, receivedBytes: received, totalBytes: total)
    }
    splits[reference.source] = split
    return split
  }

  /// The samples that a reference names.
  mutating func samples(
    of reference: DatasetReference, default part: DatasetReference.Part
  ) throws(SoftmaxError) -> LabeledDataset {
    try reference.part(of: split(of: reference), default: part)
  }
}
