// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A loader of data sets by reference, which loads each data set once and shows the progress of downloads.
///
/// Loaded data sets stay in memory as long as the loader.
struct DatasetLoader {
  private let console: Console
  private let directory: String?
  private let table: CSVFormat
  private let arrays: ArrayChoice
  private let sparse: SVMLightFormat
  private var splits: [DatasetReference.Source: DatasetSplit] = [:]
  // The keys are references without a row.
  private var rows: [DatasetReference: PredictionRows] = [:]

  init(
    console: Console, directory: String?, table: CSVFormat = CSVFormat(),
    arrays: ArrayChoice = ArrayChoice(), sparse: SVMLightFormat = SVMLightFormat()
  ) {
    self.console = console
    self.directory = directory
    self.table = table
    self.arrays = arrays
    self.sparse = sparse
  }

  /// Returns the whole data set of a reference, loaded on first use.
  ///
  /// - Parameters:
  ///   - classNames: the classes of a table, if they include all of its labels.
  ///   - schema: the schema of the table that a model was trained on.
  ///   - columns: the columns of the sparse rows that a model was trained on.
  mutating func split(
    of reference: DatasetReference, classNames: [String]? = nil, schema: TableSchema? = nil,
    columns: SVMLightFormat? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    if let known = splits[reference.source] { return known }
    var display = DownloadDisplay(console: console)
    defer { display.end() }
    var table = table
    table.knownClassNames = classNames
    table.schema = schema
    let split = try reference.load(
      dataDirectory: directory, table: table, arrays: arrays(for: reference.source),
      sparse: sparse(columns),
      cache: CommandEnvironment().cache
    ) { file, received, total in
      display.show(file: file, receivedBytes: received, totalBytes: total)
    }
    splits[reference.source] = split
    say(split.note, split.warnings, of: split.name)
    return split
  }

  /// Returns the rows of a file for prediction, loaded on first use; its labels are optional and need not
  /// be classes of the classifier.
  ///
  /// - Parameter file: the file of the reference, if it is open already.
  mutating func rows(
    of path: String, part: DatasetSplit.Part?, for classifier: Classifier,
    file: DataFile? = nil
  ) throws(SoftmaxError) -> PredictionRows {
    let reference = DatasetReference(source: .file(path), part: part)
    if let known = self.rows[reference] { return known }
    let file = if let file { file } else { try DataFile(path) }
    let options = try options(of: reference.source, for: classifier)
    let rows = try FileFormats.format(of: file).rows(file, part: part, options: options)
    self.rows[reference] = rows
    say(rows.note, rows.warnings, of: file.path)
    return rows
  }

  /// Opens a table for prediction in blocks of rows; returns nil for a file of another format.
  func blocks(
    of path: String, in file: DataFile, for classifier: Classifier
  ) throws(SoftmaxError) -> TableBlocks? {
    let options = try options(of: .file(path), for: classifier)
    guard let reader = try FileFormats.blocks(of: file, options: options) else { return nil }
    let blocks = try TableBlocks(
      reader, of: file, options: options)
    say(blocks.note, [], of: file.path)
    return blocks
  }

  private func options(
    of source: DatasetReference.Source, for classifier: Classifier
  ) throws(SoftmaxError) -> ReadingOptions {
    var table = table
    table.knownClassNames = classifier.classNames
    if let schema = classifier.table {
      table.schema = schema
    } else {
      table.schema = try TableSchema(featureCount: classifier.network.inputCount)
    }
    return ReadingOptions(
      table: table, arrays: arrays(for: source), sparse: sparse(SVMLightFormat(classifier)),
      cache: CommandEnvironment().cache)
  }

  // Returns the chosen arrays. Files of arrays belong to the data that were loaded first, so they are not
  // accepted for other data.
  private func arrays(for source: DatasetReference.Source) -> ArrayChoice {
    var arrays = arrays
    arrays.acceptsFiles =
      splits.keys.allSatisfy { $0 == source } && rows.keys.allSatisfy { $0.source == source }
    return arrays
  }

  // Returns what the options say about the columns of sparse rows, or else what is known.
  private func sparse(_ known: SVMLightFormat?) -> SVMLightFormat {
    SVMLightFormat(
      columnCount: known?.columnCount ?? sparse.columnCount,
      firstIndex: sparse.firstIndex ?? known?.firstIndex)
  }

  // Reports what was detected about a file's format, so that users notice a wrong guess.
  private func say(_ note: String?, _ warnings: [String], of name: String) {
    if let note { console.message(PrintableText.line("\(name): \(note)")) }
    for warning in warnings { console.warning(PrintableText.line("\(name): \(warning)")) }
  }

  /// Returns the samples that a reference names.
  ///
  /// - Parameters:
  ///   - part: the part to use if the reference names none.
  ///   - classNames: the classes of a table, if they include all of its labels.
  ///   - schema: the schema of the table that a model was trained on.
  ///   - columns: the columns of the sparse rows that a model was trained on.
  mutating func samples(
    of reference: DatasetReference, default part: DatasetSplit.Part,
    classNames: [String]? = nil, schema: TableSchema? = nil, columns: SVMLightFormat? = nil
  ) throws(SoftmaxError) -> LabeledDataset {
    try reference.part(
      of: split(of: reference, classNames: classNames, schema: schema, columns: columns),
      default: part)
  }
}

extension SVMLightFormat {
  /// Creates the format of rows for a classifier.
  init(_ classifier: Classifier) {
    self.init(
      columnCount: classifier.network.inputCount,
      firstIndex: classifier.pipeline.firstColumnNumber)
  }
}

extension TableSchema {
  /// Creates the schema of a table of which only the number of features is known.
  fileprivate init(featureCount: Int) throws(SoftmaxError) {
    let feature = Column(name: nil, type: .number, role: .feature)
    try self.init(Array(repeating: feature, count: featureCount))
  }
}
