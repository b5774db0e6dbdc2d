// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Files of fastText: a line `__label__x word word ...` for each text, with one label at most.
struct FastTextFileFormat: FileFormat {
  let name = "a file of fastText"
  let title = "fastText file"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool { start.bytes.starts(with: FastTextRows.mark) }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    let rows = try rows(file, options)
    if let row = rows.labels.firstIndex(of: nil) {
      throw SoftmaxError(
        .invalidData, "the line has no label", remedy: "begin it with __label__ and the class",
        at: .cell(path: file.path, line: rows.lines[row], column: nil))
    }
    let schema = try TableSchema([
      .init(name: FastTextRows.targetName, type: .category, role: .classes),
      .init(name: rows.columnName, type: .text, role: .feature),
    ])
    do throws(SoftmaxError) {
      let dataset = try LabeledDataset(
        features: rows.features(), classes: .categories(rows.labels),
        knownClassNames: options.table.knownClassNames)
      return DatasetSplit(
        name: file.name, training: dataset.described(by: options.table.schema ?? schema),
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
      features: try rows.features(), featureShape: [1], labels: rows.labels, note: rows.note)
  }

  private func rows(
    _ file: DataFile, _ options: ReadingOptions
  ) throws(SoftmaxError) -> FastTextRows {
    try options.arrays.validateIsEmpty(of: file.path)
    // Of a model of one column of texts it is that column, whatever its name.
    let features = options.table.schema?.features ?? []
    let known = features.count == 1 && features[0].type == .text ? features[0].name : nil
    return try FastTextRows(
      file.whole(maximumByteCount: CSVTable.defaultMaximumByteCount), path: file.path,
      columnName: known ?? "text")
  }
}
