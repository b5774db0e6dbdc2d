// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The rows by which models and files of predictions are judged: labelled data, or the true classes in a file of
/// predictions.
struct JudgedRows {
  private let console: Console
  private let source: SourceOptions
  private let execution: Execution
  private let reference: DatasetReference?
  // The file of the data, open so that a pipe is read once.
  private var file: DataFile?
  private var truth: TrueClasses?
  // Whether the data were read, so that what was found in them has been said.
  private var isSaid = false

  /// Prepares the rows.
  ///
  /// - Parameter data: the data; nil if the true classes are in the files of predictions.
  init(
    _ data: DatasetReference?, source: SourceOptions, execution: Execution, console: Console
  ) throws(SoftmaxError) {
    reference = data
    self.source = source
    self.execution = execution
    self.console = console
    if let data, !data.paths.isEmpty { file = try DataFile(tableIn: data.paths) }
  }

  /// Returns the file of predictions at a path; nil for a model, and for what is no table.
  static func fileOfPredictions(_ path: String) throws(SoftmaxError) -> DataFile? {
    guard FileProbe.kind(path) != nil || path == "-" else { return nil }
    let file = try DataFile(path)
    return PredictionFile.recognizes(file) ? file : nil
  }

  /// Evaluates what an argument names: a model, or a file of predictions.
  mutating func evaluation(of path: String) throws -> Evaluation {
    if let file = try Self.fileOfPredictions(path) { return try evaluation(of: file) }
    let classifier = try Classifier.load(path)
    let samples = try samples(like: KnownInputs(of: classifier))
    try EvaluationMemory(rowCount: samples.count, classCount: classifier.classNames.count)
      .validate()
    let evaluation = try classifier.evaluation(on: samples, execution: execution)
    truth = truth ?? TrueClasses(of: evaluation)
    return evaluation
  }

  /// Evaluates a file of predictions.
  mutating func evaluation(of file: DataFile) throws(SoftmaxError) -> Evaluation {
    let predictions = try PredictionFile(
      file, as: source.table.format, hasTruth: reference == nil && truth == nil)
    console.message(PrintableText.line("\(file.path): \(predictions.note)"))
    if truth == nil { truth = predictions.truth }
    if truth == nil { truth = try trueClasses() }
    guard let truth else {
      throw SoftmaxError(
        .invalidArgument, "the true classes of its rows are not known",
        remedy: "name the data, or the column of the true classes in the file (--target)",
        at: .file(path: file.path, offset: nil))
    }
    return try predictions.evaluation(by: truth)
  }

  // Returns the true classes of the data, of a table without looking at its features.
  private mutating func trueClasses() throws(SoftmaxError) -> TrueClasses? {
    guard let reference else { return nil }
    if let file, reference.part == nil, reference.row == nil, FileFormats.isTable(file) {
      let truth = try TrueClasses(in: file, as: source.table.format)
      if let note = truth.note, !isSaid {
        console.message(PrintableText.line("\(file.path): \(note)"))
        isSaid = true
      }
      return truth
    }
    return TrueClasses(of: try samples(like: KnownInputs()))
  }

  // Reads the data anew, since each model may have its own columns.
  private mutating func samples(like known: KnownInputs) throws(SoftmaxError) -> LabeledDataset {
    guard let reference else {
      throw SoftmaxError(
        .invalidArgument, "a model needs data to be judged by",
        remedy: "name the data after the models")
    }
    var console = console
    console.isQuiet = console.isQuiet || isSaid
    isSaid = true
    var loader = DatasetLoader(
      console: console, directory: source.folder, options: source.reading)
    let split = try loader.split(of: reference, like: known, file: file)
    return try reference.part(of: split, default: .test)
  }
}
