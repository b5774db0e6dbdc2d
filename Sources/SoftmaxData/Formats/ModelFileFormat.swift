// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Model files and checkpoints, which cannot be read as data.
struct ModelFileFormat: FileFormat {
  let name = "a model file"
  let title = "model"
  let content = FileContent.model

  /// Returns whether one of the first nine bytes is zero.
  ///
  /// A model file starts with a length in eight bytes, of which the last are always zero. A table
  /// contains no zero bytes unless it is UTF-16; UTF-16 is left to the table format, which reports that
  /// it is not supported.
  func recognizes(_ start: FileStart) -> Bool {
    start.bytes.prefix(9).contains(0)
      && !start.bytes.starts(with: [0xff, 0xfe]) && !start.bytes.starts(with: [0xfe, 0xff])
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    throw noData(file)
  }

  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    throw noData(file)
  }

  private func noData(_ file: DataFile) -> SoftmaxError {
    SoftmaxError(
      .unsupported, "begins as \(name), expected data",
      remedy: "name \(FileFormats.namesOfData)", at: .file(path: file.path, offset: nil))
  }
}
