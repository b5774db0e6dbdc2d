// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax explain`.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Walks a small batch through softmax and its loss, step by step.",
    discussion: """
      Examples:

        softmax explain
        softmax explain digits --rows 1
        softmax explain digits --model model.safetensors --seed 7
        softmax explain --figures figures

      Logits, shift by the maximum, exponentials, normalisation, loss, gradient: the library's own \
      numbers, and beside them what the formula gives as it is written, where it overflows. Without \
      DATA three rows of made-up scores show the usual case and the two that fail. With DATA some of \
      its rows, drawn by the seed, and the scores of a model, or of one layer that has not been \
      trained. The figures are the losses, each with its gradient and its likelihood.
      """)

  @Argument(help: "Where the rows come from: a data set's name, \(FileFormats.namesOfLabeledData).")
  var data: String?

  @Option(help: "The model file that gives the scores.")
  var model: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of rows.", valueName: "n"))
  var rows = 3

  @Option(
    parsing: .unconditional,
    help: "What rows, and an untrained layer's weights, are drawn from.")
  var seed: UInt64 = 0

  @OptionGroup
  var source: SourceOptions

  @Option(
    help: ArgumentHelp("Draw the losses into this folder, as SVG.", valueName: "dir"))
  var figures: String?

  @Flag(help: "Write JSON, an object a row and one of what follows; null is a number not finite.")
  var json = false

  private static let losses: [(name: String, figure: LossFigure)] = [
    ("squared-loss", .squared), ("absolute-loss", .absolute), ("huber-loss", .huber()),
    ("cross-entropy", .crossEntropy),
  ]

  func validate() throws {
    guard (1...100).contains(rows) else {
      throw ValidationError("--rows must be 1 to 100, got \(rows)")
    }
    if model != nil, data == nil {
      throw ValidationError("--model needs DATA, the rows that it is to score")
    }
  }

  func run() throws {
    let console = Console()
    let folder = try figures.map { path throws(SoftmaxError) in try FigureFolder(path) }
    let explanation = try explanation(console: console)
    if json {
      try console.results(explanation.json.map(\.text))
    } else {
      try console.results(explanation.lines)
    }
    for (name, figure) in Self.losses {
      try folder?.write(figure.svg(), to: name + ".svg", console: console)
    }
  }

  private func explanation(console: Console) throws(SoftmaxError) -> Explanation {
    guard let data else {
      let count = try SoftmaxWalkthrough.workedExample().labels.count
      return try Explanation(rowNumbers: Array(0..<min(rows, count)))
    }
    let reference = try DatasetReference(data)
    let trained = try model.map { path throws(SoftmaxError) in try Classifier.load(path) }
    var loader = DatasetLoader(
      console: console, directory: source.folder, options: source.reading)
    let samples = try loader.samples(
      of: reference, default: .test, like: trained.map { KnownInputs(of: $0) } ?? KnownInputs())
    let order = CounterBasedGenerator(seed: seed).permutation(of: samples.count)
    let chosen = Array(order.prefix(rows))
    let batch = samples.selecting(rows: chosen)
    let classifier = if let trained { trained } else { try untrained(for: batch) }
    guard classifier.outputFunction == .softmax else {
      throw SoftmaxError(
        .unsupported,
        "the model's outputs do not go through softmax (\(classifier.outputFunction.rawValue))",
        remedy: "name a model whose outputs go through softmax")
    }
    return try Explanation(
      SoftmaxWalkthrough(
        logits: classifier.logits(for: batch.features),
        labels: classifier.evaluation(on: batch.weighted(by: nil)).labels,
        classNames: classifier.classNames),
      rowNumbers: chosen.map { reference.row ?? $0 },
      origin: model.map { "The scores are those of \($0)." }
        ?? "The scores are those of an untrained layer; --model names a trained one.")
  }

  private func untrained(for batch: LabeledDataset) throws(SoftmaxError) -> Classifier {
    // The columns of a table become as many features as its categories need.
    let pipeline = try Pipeline(fittedTo: batch)
    let network = try Sequential(input: pipeline.apply(to: batch).featureShape, seed: seed) {
      Flatten()
      Dense(batch.classCount)
    }
    return try Classifier(network: network, classNames: batch.classNames, pipeline: pipeline)
  }
}
