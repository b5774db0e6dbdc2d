// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a classifier and writes it to a file.",
    discussion: """
      Examples:

        softmax train digits
        softmax train flowers.csv --target species
        softmax train january.csv february.csv --target churned --test march.csv
        softmax train digits --model linear --output linear.safetensors
        softmax train digits --model linear --l2 auto
        softmax train digits --model linear --loss one-vs-rest
        softmax train flowers.csv --target species --model mlp --standardize
        softmax train mails.npz --features embeddings --labels folder --model linear
        gunzip -c flowers.csv.gz | softmax train -
        softmax train digits --label-smoothing 0.1 --class-weights balanced
        softmax train fashion-mnist --hidden 128,64 --epochs 5 --seed 1 --json
        softmax train digits --epochs 100 --validation 0.1 --early-stopping 5
        softmax train digits --checkpoint run.safetensors --resume run.safetensors

      Same data, seed and options give the same model, bit for bit, whatever the threads and the \
      processor, in one go or interrupted and resumed. At the end the model is judged by the rows \
      that were held back: those of --test, or the data set's own test part, else those of \
      --validation.

      A linear model is solved to its optimum, and the result says how near it is. With an option that \
      only batches have, such as --optimizer or --epochs, it is trained by batches.

      --json writes an object a line: {"event":"epoch",...} after each epoch, or \
      {"event":"iteration",...} after each iteration of a solver, and last {"event":"result",...}; \
      with --l2 auto first {"event":"penalty",...} for each penalty.
      """)

  @Argument(
    help: ArgumentHelp(
      """
      What to learn from: a data set's name, \(FileFormats.namesOfLabeledData); several files are one \
      table. Without it, the file of --features.
      """, valueName: "data"))
  var namedData: [String] = []

  /// The references to the data, whether they are arguments or the file of --features.
  var data: [String] { source.arrays.data(namedBy: namedData) }

  @Option(
    help: ArgumentHelp(
      "What to judge by, instead of the test part; again for each of several files of a table.",
      valueName: "data"))
  var test: [String] = []

  @Option(
    help: """
      Whose defaults hold for what is not said: optimizer, initial weights, rows of a step, hidden \
      units, epochs, penalty.
      """)
  var preset: PresetKind?

  @Flag(
    help: """
      Bring each feature to mean 0 and standard deviation 1, as measured on the rows to learn from; \
      the model does it by itself from then on.
      """)
  var standardize = false

  @Flag(
    help: """
      Give each feature a scaled value and its place among 17 quantiles of the rows to learn from, so that a \
      linear model becomes a sum of piecewise linear functions; the model does it by itself from then on.
      """)
  var piecewiseLinear = false

  @OptionGroup(title: "The network")
  var network: NetworkOptions

  @OptionGroup(title: "The loss")
  var loss: LossOptions

  @OptionGroup(title: "The training")
  var training: OptimizerOptions

  @OptionGroup(title: "The choice of the model")
  var selection: SelectionOptions

  @OptionGroup(title: "The choice of the penalty")
  var penalty: PenaltyOptions

  @OptionGroup(title: "Watching, keeping, going on")
  var watching: WatchOptions

  @OptionGroup
  var threading: ThreadOptions

  @OptionGroup
  var source: SourceOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "model"))
  var output = "model.safetensors"

  @Flag(
    help: """
      Replace a model or a checkpoint that is there already; a training that goes on from a checkpoint does so \
      without it.
      """)
  var force = false

  @Flag(help: "Write the results as JSON, an object a line.")
  var json = false

  @Flag(name: .shortAndLong, help: "Write nothing but results and errors.")
  var quiet = false

  func validate() throws {
    try source.arrays.validate(data: namedData)
    if let batchReason { try training.validateNoSolver(because: batchReason) }
    guard !standardize || !piecewiseLinear else {
      throw ValidationError(
        "--standardize and --piecewise-linear both scale the features: leave one of them out")
    }
    try selection.validate(
      without: network.model == .auto ? nil : "--model \(network.model.rawValue)")
    try penalty.validate(l2: training.l2, batchReason: batchReason)
    if isSolved, !loss.isCrossEntropy {
      for (option, isGiven) in [("--l1", training.l1 != 0), ("--l2 auto", choosesPenalty)]
      where isGiven {
        throw ValidationError("\(option) is for --loss cross-entropy; give --l2 or --c a number")
      }
    }
    try training.validate(for: network.model, epochs: epochs, preset: preset?.preset)
    guard !output.isEmpty else { throw ValidationError("--output needs the name of a file") }
    try validatePaths()
  }

  // Two options with the same path would write the same file, and the earlier contents would be lost.
  private func validatePaths() throws {
    var written: [String: String] = [:]
    for (name, path) in [
      ("--output", output), ("--checkpoint", watching.checkpoint), ("--csv-log", watching.csvLog),
    ] {
      guard let path else { continue }
      if let other = written.updateValue(name, forKey: FileProbe.resolved(path)) {
        throw ValidationError("\(other) and \(name) are two files: name another for one")
      }
    }
    // Only --checkpoint may name the file of --resume: a resumed training continues to write its
    // checkpoint.
    if let resume = watching.resume, let other = written[FileProbe.resolved(resume)],
      other != "--checkpoint"
    {
      throw ValidationError("\(other) and --resume are two files: name another for one")
    }
    let arrayFiles = [("--features", source.arrays.features), ("--labels", source.arrays.labels)]
    let texts = data.map { ("DATA", $0) } + test.map { ("--test", $0) }
    for (name, text) in texts + arrayFiles {
      guard let text, case .file(let path)? = try? DatasetReference(text).source,
        let other = written[FileProbe.resolved(path)]
      else { continue }
      throw ValidationError("\(name) and \(other) are two files: name another to write to")
    }
  }

  func run() throws {
    var run = TrainingRun(self)
    try run.run()
  }
}
