// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Files of svmlight and LIBSVM, whose rows are mostly 0.
struct SVMLightFileFormat: FileFormat {
  let name = "an svmlight file"
  let title = "svmlight file"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool { SVMLightRows.areRows(start.bytes) }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    let rows = try rows(file, options)
    do throws(SoftmaxError) {
      return DatasetSplit(
        name: file.name,
        training: try rows.dataset(knownClassNames: options.table.knownClassNames),
        note: rows.note)
    } catch {
      throw SoftmaxError(
        error.code, error.message, remedy: error.remedy,
        at: .file(path: file.path, offset: nil), cause: error.cause)
    }
  }

  // The labels need not be the classes of the model.
  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try validateNoPart(part, of: file)
    let rows = try rows(file, options)
    return PredictionRows(
      features: .sparse(rows.matrix), featureShape: [rows.matrix.columnCount], labels: rows.labels,
      note: rows.note)
  }

  private func rows(
    _ file: DataFile, _ options: ReadingOptions
  ) throws(SoftmaxError) -> SVMLightRows {
    try options.arrays.validateIsEmpty(of: file.path)
    let limit = SVMLightRows.defaultMaximumByteCount
    return try SVMLightRows(
      file.whole(maximumByteCount: limit), path: file.path, as: options.sparse)
  }
}
