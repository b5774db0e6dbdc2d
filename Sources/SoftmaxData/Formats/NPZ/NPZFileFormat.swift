// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// NPZ files, with features and labels as named arrays; the names determine the training and test parts.
struct NPZFileFormat: FileFormat {
  let name = "an NPZ file"
  let title = "NPZ file"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool {
    // The signature of the first entry, or of the directory of an empty archive.
    start.bytes.starts(with: [0x50, 0x4b, 3, 4]) || start.bytes.starts(with: [0x50, 0x4b, 5, 6])
  }

  func hasLabels(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> Bool {
    let source = try ArraySource(archive(file))
    do throws(SoftmaxError) {
      return try ArrayDataset(source, choice: options.arrays).hasLabels()
    } catch {
      // Without a choice the error means that no array can be identified as the features, or that the
      // array found by its name does not hold labels. With a choice it means that the choice is wrong.
      guard options.arrays == ArrayChoice(), error.code != .invalidData else { throw error }
      return false
    }
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    try ArrayDataset(ArraySource(archive(file)), choice: options.arrays).split(
      name: file.name, knownClassNames: options.table.knownClassNames)
  }

  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try ArrayDataset(ArraySource(archive(file)), choice: options.arrays).rows(
      part: part, knownClassNames: options.table.knownClassNames)
  }

  func facts(_ file: DataFile) throws(SoftmaxError) -> [FileFact] {
    let archive = try archive(file)
    var arrays: [(name: String, type: String, shape: [Int])] = []
    for name in archive.names {
      let array = try archive.array(name)
      arrays.append((name, array.type.description, array.shape))
    }
    return [FileFact(name: "arrays", value: .arrays(arrays))]
  }

  private func archive(_ file: DataFile) throws(SoftmaxError) -> NPZArchive {
    let limit = NPYArray.defaultMaximumByteCount
    return try NPZArchive(
      file.whole(maximumByteCount: limit), name: file.path, maximumByteCount: limit)
  }
}
