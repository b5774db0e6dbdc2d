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
        softmax evaluate model.safetensors digits --gallery 6
        softmax evaluate model.safetensors digits:train --json
        softmax evaluate model.safetensors digits --metrics all
        softmax evaluate model.safetensors digits --report digits.html
        softmax evaluate rules.csv --target species

      A data set's name alone means its test part. Where the model was trained on a table with a \
      header, columns are found by their names, in whatever order. Accuracy is the fraction of rows classified \
      rightly, with its 95 % interval after Wilson; log loss is the mean of -ln p(right class), \
      exact and never clipped. --metrics shows others instead, with intervals; shares of rows have \
      Wilson's, the others that of 999 resamples of the rows, which depend on nothing but the rows. \
      The table of precision, recall and F1 is laid out as scikit-learn's \
      classification_report; in the confusion matrix rows are the true classes, columns the \
      predicted ones. With --json and more than 1,000 classes confusion_matrix is null, and \
      confusions has the pairs that occur, as [label, prediction, count].

      A file of predictions may stand in place of the model, as softmax compare takes it; the true classes \
      are those of the data or, without data, in its column of --target.
      """)

  @Argument(help: "A model file, as softmax train writes it, or a file of predictions.")
  var model: String

  @Argument(
    help: ArgumentHelp(
      """
      What to judge by: a data set's name, \(FileFormats.namesOfLabeledData); several files are one \
      table. Without it, the file of --features, or the file of predictions.
      """, valueName: "data"))
  var namedData: [String] = []

  @OptionGroup
  var threading: ThreadOptions

  @OptionGroup
  var source: SourceOptions

  @Option(
    help: ArgumentHelp(
      """
      The metrics to show, with 95 % intervals: all, or names separated by commas of \
      \(Metric.all.map(\.name).joined(separator: ", ")).
      """, valueName: "names"),
    transform: MetricList.init)
  var metrics: MetricList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Show n pictures titled true / predicted, the surest mistakes first.", valueName: "n"))
  var gallery: Int?

  @Option(
    help: ArgumentHelp(
      "Write confusion.svg, and gallery.svg of pictures, into this folder.", valueName: "dir"))
  var figures: String?

  @Option(
    help: ArgumentHelp(
      """
      Write an HTML page with figures, confusion matrix, curves and the surest mistakes into this file. It needs no \
      network and no script.
      """, valueName: "file"))
  var report: String?

  @Flag(help: "Replace a report that is there.")
  var force = false

  @Flag(help: "Write the result as JSON.")
  var json = false

  // The number of pictures in a figure if --gallery is not given.
  private static let figurePictureCount = 12

  func validate() throws {
    // A file of predictions may have the true classes itself.
    if source.table.target == nil { try source.arrays.validate(data: namedData) }
    if let gallery, gallery < 1 {
      throw ValidationError("--gallery must be at least 1, got \(gallery)")
    }
    if json, gallery != nil, figures == nil, report == nil {
      throw ValidationError("--gallery is for people; --json gives numbers")
    }
    if force, report == nil { throw ValidationError("--force is for a report (--report)") }
  }

  func run() throws {
    let console = Console()
    let data = source.arrays.data(namedBy: namedData)
    let folder = try figures.map { path throws(SoftmaxError) in try FigureFolder(path) }
    // Prepared before the work, so a wrong path costs no results.
    let page = try report.map { path throws(SoftmaxError) in
      try OutputDestination(path: path, replaces: force)
    }
    let (evaluation, judged) = try evaluation(on: data, console)
    // Made before any output, so an error appears without a partial report before it.
    let pictures = try judged.flatMap { _, samples in
      gallery != nil || (folder != nil || page != nil) && Gallery.canShow(samples)
        ? try Gallery(evaluation, of: samples, limit: gallery ?? Self.figurePictureCount) : nil
    }
    let intervals = try metrics.map {
      try evaluation.intervals(of: $0.metrics, execution: threading.execution)
    }
    let sets = SetsReport(judged?.classifier.conformal, on: evaluation)
    if json {
      let result = evaluation.json(of: metrics?.metrics ?? Metric.usual, intervals: intervals)
      try console.result(result.adding(sets?.members ?? []).text)
    } else {
      let text = EvaluationText(
        evaluation, metrics: metrics?.metrics, intervals: intervals,
        columns: console.terminal.reportWidth, color: console.terminal.outputColor)
      try console.results(text.lines + (sets?.lines ?? []))
      if gallery != nil, let pictures { try console.results(text.lines(of: pictures)) }
    }
    if let page, let path = report {
      let report = Report(
        judged?.classifier, from: model, judgedBy: namedData, evaluation, gallery: pictures)
      try page.write(Array(report.html().utf8))
      try page.finish()
      console.message("wrote \(PrintableText.line(path))")
    }
    guard let folder else { return }
    try folder.write(evaluation.confusionMatrix.svg(), to: "confusion.svg", console: console)
    if let pictures { try folder.write(pictures.svg(), to: "gallery.svg", console: console) }
  }

  // Evaluates the model on the data, which are both returned, or a file of predictions.
  private func evaluation(
    on data: [String], _ console: Console
  ) throws -> (Evaluation, judged: (classifier: Classifier, samples: LabeledDataset)?) {
    if let file = try JudgedRows.fileOfPredictions(model) {
      guard gallery == nil else {
        throw SoftmaxError(
          .invalidArgument, "is a file of predictions, and a gallery shows what a model was given",
          remedy: "leave out --gallery", at: .file(path: file.path, offset: nil))
      }
      var rows = try JudgedRows(
        data.isEmpty ? nil : DatasetReference(data), source: source,
        execution: threading.execution, console: console)
      return (try rows.evaluation(of: file), nil)
    }
    let classifier = try Classifier.load(model)
    guard !data.isEmpty else {
      throw SoftmaxError(
        .invalidArgument, "a model needs data to be judged by", remedy: "name the data after it")
    }
    let reference = try DatasetReference(data)
    var loader = DatasetLoader(
      console: console, directory: source.folder, options: source.reading)
    let samples = try loader.samples(
      of: reference, default: .test, like: KnownInputs(of: classifier))
    try EvaluationMemory(rowCount: samples.count, classCount: classifier.classNames.count)
      .validate()
    let evaluation = try classifier.evaluation(on: samples, execution: threading.execution)
    if let warning = classifier.warning(ofFittedRowsIn: evaluation) { console.warning(warning) }
    return (evaluation, (classifier, samples))
  }
}
