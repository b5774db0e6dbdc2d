// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Tables of JSON lines: an object for each row.
struct JSONLinesFileFormat: FileFormat {
  let name = "a file of JSON lines"
  let title = "JSON lines file"
  let content = FileContent.labeledFeatures

  // A table reads the rows, however they are written.
  private let table = TableFileFormat()

  func recognizes(_ start: FileStart) -> Bool {
    JSONColumns.areBegun(by: TextEncoding.characters(of: start.bytes))
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    try validateIsRecognized(file)
    return try table.dataset(file, options: options)
  }

  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try validateIsRecognized(file)
    return try table.rows(file, part: part, options: options)
  }

  func rowsWithoutClasses(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows? {
    try validateIsRecognized(file)
    return try table.rowsWithoutClasses(file, options: options)
  }

  func blocks(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> CSVBlockReader? {
    try validateIsRecognized(file)
    return try table.blocks(file, options: options)
  }

  private func validateIsRecognized(_ file: DataFile) throws(SoftmaxError) {
    guard !recognizes(FileStart(file)) else { return }
    throw SoftmaxError(
      .invalidData, "begins with no object of JSON",
      remedy: "name a file with an object on each line", at: .file(path: file.path, offset: nil))
  }
}
