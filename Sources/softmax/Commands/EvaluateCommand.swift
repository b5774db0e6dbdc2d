// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Says how good a classifier is on labelled rows.",
    discussion: """
      Examples:

        softmax evaluate model.safetensors digits
        softmax evaluate model.safetensors digits:train --json

      A data set's name alone means its test part. Accuracy is the fraction of rows classified \
      rightly, with its 95 % interval after Wilson; log loss is the mean of -ln p(right class), \
      exact and never clipped.
      """)

  @Argument(help: "A model file, as softmax train writes it.")
  var model: String

  @Argument(help: "What to judge by: a data set's name, a folder of IDX files or a table.")
  var data: String

  @OptionGroup
  var threading: ThreadOptions

  @OptionGroup
  var source: DataOptions

  @OptionGroup
  var table: TableOptions

  @Flag(help: "Write the result as JSON.")
  var json = false

  func run() throws {
    let console = Console()
    let reference = try DatasetReference(data)
    let classifier = try Classifier.load(model)
    var loader = DatasetLoader(console: console, directory: source.directory, table: table.format)
    let samples = try loader.samples(
      of: reference, default: .test, classNames: classifier.classNames)
    let evaluation = try classifier.evaluation(on: samples, threads: threading.threads)
    guard json else {
      return try console.results(EvaluationText.lines(of: evaluation, title: "accuracy"))
    }
    let members: [(key: String, value: JSONValue)] = [
      ("event", .string("result")), ("rows", .integer(evaluation.rowCount)),
    ]
    try console.result(JSONValue.object(members + EvaluationText.members(of: evaluation)).text)
  }
}
