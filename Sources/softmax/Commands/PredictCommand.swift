// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Classifies images or rows of a data set.",
    discussion: """
      Examples:

        softmax predict model.safetensors new.csv -o predicted.csv
        softmax predict model.safetensors digits:test:0 --top 3 --preview
        softmax predict model.safetensors digits --csv
        softmax predict model.safetensors digits --abstain-below 0.8
        softmax predict model.safetensors digits:train:5 --json

      INPUT is \(FileFormats.namesOfData), plain or gzipped, with labels or without, - for one on \
      standard input; or it names rows: digits:test:0 is one, digits:test and digits alone are the whole \
      test part. Rows count from 0 in each input. Where the model was \
      trained on a table with a header, columns are found by their names, in whatever order.

      --output writes the rows and columns of a table as they are, and the prediction and its probability in \
      columns after them; with --top 3 the second and third class too, with --probabilities a column for each \
      class. The file is of commas (.csv: as the table), of tabs (.tsv) or of a JSON object for each row \
      (.jsonl); objects of JSON lines are kept as they are and get further members. Tables are read and written in blocks, so they may be of any size.

      Without it --json writes an object for each row,

        {"event":"prediction","row":0,"label":"4","index":4,
         "probability":0.98,"probabilities":[...]}

      on one line, the probabilities in the order of the classes; --csv a table with a column for \
      each class.
      """)

  @Argument(help: "A model file, as softmax train writes it.")
  var model: String

  @Argument(help: "What to classify.")
  var input: [String]

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Show the n most probable classes of each row (default: 1).", valueName: "n")
  )
  var top: Int?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Write the rows of a table and their predictions to a .csv, .tsv or .jsonl file.",
      valueName: "file"))
  var output: String?

  @Flag(help: "Replace the file of --output if it is there.")
  var force = false

  @Flag(help: "Add a column with the probability of each class to the file of --output.")
  var probabilities = false

  @Flag(help: "Draw each picture: rows that are named, and the first 10 of the others.")
  var preview = false

  @Flag(help: "Write JSON, an object a line.")
  var json = false

  @Flag(help: "Write comma-separated values.")
  var csv = false

  @OptionGroup
  var decisions: DecisionOptions

  @OptionGroup
  var threading: ThreadOptions

  @OptionGroup
  var source: SourceOptions

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top must be at least 1, got \(top)") }
    if json, csv { throw ValidationError("choose one of --json and --csv") }
    guard file == nil else {
      if preview { throw ValidationError("--preview is for people, --output for programs") }
      return
    }
    if force || probabilities {
      throw ValidationError("\(force ? "--force" : "--probabilities") is for a file (--output)")
    }
    guard json || csv, preview || top != nil else { return }
    throw ValidationError(
      "--top and --preview are for people; --json and --csv give every class of every row")
  }

  // The file to write; nil for standard output.
  private var file: String? { output == "-" ? nil : output }

  func run() throws {
    // Only a file has to be removed after a signal.
    let interruption = file == nil ? nil : Interruption()
    defer { interruption?.end() }
    do {
      try run(interruption)
    } catch {
      // A pipe that ends at a signal is an error of its own, such as a line with too few cells.
      try interruption?.validateGoingOn()
      throw error
    }
  }

  private func run(_ interruption: Interruption?) throws {
    let console = Console()
    let form = try file.map { path throws(SoftmaxError) in
      try PredictionFileForm(path: path, json: json, csv: csv)
    }
    let classifier = try Classifier.load(model)
    var loader = DatasetLoader(
      console: console, directory: source.folder, options: source.reading)
    let sources = try input.map { text throws(SoftmaxError) in
      do throws(SoftmaxError) {
        return try PredictionSource(text, for: classifier, loader: &loader, isWhole: preview) {
          Interruption.isRequested
        }
      } catch {
        // The name of a file to write stands where that of a file to read is expected.
        guard error.code == .notFound, output == nil, input.count > 1, text == input.last else {
          throw error
        }
        throw SoftmaxError(
          error.code, error.message,
          remedy: "if the predictions are to be written there, name it with --output",
          at: error.location)
      }
    }
    let rule = try decisions.rule(for: classifier)
    let format = try format(for: classifier, rule, form, sources: sources, console: console)
    let predictor = try classifier.predictor(execution: threading.execution)
    var run = PredictionRun(
      predictor, as: format, to: try OutputDestination(path: file, replaces: force),
      display: PredictionDisplay(
        console: console, isShown: file != nil || !console.terminal.isOutputTerminal),
      interruption: interruption)
    try run.run(sources)
    if let file {
      let rows = "\(NumberText.grouped(run.rowCount)) row\(run.rowCount == 1 ? "" : "s")"
      console.message("wrote \(rows) to \(PrintableText.line(file))")
    }
    run.messages.forEach(console.message)
  }

  private func format(
    for classifier: Classifier, _ rule: DecisionRule, _ form: PredictionFileForm?,
    sources: [PredictionSource],
    console: Console
  ) throws(SoftmaxError) -> any PredictionFormat {
    let classNames = classifier.classNames
    let hasFileNames = sources.contains(where: \.hasFileNames)
    guard let form else {
      if json { return JSONPredictionFormat(rule: rule) }
      if csv {
        return CSVPredictionFormat(
          classNames: classNames, hasFileNames: hasFileNames, rule: rule)
      }
      return TextPredictionFormat(
        classNames: classNames, sources: sources, top: top ?? 1, showsPictures: preview, rule: rule,
        terminal: console.terminal)
    }
    guard let other = sources.first(where: { !$0.isTable }) else {
      let added = AddedColumns(
        classNames: classNames, top: top ?? 1, hasProbabilities: probabilities, rule: rule)
      return switch form {
      case .commas: TablePredictionFormat(added, separator: nil)
      case .tabs: TablePredictionFormat(added, separator: .tab)
      case .json: JSONRowPredictionFormat(added)
      }
    }
    // Rows without columns that could be kept.
    guard !sources.contains(where: \.isTable), top == nil, !probabilities else {
      throw SoftmaxError(
        .invalidArgument,
        "\(other.name) is no file of a table, whose rows and columns are kept",
        remedy: "write it to a file of its own, without --top and --probabilities")
    }
    return switch form {
    case .commas:
      CSVPredictionFormat(classNames: classNames, hasFileNames: hasFileNames, rule: rule)
    case .tabs:
      CSVPredictionFormat(
        classNames: classNames, hasFileNames: hasFileNames, rule: rule, separator: "\t")
    case .json: JSONPredictionFormat(rule: rule)
    }
  }
}
