// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// NPY files, with the features in one file and the labels in another.
struct NPYFileFormat: FileFormat {
  let name = "an NPY file"
  let title = "NPY file"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool { start.bytes.starts(with: NPYHeader.magic) }

  func hasLabels(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> Bool {
    options.arrays.labels != nil
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    try arrays(file, options).split(
      name: file.name, knownClassNames: options.table.knownClassNames)
  }

  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try arrays(file, options).rows(part: part, knownClassNames: options.table.knownClassNames)
  }

  func facts(_ file: DataFile) throws(SoftmaxError) -> [FileFact] {
    let array = try array(file)
    let arrays = ArraySource(array, path: file.path).names.map {
      (name: $0, type: array.type.description, shape: array.shape)
    }
    return [FileFact(name: "arrays", value: .arrays(arrays))]
  }

  private func arrays(
    _ file: DataFile, _ options: ReadingOptions
  ) throws(SoftmaxError) -> ArrayDataset {
    try ArrayDataset(ArraySource(array(file), path: file.path), choice: options.arrays)
  }

  private func array(_ file: DataFile) throws(SoftmaxError) -> NPYArray {
    let limit = NPYArray.defaultMaximumByteCount
    return try NPYArray.decode(
      file.whole(maximumByteCount: limit), name: file.path, maximumByteCount: limit)
  }
}
