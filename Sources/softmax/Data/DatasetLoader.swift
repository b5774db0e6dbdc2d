// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A loader of data sets by reference, which loads each data set once and shows the progress of downloads.
///
/// Loaded data sets stay in memory as long as the loader.
struct DatasetLoader {
  private let console: Console
  private let directory: String?
  private let options: ReadingOptions
  private var splits: [DatasetReference.Source: DatasetSplit] = [:]
  // The keys are references without a row.
  private var rows: [DatasetReference: PredictionRows] = [:]

  init(console: Console, directory: String?, options: ReadingOptions) {
    self.console = console
    self.directory = directory
    self.options = options
  }

  /// Returns the whole data set of a reference, loaded on first use.
  ///
  /// - Parameters:
  ///   - known: what is known of the data.
  ///   - file: the file of the reference, if it is open already.
  mutating func split(
    of reference: DatasetReference, like known: KnownInputs = KnownInputs(), file: DataFile? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    if let known = splits[reference.source] { return known }
    var display = DownloadDisplay(console: console)
    defer { display.end() }
    let options = options(for: reference.source, like: known)
    let split = try reference.load(dataDirectory: directory, options: options, file: file) {
      file, received, total in
      display.show(file: file, receivedBytes: received, totalBytes: total)
    }
    splits[reference.source] = split
    say(split.note, split.warnings, of: split.name)
    return split
  }

  /// Returns the rows of a table, all of whose columns are features; nil for a file of another format.
  func rowsWithoutClasses(of file: DataFile) throws(SoftmaxError) -> PredictionRows? {
    let format = FileFormats.format(of: file)
    guard let rows = try format.rowsWithoutClasses(file, options: options) else { return nil }
    say(rows.note, rows.warnings, of: file.path)
    return rows
  }

  /// Returns the rows of files or of a folder for prediction, loaded on first use; their labels are optional and need not
  /// be classes of the classifier.
  ///
  /// - Parameter file: the file of the reference, if it is open already.
  mutating func rows(
    of source: DatasetReference.Source, part: DatasetSplit.Part?, for classifier: Classifier,
    file: DataFile? = nil
  ) throws(SoftmaxError) -> PredictionRows {
    let reference = DatasetReference(source: source, part: part)
    if let known = self.rows[reference] { return known }
    let file = if let file { file } else { try DataFile(tableIn: reference.paths) }
    let options = try options(of: source, for: classifier)
    let rows = try FileFormats.format(of: file).rows(file, part: part, options: options)
    self.rows[reference] = rows
    say(rows.note, rows.warnings, of: file.path)
    return rows
  }

  /// Opens a table for prediction in blocks of rows; returns nil for a file of another format.
  func blocks(
    of path: String, in file: DataFile, for classifier: Classifier
  ) throws(SoftmaxError) -> CSVBlocks? {
    let options = try options(of: .file(path), for: classifier)
    guard let blocks = try CSVBlocks(of: file, options: options) else { return nil }
    say(blocks.note, [], of: file.path)
    return blocks
  }

  private func options(
    of source: DatasetReference.Source, for classifier: Classifier
  ) throws(SoftmaxError) -> ReadingOptions {
    var known = KnownInputs(of: classifier)
    if known.schema == nil {
      known.schema = try TableSchema(featureCount: classifier.network.inputCount)
    }
    return self.options(for: source, like: known)
  }

  // Returns what the options say, completed by what is known of the data.
  //
  // Files of arrays belong to the data that were loaded first, so they are not accepted for other data.
  private func options(
    for source: DatasetReference.Source, like known: KnownInputs
  ) -> ReadingOptions {
    var options = options
    options.table.knownClassNames = known.classNames
    options.table.schema = known.schema
    // A model's table may lack the columns of roles that the options name for the table that is trained on.
    if known.schema != nil, splits.keys.contains(where: { $0 != source }) {
      (options.table.weightColumn, options.table.groupColumn, options.table.timeColumn) = (
        nil, nil, nil
      )
    }
    options.arrays.acceptsFiles =
      splits.keys.allSatisfy { $0 == source } && rows.keys.allSatisfy { $0.source == source }
    options.sparse = SVMLightFormat(
      columnCount: known.columns?.columnCount ?? options.sparse.columnCount,
      firstIndex: options.sparse.firstIndex ?? known.columns?.firstIndex)
    options.pictures = options.pictures.completed(by: known.shape)
    return options
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
  ///   - known: what is known of the data.
  mutating func samples(
    of reference: DatasetReference, default part: DatasetSplit.Part,
    like known: KnownInputs = KnownInputs()
  ) throws(SoftmaxError) -> LabeledDataset {
    try reference.part(of: split(of: reference, like: known), default: part)
  }
}

extension TableSchema {
  /// Creates the schema of a table of which only the number of features is known.
  fileprivate init(featureCount: Int) throws(SoftmaxError) {
    let feature = Column(name: nil, type: .number, role: .feature)
    try self.init(Array(repeating: feature, count: featureCount))
  }
}
