// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Tables of comma-separated values, and all files that no other format recognizes.
struct TableFileFormat: FileFormat {
  let name = "a table"
  let title = "table"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool { !start.isFolder }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    let table = try table(file, options)
    var split = DatasetSplit(
      name: file.name, training: try table.dataset(), note: table.note, warnings: table.warnings)
    split.identifiers = table.identifiers
    return split
  }

  // The class column is optional here, and its classes need not be those of the model.
  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try validateNoPart(part, of: file)
    let table = try table(file, options)
    let features = try table.features()
    return PredictionRows(
      features: features, featureShape: [features.columnCount], labels: table.labels,
      note: table.note, warnings: table.warnings, identifiers: table.identifiers)
  }

  func rowsWithoutClasses(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows? {
    guard options.table.target == nil, try table(file, options).isTargetUnlikely else { return nil }
    var options = options
    options.table.target = CSVFormat.Target.none
    return try rows(file, part: nil, options: options)
  }

  func blocks(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> CSVBlockReader? {
    try options.arrays.validateIsEmpty(of: file.path)
    return try CSVBlockReader(featuresOf: file, as: options.table)
  }

  private func table(
    _ file: DataFile, _ options: ReadingOptions
  ) throws(SoftmaxError) -> CSVTable {
    try options.arrays.validateIsEmpty(of: file.path)
    return try CSVTable.read(file, as: options.table)
  }
}
