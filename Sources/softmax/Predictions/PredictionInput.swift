// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Some successive rows to classify of what one command-line argument names.
struct PredictionInput {
  /// The argument without the row number.
  let name: String
  let features: Features
  let featureShape: [Int]
  /// The number of the row that the argument names, which is then the only row; nil for all rows.
  let namedRow: Int?
  /// The number of the first row in its data.
  private var firstRow = 0
  /// The rows as they are in a table that is read in blocks, and its reader; nil for other data.
  let table: (reader: CSVBlockReader, block: CSVBlock)?
  // The name of the file of each row; nil if they are of one file.
  private let fileNames: [String]?
  // Returns the class name of each row as the data contain it; nil for data without labels.
  private var trueLabel: ((Int) -> String?)?

  /// Loads the rows that an argument names.
  ///
  /// - Parameter file: the file of the reference, if it is open already.
  init(
    _ reference: DatasetReference, for classifier: Classifier, loader: inout DatasetLoader,
    file: DataFile? = nil
  ) throws(SoftmaxError) {
    namedRow = reference.row
    table = nil
    switch reference.source {
    case .file, .folder, .tables:
      name = DatasetReference(source: reference.source, part: reference.part).description
      let rows = try loader.rows(
        of: reference.source, part: reference.part, for: classifier, file: file)
      featureShape = rows.featureShape
      fileNames = rows.names.map { names in reference.row.map { [names[$0]] } ?? names }
      features = try Self.chosen(reference.row, of: rows.features, path: reference.paths[0])
      let labels = rows.labels.map { labels in reference.row.map { [labels[$0]] } ?? labels }
      trueLabel = labels.map { labels in { labels[$0] } }
    case .builtIn:
      let samples = try loader.samples(
        of: reference, default: .test, like: KnownInputs(of: classifier))
      name = DatasetReference(source: reference.source, part: reference.part ?? .test).description
      features = samples.features
      fileNames = nil
      featureShape = samples.featureShape
      trueLabel = { samples.classNames[samples.labels[$0]] }
    }
  }

  /// Creates the rows of a block of a table.
  init(
    name: String, _ reader: CSVBlockReader, _ block: CSVBlock
  ) throws(SoftmaxError) {
    self.name = name
    features = try block.table.features()
    featureShape = [features.columnCount]
    namedRow = nil
    firstRow = block.firstRow
    fileNames = nil
    table = (reader, block)
  }

  private init(_ rows: Range<Int>, of input: PredictionInput) {
    name = input.name
    features = input.features.selecting(rows: rows)
    featureShape = input.featureShape
    namedRow = input.namedRow
    firstRow = input.firstRow + rows.lowerBound
    fileNames = input.fileNames.map { Array($0[rows]) }
    table = nil
    trueLabel = input.trueLabel.map { label in { label(rows.lowerBound + $0) } }
  }

  /// Returns some of the rows.
  func selecting(rows: Range<Int>) -> PredictionInput { PredictionInput(rows, of: self) }

  private static func chosen(
    _ row: Int?, of features: Features, path: String
  ) throws(SoftmaxError) -> Features {
    guard let row else { return features }
    guard row < features.rowCount else {
      throw SoftmaxError(
        .notFound, "there is no row \(row), it has \(features.rowCount)",
        at: .file(path: PipedBytes.name(path), offset: nil))
    }
    return features.selecting(rows: [row])
  }

  /// Throws if the rows are images of a different shape than the network takes.
  ///
  /// The same number of pixels in a different shape is an error. Dimensions of 1 are ignored, and flat rows
  /// match any shape, because only their length can be compared.
  func validateShape(for inputShape: [Int]) throws(SoftmaxError) {
    guard featureShape.count > 1, inputShape.count > 1 else { return }
    guard featureShape.filter({ $0 != 1 }) != inputShape.filter({ $0 != 1 }) else { return }
    throw SoftmaxError(
      .shapeMismatch,
      "\(name): its rows are \(NumberText.shape(featureShape)), the model takes "
        + NumberText.shape(inputShape), remedy: "give it images of the shape that it learned from")
  }

  /// The number of rows.
  var rowCount: Int { features.rowCount }

  /// Returns the number of a row in its data.
  func number(ofRow row: Int) -> Int { namedRow ?? firstRow + row }

  /// Whether each row is a file of its own.
  var hasFileNames: Bool { fileNames != nil }

  /// Returns the name of the file of a row; nil if it has none of its own.
  func fileName(ofRow row: Int) -> String? { fileNames?[row] }

  /// Returns the name of a row's true class; nil if it is not known.
  func trueLabel(ofRow row: Int) -> String? { trueLabel.flatMap { $0(row) } }

  /// Returns an error of the library with the place of the row in its data.
  func located(_ error: SoftmaxError) -> SoftmaxError {
    guard case .row(let row, let column)? = error.location else { return error }
    // A feature's column is another one in the file; the message has its name.
    let place =
      table?.block.records.location(row: row) ?? .row(number(ofRow: row), column: column)
    return SoftmaxError(
      error.code, error.message, remedy: error.remedy, at: place, cause: error.cause)
  }
}
