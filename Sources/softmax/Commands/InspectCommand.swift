// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what is in a model file or in data.",
    discussion: """
      Examples:

        softmax inspect digits
        softmax inspect fashion-mnist --show 0,5
        softmax inspect fashion-mnist --pass --batch-size 256 --readers 4
        softmax inspect flowers.csv --target species
        softmax inspect model.safetensors --json

      Of a model: its layers, classes, preprocessing, how it was trained, the digest of its \
      weights. Of data: rows, shape, classes with their counts, the range of the values, rows \
      that are there twice; of a table also each feature's range and mean. --show and --pass look \
      at the training part unless another is named.
      """)

  @Argument(
    help: ArgumentHelp(
      """
      A model file, a data set's name, \(FileFormats.namesOfData); several files are one table.
      """, valueName: "subject"))
  var subjects: [String]

  @Option(
    help: ArgumentHelp(
      "Show rows of data, counted from 0: shape, range, label and picture.", valueName: "rows"))
  var show: RowList?

  @Flag(help: "Read data once, shuffled and in batches, and say how long it took.")
  var pass = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --pass: the rows of a batch (default: 256).", valueName: "n"))
  var batchSize: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --pass: the threads that read (default: 4).", valueName: "n"))
  var readers: Int?

  @OptionGroup
  var source: SourceOptions

  @Flag(help: "Write JSON.")
  var json = false

  func validate() throws {
    guard pass || (batchSize == nil && readers == nil) else {
      throw ValidationError("--batch-size and --readers are for --pass")
    }
    if let batchSize, batchSize < 1 {
      throw ValidationError("--batch-size must be at least 1, got \(batchSize)")
    }
    if let readers, !(1...64).contains(readers) {
      throw ValidationError("--readers must be within 1...64, got \(readers)")
    }
  }

  func run() throws {
    let console = Console()
    for inspection in try inspections(console: console) { try show(inspection, on: console) }
  }

  private func show(_ inspection: any Inspection, on console: Console) throws {
    if json {
      try console.result(inspection.json.text)
    } else {
      try console.results(inspection.lines)
    }
  }

  // Returns what remains to be shown. The facts about a file are shown at once, because they help if its
  // samples cannot be read.
  private func inspections(console: Console) throws -> [any Inspection] {
    // The name of a built-in data set takes precedence over a file with this name.
    if subjects.count == 1, let subject = subjects.first, FileProbe.isFile(subject),
      !DatasetReference.builtInNames.contains(subject)
    {
      let file = try DataFile(subject)
      let format = FileFormats.format(of: file)
      let options = source.reading
      let hasLabels = try format.hasLabels(file, options: options)
      guard hasLabels || (show == nil && !pass) else {
        throw SoftmaxError(
          .unsupported, "--show and --pass are for data with labels",
          remedy: "name a data set, \(FileFormats.namesOfLabeledData)",
          at: .file(path: subject, offset: nil))
      }
      if format.content == .model { return [try ModelInspection(path: subject)] }
      if let facts = try FileInspection(of: file, format: format) {
        try self.show(facts, on: console)
      }
      guard hasLabels else { return [] }
    }
    let reference = try DatasetReference(subjects)
    var loader = DatasetLoader(
      console: console, directory: source.folder, options: source.reading)
    guard show != nil || pass else { return [try inspection(of: reference, by: &loader)] }
    guard reference.row == nil else {
      throw SoftmaxError(
        .invalidArgument, "\(reference.description.debugDescription) names one row already",
        remedy: "leave the number out; --show takes it")
    }
    var inspections: [any Inspection] = []
    if let show {
      let split = try loader.split(of: reference)
      inspections += try RowInspection.rows(
        show.rows, of: reference.part(of: split, default: .training),
        featureNames: split.featureNames,
        name: PipedBytes.name(reference.description), terminal: console.terminal)
    }
    if pass { inspections.append(try passInspection(reference, loader: &loader)) }
    return inspections
  }

  // Until its user has named the column of the classes, a table whose last column holds none is shown without classes.
  private func inspection(
    of reference: DatasetReference, by loader: inout DatasetLoader
  ) throws(SoftmaxError) -> DataInspection {
    let isOfFiles =
      switch reference.source {
      case .file, .tables: true
      case .builtIn, .folder: false
      }
    guard isOfFiles, source.table.target == nil else {
      return try DataInspection(reference, loader: &loader, directory: source.folder)
    }
    let file = try DataFile(tableIn: reference.paths)
    do throws(SoftmaxError) {
      _ = try loader.split(of: reference, file: file)
    } catch {
      guard reference.row == nil, reference.part == nil,
        let rows = try? loader.rowsWithoutClasses(of: file), rows.features.columnCount > 1
      else { throw error }
      return try DataInspection(
        reference, rows: rows, because: error, directory: source.folder)
    }
    return try DataInspection(reference, loader: &loader, directory: source.folder)
  }

  private func passInspection(
    _ reference: DatasetReference, loader: inout DatasetLoader
  ) throws(SoftmaxError) -> PassInspection {
    let batchSize = batchSize ?? 256
    let readers = readers ?? 4
    if case .folder(let path) = try DatasetPlace(of: reference.source, directory: source.folder) {
      let files = try BatchLoader(
        idxFolder: path, part: reference.part ?? .training, batchSize: batchSize, readers: readers,
        cache: CommandEnvironment().cache)
      return try PassInspection(files, source: path)
    }
    let samples = try loader.samples(of: reference, default: .training)
    let memory = try BatchLoader(samples, batchSize: batchSize, readers: readers)
    return try PassInspection(
      memory, source: "\(PipedBytes.name(reference.description)), in memory")
  }
}
