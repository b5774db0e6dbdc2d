// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// NPZ files: features and labels as arrays with names, in parts where the names say so.
struct NPZFileFormat: FileFormat {
  let name = "an NPZ file"
  let title = "NPZ file"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool {
    // The first entry, or the directory of an archive that is empty.
    start.bytes.starts(with: [0x50, 0x4b, 3, 4]) || start.bytes.starts(with: [0x50, 0x4b, 5, 6])
  }

  func hasLabels(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> Bool {
    let source = try ArraySource(archive(file))
    do throws(SoftmaxError) {
      return try ArrayDataset(source, choice: options.arrays).hasLabels
    } catch {
      // Unless a choice is wrong, it is not clear which array is what.
      guard options.arrays == ArrayChoice() else { throw error }
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
    try ArrayDataset(ArraySource(archive(file)), choice: options.arrays).rows(part: part)
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
