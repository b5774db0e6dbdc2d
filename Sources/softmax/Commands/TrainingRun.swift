// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// One run of `softmax train`: validates, loads, trains, saves, evaluates and reports.
struct TrainingRun {
  private var command: TrainCommand
  private let console: Console

  init(_ command: TrainCommand) {
    self.command = command
    var console = Console()
    console.isQuiet = command.quiet
    self.console = console
  }

  mutating func run() throws {
    // Cheap checks come first, so errors appear before the training instead of after it.
    let reference = try DatasetReference(command.data)
    let testReference = command.test.isEmpty ? nil : try DatasetReference(command.test)
    let watching = command.watching
    let checkpoint = try loadedCheckpoint()
    // A training that goes on may have written its model before, since one command line starts and resumes it.
    try OutputFile.validate(command.output, replaces: command.force || checkpoint != nil)
    if let path = watching.checkpoint {
      try OutputFile.validate(
        path, replaces: command.force || watching.goesOnInCheckpoint,
        remedy: "go on from it (--resume), choose another name")
    }

    var loader = DatasetLoader(
      console: console, directory: command.source.folder, options: command.source.reading)
    let split = try loader.split(
      of: reference, like: checkpoint.map { KnownInputs(of: $0) } ?? KnownInputs())
    let whole = try reference.part(of: split, default: .training)
    let isBuiltIn = if case .builtIn = reference.source { true } else { false }
    command = try command.resolved(for: whole, isBuiltIn: isBuiltIn)
    try command.selection.validate(without: command.choosesModel ? nil : "this training")
    let test: LabeledDataset?
    if let testReference {
      test = try loader.samples(
        of: testReference, default: .test, like: KnownInputs(like: whole))
    } else {
      // If the test part is trained on, it cannot be used for the evaluation.
      test = reference.part == .test ? nil : split.test
    }
    try validateMemory(for: whole)
    if whole.features.sparse != nil || whole.features.hasTexts { HeapPages.keepFreed() }
    if let testReference, reference.trainsOnRows(of: testReference, hasParts: split.hasParts) {
      console.warning(
        "--test names rows that are trained on; how well those are known says little about others")
    }

    let heldBack = try heldBackRows(of: whole)
    try EvaluationMemory(
      // A choice among models judges the rows to learn from too.
      rowCount: max(
        (test ?? heldBack?.validation)?.count ?? 0, command.choosesModel ? whole.count : 0),
      classCount: whole.classCount
    ).validate()
    let report = TrainingReport(
      command, console: console, name: split.name, heldBack: heldBack?.validation, test: test,
      isNew: checkpoint == nil)
    let (classifier, seconds) = try train(
      on: whole, learning: heldBack?.training ?? whole, reportingTo: report, resuming: checkpoint)
    try classifier.save(to: command.output)
    let evaluation = try (test ?? heldBack?.validation).map { rows throws(SoftmaxError) in
      try classifier.evaluation(on: rows, execution: command.threading.execution)
    }
    let result = try TrainingResult(
      classifier: classifier, history: report.history, seconds: seconds, evaluation: evaluation,
      isValidation: test == nil, path: command.output, execution: command.threading.execution)
    if command.json {
      try console.result(result.json.text)
    } else {
      try console.results(result.lines)
      let next = nextCommand(isJudged: test != nil, isTable: whole.schema != nil)
      console.message("next           " + next)
    }
  }

  // Returns the split of --validation before preprocessing; the estimator makes the same split.
  private func heldBackRows(
    of whole: LabeledDataset
  ) throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset)? {
    guard let fraction = command.watching.validation else { return nil }
    return try whole.split(validationFraction: fraction, seed: command.training.seed)
  }

  // Loads the checkpoint of --resume; nil if the file does not exist yet, so the same command line can both
  // start and resume a training.
  private func loadedCheckpoint() throws(SoftmaxError) -> Checkpoint? {
    guard let path = command.watching.resume else { return nil }
    let name = PrintableText.line(path)
    do throws(SoftmaxError) {
      let checkpoint = try Checkpoint.load(path)
      let position = checkpoint.position
      console.message(
        "going on from \(name): after \(checkpoint.history.unit.rawValue) \(position.epoch)"
          + (position.step > 0 ? ", step \(NumberText.grouped(position.step))" : ""))
      return checkpoint
    } catch {
      guard error.code == .notFound else { throw error }
      console.message("\(name) is not there yet: beginning at the beginning")
      return nil
    }
  }

  private func validateMemory(for dataset: LabeledDataset) throws(SoftmaxError) {
    try MemoryEstimate(
      inputCount: command.featureCount(of: dataset),
      // The networks of a choice are small beside the factors of its linear models.
      hiddenUnits: command.choosesModel ? [] : command.hiddenUnits,
      classCount: dataset.classCount,
      batchSize: min(command.batchSize, dataset.count),
      optimizer: command.optimizer,
      isSolved: command.isSolved || command.choosesModel,
      isSparse: dataset.features.sparse != nil,
      l1Penalty: command.training.l1,
      solveCount: command.choosesPenalty || command.choosesModel
        ? min(command.threading.execution.threadCount, command.penalty.foldCount) : 1,
      keepsBestWeights: command.watching.earlyStopping != nil,
      writesCheckpoints: command.watching.checkpoint != nil
    ).validate()
  }

  private func train(
    on dataset: LabeledDataset, learning rows: LabeledDataset, reportingTo report: TrainingReport,
    resuming checkpoint: Checkpoint?
  ) throws -> (classifier: Classifier, seconds: Double) {
    let display = TrainingDisplay(
      console: console, epochCount: command.passes, wantsCurves: command.watching.curves,
      isShared: command.json && console.terminal.isOutputTerminal)
    let interruption = Interruption()
    defer { interruption.end() }
    let selection = SelectionDisplay(
      command, console: console, report: report, interruption: interruption)
    let began = ContinuousClock.now
    let fitted: Classifier
    do {
      defer { display.end() }
      fitted = try command.fit(
        to: dataset, learning: rows, callbacks: [report] + callbacks(display, interruption),
        resuming: checkpoint,
        observer: selection)
    }
    let history = report.history
    let isComplete =
      command.choosesModel || history.stopReason != nil || history.epochs.count == command.passes
    if let status = interruption.requestedStatus, !isComplete {
      throw interrupted(after: history, status: status)
    }
    if command.choosesModel { try selection.validateGoingOn() }
    if fitted.trainingRecord?.isSeparable == true {
      console.warning(
        "the classes are linearly separable: without a penalty every multiple of the weights is better "
          + "than the weights, so these are not the best; give a penalty by --l2 or --c, or --l2 auto"
      )
    }
    let seconds = began.duration(to: .now) / .seconds(1)
    var record = fitted.trainingRecord
    record?.dataset = command.data.joined(separator: " ")
    return (fitted.with(trainingRecord: record), seconds)
  }

  private func callbacks(
    _ display: TrainingDisplay, _ interruption: Interruption
  ) -> [any TrainingCallback] {
    let watching = command.watching
    var callbacks: [any TrainingCallback] = [
      display, InterruptionWatch(interruption: interruption),
    ]
    if command.json {
      callbacks.append(
        .onEpochEnd { [console] status in
          if let epoch = status.history.epochs.last {
            try console.result(epoch.json(of: status.history.unit).text)
          }
          return .proceed
        })
    }
    if let patience = watching.earlyStopping {
      callbacks.append(
        .earlyStopping(patience: patience, monitor: watching.monitor ?? .validationLoss))
    }
    if let patience = watching.reduceOnPlateau {
      callbacks.append(
        .reduceOnPlateau(
          patience: patience,
          monitor: watching.monitor ?? (watching.validation == nil ? .loss : .validationLoss)))
    }
    if let path = watching.csvLog {
      callbacks.append(
        .csvLog(to: path) { [console] error in
          console.warning(
            PrintableText.line("\(error)") + "; the training goes on, its log will have a gap")
        })
    }
    if let path = watching.checkpoint {
      callbacks.append(.checkpoint(to: path, everyEpochs: watching.checkpointEvery ?? 1))
    }
    return callbacks
  }

  private func interrupted(after history: TrainingHistory, status: ExitStatus) -> Interrupted {
    guard let path = command.watching.checkpoint else {
      return Interrupted(
        message: "interrupted: training stopped, nothing was saved", status: status)
    }
    var words = Array(CommandLine.arguments.dropFirst())
    words.removeAll { $0.hasPrefix("--resume=") }
    if let index = words.firstIndex(of: "--resume") {
      words.removeSubrange(index..<min(index + 2, words.count))
    }
    words += ["--resume", path]
    return Interrupted(
      message: PrintableText.lines(
        "interrupted after \(Self.progress(of: history, limit: command.passes)): the steps "
          + "so far are in \(path)\nto go on        softmax "
          + words.map(ShellWord.quoted).joined(separator: " ")), status: status)
  }

  // The limit of a solve says nothing about how far it is.
  private static func progress(of history: TrainingHistory, limit: Int) -> String {
    let count = history.epochs.count
    return switch history.unit {
    case .epoch: "\(count) of \(limit) epochs"
    case .iteration: "\(count) iteration\(count == 1 ? "" : "s")"
    }
  }

  private func nextCommand(isJudged: Bool, isTable: Bool) -> String {
    let model = ShellWord.quoted(command.output)
    if isTable {
      let ending =
        [".jsonl", ".ndjson"].contains { ending in
          command.data.contains { $0.hasSuffix(ending) }
        } ? "jsonl" : "csv"
      let words = command.source.table.wordsOfForm.map(ShellWord.quoted)
      return PrintableText.line(
        (["softmax predict \(model) new.\(ending) --output predicted.\(ending)"] + words)
          .joined(separator: " ")
      )
    }
    var words = ["softmax", isJudged ? "evaluate" : "inspect", model]
    if isJudged {
      words += ((command.test.isEmpty ? command.data : command.test) + command.source.words).map(
        ShellWord.quoted)
    }
    return PrintableText.line(words.joined(separator: " "))
  }
}
