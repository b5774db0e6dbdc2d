// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// A kind of file or folder: how it is recognized, read and described.
///
/// A format is a value in ``FileFormats/all``. The command's help, `inspect`, `train`, `evaluate` and
/// `predict` follow from that list. Whatever a format is asked for, a damaged file is a typed error.
package protocol FileFormat: Sendable {
  /// What to call a file of this format in a sentence, such as `a table`.
  var name: String { get }
  /// What to call the format in a list of facts, such as `NPZ file`.
  var title: String { get }
  /// What its files hold at most.
  var content: FileContent { get }

  /// Whether a file that begins so is of this format; asked in the order of the list.
  func recognizes(_ start: FileStart) -> Bool

  /// Whether one file has labels to learn from, where its format can have them.
  func hasLabels(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> Bool

  /// Reads features and labels, all parts that the file has.
  ///
  /// - Throws: `unsupported` for a format that has no labels.
  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit

  /// Reads features, and labels where there are such.
  ///
  /// - Parameter part: which part; nil for the test part of a file that has one, else all rows.
  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows

  /// What there is to say about a file without its meaning as samples; empty if there is nothing.
  func facts(_ file: DataFile) throws(SoftmaxError) -> [FileFact]
}

/// What a format's files hold at most.
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
    if split.test == nil { try validateNoPart(part, of: file) }
    let samples = part == .training ? split.training : split.test ?? split.training
    return PredictionRows(
      features: samples.features, featureShape: samples.featureShape,
      labels: samples.labels.map { samples.classNames[$0] }, note: split.note,
      warnings: split.warnings)
  }

  package func facts(_ file: DataFile) throws(SoftmaxError) -> [FileFact] { [] }

  /// Throws where a part is named and the format has none.
  func validateNoPart(
    _ part: DatasetSplit.Part?, of file: DataFile
  ) throws(SoftmaxError) {
    guard let part else { return }
    throw SoftmaxError(
      .invalidArgument, "a file has no parts", remedy: "leave :\(part.rawValue) out",
      at: .file(path: file.path, offset: nil))
  }
}

/// The registry of file formats.
package enum FileFormats {
  /// Every format, in the order in which they are asked.
  package static let all: [any FileFormat] = [
    IDXFolderFormat(), IDXFileFormat(), NPZFileFormat(), NPYFileFormat(), ModelFileFormat(), table,
  ]

  /// What no other format takes is a table, or is said to be a broken one.
  private static let table = TableFileFormat()

  /// The format of a file or folder, told by its first bytes and never by its name.
  package static func format(of file: DataFile) -> any FileFormat {
    let start = FileStart(file)
    return all.first { $0.recognizes(start) } ?? table
  }

  /// What data can be, for help: `a folder of IDX files, ... or a table`.
  package static let namesOfData = names { $0 != .model }

  /// What data with labels can be, for help.
  package static let namesOfLabeledData = names { $0 == .labeledFeatures }

  private static func names(where holds: (FileContent) -> Bool) -> String {
    let names = all.filter { holds($0.content) }.map(\.name)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
