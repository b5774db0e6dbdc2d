// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Single IDX files: images for prediction, or any array for `inspect`.
struct IDXFileFormat: FileFormat {
  let name = "an IDX file of images"
  let title = "IDX file"
  let content = FileContent.features

  func recognizes(_ start: FileStart) -> Bool {
    start.bytes.count >= 4 && start.bytes.starts(with: [0, 0])
      && (0x08...0x0e).contains(start.bytes[2]) && start.bytes[3] != 0
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    throw SoftmaxError(
      .unsupported,
      "is a single IDX file, which has no labels; expected \(FileFormats.namesOfLabeledData)",
      remedy: "name the folder that holds it", at: .file(path: file.path, offset: nil))
  }

  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try validateNoPart(part, of: file)
    try options.arrays.validateIsEmpty(of: file.path)
    let images = try IDXFile.images(of: array(file), path: file.path)
    return PredictionRows(features: images.features, featureShape: images.featureShape)
  }

  func facts(_ file: DataFile) throws(SoftmaxError) -> [FileFact] {
    let array = try array(file)
    let bytes = array.bytes
    let range = bytes.min().flatMap { low in bytes.max().map { Int(low)...Int($0) } }
    return [
      FileFact(name: "shape", value: .shape(array.shape)),
      FileFact(name: "bytes", value: .range(range)),
    ]
  }

  private func array(_ file: DataFile) throws(SoftmaxError) -> IDXArray {
    try IDXFile.read(file.reader(), maximumByteCount: IDXFile.defaultMaximumByteCount)
  }
}
