// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax compare`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Says which of several classifiers is better on the same rows.",
    discussion: """
      Examples:

        softmax compare first.safetensors second.safetensors digits
        softmax compare model.safetensors forest.csv digits --json
        softmax compare first.csv second.csv --target species

      The last name is the data; without it, two files of predictions have the true classes in the column of \
      --target. A model is judged as by softmax evaluate. A file of predictions is a table of another tool, or one \
      that softmax predict has written: a column for each class with its probability, named like the class \
      or probability_ and the class, a column prediction of predicted classes, or both. Its rows are those \
      of the data, in the same order; classes are matched by their names.

      Differences are paired, since all see the same rows. That of accuracy has Tango's score interval, and McNemar's \
      exact test (two-sided) says how often chance alone makes as large a one. The other metrics have bootstrap \
      intervals from 999 resamples of the rows, the same rows for all. Of many comparisons some seem significant by chance.

      --json writes one object: rows; models, each with name, rank and its metrics; pairs, each with first, \
      second, for each metric NAME_difference (second minus first), both_right, only_first_right, \
      only_second_right, both_wrong, mcnemar_p_value and disagreements. _low and _high after a name are its interval.
      """)

  @Argument(
    help: ArgumentHelp(
      "Two or more model files or files of predictions, and then the data to judge by.",
      valueName: "model"))
  var arguments: [String]

  @Option(
    help: ArgumentHelp(
      """
      The metrics to compare: all, or names separated by commas as of softmax evaluate; the best by the first one comes \
      first (default: accuracy and log_loss, ranked by log_loss).
      """, valueName: "names"),
    transform: MetricList.init)
  var metrics: MetricList?

  @Option(
    help: ArgumentHelp(
      "Write the rows for which predictions differ to a .csv or .tsv file.", valueName: "file"))
  var disagreements: String?

  @Flag(help: "Replace the file of --disagreements if it is there.")
  var force = false

  @Flag(help: "Write the result as JSON.")
  var json = false

  @OptionGroup
  var threading: ThreadOptions

  @OptionGroup
  var source: SourceOptions

  func validate() throws {
    guard arguments.count >= 2 else {
      throw ValidationError("name at least two models and the data")
    }
    if force, disagreements == nil {
      throw ValidationError("--force is for a file (--disagreements)")
    }
  }

  // The names of the models, and the data; nil if the true classes are in two files of predictions.
  private var parts: (models: [String], data: String?) {
    get throws {
      guard arguments.count == 2 else { return (arguments.dropLast(), arguments.last) }
      guard source.table.target != nil else {
        throw SoftmaxError(
          .invalidArgument, "there is one model and data, a comparison needs two models",
          remedy: "name another model; or, for two files of predictions, the column of the true "
            + "classes in them (--target)")
      }
      return (arguments, nil)
    }
  }

  func run() throws {
    let console = Console()
    let (models, data) = try parts
    // Prepared before the work, so a wrong path costs no results.
    let table = try disagreements.map { path throws(SoftmaxError) in
      try OutputDestination(path: path, replaces: force)
    }
    var rows = try JudgedRows(
      data.map { text throws(SoftmaxError) in try DatasetReference(text) }, source: source,
      execution: threading.execution, console: console)
    let comparison = try Comparison(
      of: models.map { try rows.evaluation(of: $0) }, names: models)
    let chosen = try metrics?.metrics ?? Self.usualMetrics(of: comparison)
    let resamples = comparison.resamples(of: chosen, execution: try threading.execution)
    if json {
      try console.result(comparison.json(of: chosen, resamples).text)
    } else {
      let text = ComparisonText(
        comparison, metrics: chosen, resamples, columns: console.terminal.reportWidth)
      try console.results(text.lines)
    }
    guard let table, let disagreements else { return }
    try DisagreementFile(
      comparison: comparison, separator: disagreements.hasSuffix(".tsv") ? "\t" : ","
    ).write(to: table)
    console.message("wrote \(PrintableText.line(disagreements))")
  }

  // Log loss ranks, unless only predicted classes of a model are known.
  private static func usualMetrics(of comparison: Comparison) throws -> [Metric] {
    let names = comparison.hasProbabilities ? ["log_loss", "accuracy"] : ["accuracy", "log_loss"]
    return try names.map { try Metric.named($0) }
  }
}
