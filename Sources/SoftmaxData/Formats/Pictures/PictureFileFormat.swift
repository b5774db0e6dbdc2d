// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A single picture, whose class is not known.
struct PictureFileFormat: FileFormat {
  let name = "a picture"
  let title = "picture"
  let content = FileContent.features

  // A picture that is broken from its first byte is known by its name.
  func recognizes(_ start: FileStart) -> Bool {
    !start.isFolder
      && (Picture.Kind(start.bytes.prefix(16)) != nil || PictureFiles.isNamedPicture(start.path))
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    throw SoftmaxError(
      .unsupported, "is one picture, without classes",
      remedy: "name a folder with a folder of pictures for each class",
      at: .file(path: file.path, offset: nil))
  }

  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try validateNoPart(part, of: file)
    try options.arrays.validateIsEmpty(of: file.path)
    do throws(SoftmaxError) {
      let bytes = try file.whole(maximumByteCount: Picture.greatestFileByteCount)
      let rows = try PictureRows([file.name], as: options.pictures) { _ in bytes }
      return PredictionRows(features: rows.features, featureShape: rows.shape, names: [file.path])
    } catch {
      throw error.located(at: .file(path: file.path, offset: nil))
    }
  }
}
