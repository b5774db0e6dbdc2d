// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// A format of files or folders, which determines how they are recognized, read and described.
///
/// The list ``FileFormats/all`` contains a value of each format. The command's help, `inspect`, `train`,
/// `evaluate` and `predict` are derived from that list. All methods that read a damaged file must throw a
/// `SoftmaxError` instead of crashing.
package protocol FileFormat: Sendable {
  /// The format with its article for use in a sentence, such as `a table`.
  var name: String { get }
  /// The name of the format in a list of facts, such as `NPZ file`.
  var title: String { get }
  /// The most that a file of this format can contain.
  var content: FileContent { get }

  /// Returns whether a file with these first bytes has this format, unless an earlier format in the list
  /// recognizes it.
  func recognizes(_ start: FileStart) -> Bool

  /// Returns whether a file has labels; by default whether files of the format can have labels.
  func hasLabels(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> Bool

  /// Reads the features and labels of all parts of a file.
  ///
  /// - Throws: `unsupported` for a format without labels; the errors of reading the file.
  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit

  /// Reads the features of a part, and its labels if there are any.
  ///
  /// - Parameter part: the part; nil for the test part, or for all rows if the file has no test part.
  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows

  /// Reads all columns as features, of a file whose user has not named the column of classes; by default nil, because
  /// a file says which are the classes.
  func rowsWithoutClasses(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows?

  /// Opens a file to read the features of a model in blocks; by default nil, because its rows are read at once.
  func blocks(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> CSVBlockReader?

  /// Returns facts about a file that do not depend on its interpretation as samples; by default none.
  func facts(_ file: DataFile) throws(SoftmaxError) -> [FileFact]
}

/// The most that files of a format can contain.
package enum FileContent: Hashable, Sendable {
  case model
  case features
  case labeledFeatures
}

extension FileFormat {
  package func hasLabels(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> Bool { content == .labeledFeatures }

  package func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    let split = try dataset(file, options: options)
    if !split.hasParts { try validateNoPart(part, of: file) }
    let samples = part == .training ? split.training : split.test ?? split.training
    return PredictionRows(
      features: samples.features, featureShape: samples.featureShape,
      labels: samples.labels.map { samples.classNames[$0] }, note: split.note,
      warnings: split.warnings)
  }

  package func rowsWithoutClasses(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows? { nil }

  package func blocks(
    _ file: DataFile, options: ReadingOptions
  ) throws(SoftmaxError) -> CSVBlockReader? { nil }

  package func facts(_ file: DataFile) throws(SoftmaxError) -> [FileFact] { [] }

  /// Throws `invalidArgument` if a part is named; called for files without parts.
  func validateNoPart(
    _ part: DatasetSplit.Part?, of file: DataFile
  ) throws(SoftmaxError) {
    if let part { throw part.unknown(inFile: file.path) }
  }
}

/// The registry of file formats.
package enum FileFormats {
  /// All formats, in the order in which they are tried.
  package static let all: [any FileFormat] = [
    IDXFolderFormat(), PictureFolderFormat(), IDXFileFormat(), NPZFileFormat(), NPYFileFormat(),
    ModelFileFormat(), PictureFileFormat(), SVMLightFileFormat(), FastTextFileFormat(),
    JSONLinesFileFormat(), table,
  ]

  /// The last format, which accepts every file that no other format recognizes.
  ///
  /// Reading such a file as a table either succeeds or reports the error in the table.
  private static let table = TableFileFormat()

  /// Returns the format of a file or folder, determined by its first bytes and not by its name.
  package static func format(of file: DataFile) -> any FileFormat {
    let start = FileStart(file)
    // The error about a folder without known files names what IDX and pictures need.
    return all.first { $0.recognizes(start) } ?? (start.isFolder ? IDXFolderFormat() : table)
  }

  /// Throws unless a file is a table, of which several can be one.
  static func validateIsTable(_ file: DataFile) throws(SoftmaxError) {
    guard !isTable(file) else { return }
    throw SoftmaxError(
      .invalidArgument, "is \(format(of: file).name), and several files have to be tables",
      remedy: "name it alone", at: .file(path: file.path, offset: nil))
  }

  /// Returns whether a file is a table of separated values or of JSON lines.
  package static func isTable(_ file: DataFile) -> Bool {
    let format = format(of: file)
    return format is TableFileFormat || format is JSONLinesFileFormat
  }

  /// The names of all formats of data, for help texts: `a folder of IDX files, ... or a table`.
  package static let namesOfData = names { $0 != .model }

  /// The names of all formats of data with labels, for help texts.
  package static let namesOfLabeledData = names { $0 == .labeledFeatures }

  private static func names(where holds: (FileContent) -> Bool) -> String {
    let names = all.filter { holds($0.content) }.map(\.name)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
