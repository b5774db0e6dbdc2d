// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A callback that describes the training when it begins, after all checks, and stores its history.
///
/// It first checks that the model can be saved and that it accepts the test rows, so these errors appear
/// before the first step instead of after the training.
final class TrainingReport: TrainingCallback {
  private let command: TrainCommand
  private let console: Console
  private let name: String
  private let heldBack: LabeledDataset?
  private let test: LabeledDataset?
  private let isNew: Bool

  // Whether the training was described; a choice of the penalty comes before the training begins.
  private var hasDescribed = false

  /// The history; empty until the training has ended.
  private(set) var history = TrainingHistory()

  /// Creates the callback for one training.
  ///
  /// - Parameters:
  ///   - name: the name of the data set in messages.
  ///   - heldBack: the validation rows, before preprocessing.
  ///   - test: the test rows, before preprocessing.
  ///   - isNew: whether the training starts from new weights; false if it resumes from a checkpoint.
  init(
    _ command: TrainCommand, console: Console, name: String, heldBack: LabeledDataset?,
    test: LabeledDataset?, isNew: Bool
  ) {
    self.command = command
    self.console = console
    self.name = name
    self.heldBack = heldBack
    self.test = test
    self.isNew = isNew
  }

  func trainingBegins(_ status: TrainingStatus) throws {
    try describe(status.classifier, trainedOn: status.dataset)
  }

  /// Validates and describes a training once, before its first step.
  ///
  /// - Parameters:
  ///   - classifier: the classifier as it begins.
  ///   - dataset: the rows to learn from, as the network sees them.
  func describe(_ classifier: Classifier, trainedOn dataset: LabeledDataset) throws(SoftmaxError) {
    guard !hasDescribed else { return }
    hasDescribed = true
    try validate(classifier)
    describeRows(of: dataset)
    describeOrigins(of: dataset)
    if dataset.origins == nil { describeDates(of: classifier) }
    describePreprocessing(of: dataset, by: classifier)
    describeNetwork(classifier, trainedOn: dataset)
  }

  func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws {
    history = status.history
  }

  // Finds the errors that would otherwise occur after the training, when the model is saved or evaluated on
  // the test rows.
  private func validate(_ classifier: Classifier) throws(SoftmaxError) {
    try classifier.validateSaving()
    guard let test else { return }
    do throws(SoftmaxError) {
      _ = try classifier.pipeline.apply(to: test.features)
    } catch {
      throw SoftmaxError(
        error.code, "of the rows to be judged by, \(error.message)", remedy: error.remedy,
        at: error.location, cause: error.cause)
    }
    _ = try test.matching(classNames: classifier.classNames)
    // A single row may have the weight 0.
    let row = try test.selecting(rows: 0..<min(1, test.count)).weighted(by: nil)
    _ = try classifier.evaluation(on: row)
  }

  private func describeRows(of dataset: LabeledDataset) {
    let shape = dataset.featureShape
    // The folds of a choice judge.
    let others =
      test.map { ", \(NumberText.grouped($0.count)) to be judged by" }
      ?? (command.choosesModel ? "" : ", none to be judged by")
    console.message(
      "\(PrintableText.line(name)): \(NumberText.grouped(dataset.count)) rows of "
        + NumberText.shape(shape)
        + (shape == [1] ? " feature" : shape.count == 1 ? " features" : "") + " to learn from"
        + others)
    if let heldBack {
      console.message(
        "\(NumberText.grouped(heldBack.count)) more rows are held back to validate by")
    }
  }

  private func describeOrigins(of dataset: LabeledDataset) {
    guard let origins = dataset.origins else { return }
    guard heldBack != nil || command.choosesModel || command.choosesPenalty else {
      return console.warning(
        "the \(origins.name) of the rows change nothing: this training neither holds rows back nor chooses among "
          + "models by them")
    }
    let count = NumberText.grouped(origins.distinctCount)
    console.message(
      origins.areTimes
        ? "the rows have \(count) times, which are no feature: rows are judged by models of earlier ones"
        : "the rows have \(count) groups: none is learned from and judged by at once")
  }

  private func describeDates(of classifier: Classifier) {
    guard command.choosesModel,
      let date = classifier.pipeline.table?.features.first(where: { $0.type == .date })?.name
    else { return }
    console.message(
      PrintableText.line(
        "\(date.debugDescription) holds dates: if rows to come are later ones, --time-column has rows judged by models of "
          + "earlier ones, and leaves the dates out of the features"
      ))
  }

  private func describePreprocessing(of dataset: LabeledDataset, by classifier: Classifier) {
    let encodesNumbers = classifier.pipeline.computes
    if command.standardize, encodesNumbers {
      console.message(
        "each feature is brought to mean 0 and standard deviation 1, as measured on the rows to learn "
          + "from")
    } else if command.piecewiseLinear, encodesNumbers {
      console.message(
        "each number is encoded by its place among the quantiles of the rows to learn from")
    } else if isNew, !command.isSolved, !command.choosesModel, !command.network.batchNorm,
      let warning = FeatureSizes(of: dataset, names: classifier.pipeline.featureNames)?.warning
    {
      console.warning(warning)
    }
  }

  private func describeNetwork(_ classifier: Classifier, trainedOn dataset: LabeledDataset) {
    let title = "\(dataset.classCount) classes: "
    console.message(
      title
        + PrintableText.list(
          dataset.classNames, columns: console.terminal.width - PrintableText.width(title)))
    if !command.choosesModel {
      console.message(classifier.network.summary(columns: min(88, console.terminal.width)))
    }
    if let warning = dataset.classWarning { console.warning(warning) }
    warn(of: dataset.missingClasses, "learn from", in: dataset)
    warnOfSingleRows(in: dataset)
    if let heldBack {
      let missing = heldBack.missingClasses.filter(Set(dataset.labels).contains)
      warn(of: missing, "validate by", in: dataset)
    }
    if command.network.batchNorm, command.batchSize == 1 {
      console.warning(
        "--batch-norm makes 0 of every batch of one row, so nothing of it is learnt; "
          + "use a greater --batch-size")
    }
    if !command.choosesModel, let warning = scheduleWarning(rowCount: dataset.count) {
      console.warning(warning)
    }
    if command.initializer == .zeros, command.network.model != .linear {
      console.warning(
        "all units of a hidden layer begin alike and stay alike with --init zeros; use glorot or he"
      )
    }
  }

  // A training that ends before its schedule reaches the full rate learns with a fraction of the rate.
  private func scheduleWarning(rowCount: Int) -> String? {
    let batches = (rowCount - 1) / command.batchSize + 1
    let stepsPerEpoch = (batches - 1) / command.training.accumulate + 1
    let (product, overflow) = stepsPerEpoch.multipliedReportingOverflow(by: command.epochs)
    let steps = overflow ? Int.max : product
    let peak = command.optimizer.schedule.peak(inSteps: steps, stepsPerEpoch: stepsPerEpoch)
    guard !peak.isReached || peak.factor < 0.9 else { return nil }
    return
      "--schedule reaches at most \(NumberText.size(100 * peak.factor)) % of the learning rate "
      + "in the \(NumberText.grouped(steps)) step\(steps == 1 ? "" : "s") of this training; train for more epochs, by smaller "
      + "batches or with a shorter warm-up"
  }

  // Warns of classes without a row. The purpose of the rows, such as "learn from", completes the warning.
  // A class of one row among larger ones is perhaps a slip of the pen.
  private func warnOfSingleRows(in dataset: LabeledDataset) {
    guard case .labels(let labels) = dataset.targets, dataset.count >= 10 * dataset.classCount
    else {
      return
    }
    var counts = [Int](repeating: 0, count: dataset.classCount)
    for label in labels { counts[label] += 1 }
    let single = counts.indices.filter { counts[$0] == 1 }.map { dataset.classNames[$0] }
    guard !single.isEmpty else { return }
    let title = "\(single.count) class\(single.count == 1 ? " has" : "es have") a single row: "
    let list = PrintableText.list(
      single, columns: max(20, console.terminal.width - title.count - 9))
    console.warning(
      title + list + "; nothing tells how well "
        + (single.count == 1 ? "it is recognized" : "they are recognized"))
  }

  private func warn(of classes: [Int], _ purpose: String, in dataset: LabeledDataset) {
    guard !classes.isEmpty else { return }
    let title = "no row to \(purpose) for "
    console.warning(
      title
        + PrintableText.list(
          classes.map { dataset.classNames[$0] },
          columns: max(20, console.terminal.width - title.count - 9)))
  }
}
