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

        softmax predict model.safetensors digits:test:0 --top 3 --preview
        softmax predict model.safetensors digits --csv
        softmax predict model.safetensors digits:train:5 --json

      INPUT is \(FileFormats.namesOfData), plain or gzipped, with labels or without, - for one on \
      standard input; or it names rows: digits:test:0 is one, digits:test and digits alone are the whole \
      test part. Rows count from 0 in each input. Where the model was \
      trained on a table with a header, columns are found by their names, in whatever order.

      --json writes an object for each row,

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

  @Flag(help: "Draw each picture: rows that are named, and the first 10 of the others.")
  var preview = false

  @Flag(help: "Write JSON, an object a line.")
  var json = false

  @Flag(help: "Write comma-separated values.")
  var csv = false

  @OptionGroup
  var threading: ThreadOptions

  @OptionGroup
  var source: SourceOptions

  // The number of rows that are predicted and written at a time; it does not influence the results.
  private static let rowsAtOnce = 4096

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top must be at least 1, got \(top)") }
    guard json || csv else { return }
    if json, csv { throw ValidationError("choose one of --json and --csv") }
    if preview || top != nil {
      throw ValidationError(
        "--top and --preview are for people; --json and --csv give every class of every row")
    }
  }

  func run() throws {
    let console = Console()
    let classifier = try Classifier.load(model)
    var loader = DatasetLoader(
      console: console, directory: source.folder, options: source.reading)
    let inputs = try input.map { text throws(SoftmaxError) in
      try PredictionInput(text, for: classifier, loader: &loader)
    }
    for input in inputs { try input.validateShape(for: classifier.network.inputShape) }
    var format = format(for: classifier, inputs: inputs, console: console)
    let predictor = try classifier.predictor(execution: threading.execution)
    try console.results(format.header)
    for input in inputs {
      let count = input.features.rowCount
      for begin in stride(from: 0, to: count, by: Self.rowsAtOnce) {
        let rows = begin..<min(begin + Self.rowsAtOnce, count)
        let predictions = try predictions(by: predictor, for: input, rows: rows)
        let lines = zip(rows, predictions).flatMap { row, prediction in
          format.lines(for: prediction, row: row, of: input)
        }
        try console.results(lines)
      }
    }
    if let note = format.note { console.message(note) }
  }

  private func format(
    for classifier: Classifier, inputs: [PredictionInput], console: Console
  ) -> any PredictionFormat {
    if json { return JSONPredictionFormat() }
    if csv {
      return CSVPredictionFormat(classNames: classifier.classNames)
    }
    return TextPredictionFormat(
      classNames: classifier.classNames, inputs: inputs, top: top ?? 1, showsPictures: preview,
      terminal: console.terminal)
  }

  private func predictions(
    by predictor: Predictor, for input: PredictionInput, rows: Range<Int>
  ) throws(SoftmaxError) -> [Prediction] {
    do {
      return try predictor.predictions(for: input.features.selecting(rows: rows))
    } catch {
      // The library counts rows from the first row of this block; the message must have the row of the
      // input.
      guard case .row(let row, let column)? = error.location else { throw error }
      throw SoftmaxError(
        error.code, error.message, remedy: error.remedy,
        at: .row(input.number(ofRow: rows.lowerBound + row), column: column), cause: error.cause)
    }
  }
}
