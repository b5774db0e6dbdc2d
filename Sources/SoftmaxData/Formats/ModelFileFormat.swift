// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Model files and checkpoints, which cannot be read as data.
struct ModelFileFormat: FileFormat {
  let name = "a model file"
  let title = "model"
  let content = FileContent.model

  /// Returns whether the bytes are a length below 2^48, little-endian in eight bytes, and a JSON object.
  func recognizes(_ start: FileStart) -> Bool {
    start.bytes.count > 8 && start.bytes[6...8] == [0, 0, UInt8(ascii: "{")]
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
