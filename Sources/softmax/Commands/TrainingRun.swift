// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// One run of `softmax train`: check, load, train, write, judge, report.
struct TrainingRun {
  private let command: TrainCommand
  private let console: Console

  init(_ command: TrainCommand) {
    self.command = command
    var console = Console()
    console.isQuiet = command.quiet
    self.console = console
  }

  func run() throws {
    // What is cheap to check is checked before minutes are spent.
    let reference = try DatasetReference(command.data)
    let testReference = try command.test.map { text throws(SoftmaxError) in
      try DatasetReference(text)
    }
    let watching = command.watching
    try OutputFile.validate(command.output)
    if let path = watching.checkpoint { try OutputFile.validate(path) }
    let checkpoint = try loadedCheckpoint()

    var loader = DatasetLoader(
      console: console, directory: command.source.folder,
      table: command.table.format)
    let split = try loader.split(
      of: reference, classNames: checkpoint?.classNames, featureNames: checkpoint?.featureNames)
    let whole = try reference.part(of: split, default: .training)
      .ordering(features: checkpoint?.featureNames)
    let rows = try TrainingRows(whole, for: command)
    try rows.validate(checkpoint)
    let test: LabeledDataset?
    if let testReference {
      test = try loader.samples(
        of: testReference, default: .test, classNames: whole.classNames,
        featureNames: whole.featureNames)
    } else {
      // Rows that were trained on say nothing about others.
      test = reference.part == .test ? nil : split.test
    }
    let network = try preparedNetwork(for: rows, test: test)
    describe(split, rows, test, network, isNew: checkpoint == nil)
    if let testReference, reference.trainsOnRows(of: testReference) {
      console.warning(
        "--test names rows that are trained on; how well those are known says little about others")
    }

    let (classifier, history, seconds) = try train(
      network, on: rows, resuming: checkpoint)
    try classifier.save(to: command.output)
    let evaluation = try (test ?? rows.unpreparedValidation).map { rows throws(SoftmaxError) in
      try classifier.evaluation(on: rows, execution: command.threading.execution)
    }
    let result = try TrainingResult(
      classifier: classifier, history: history, seconds: seconds, evaluation: evaluation,
      isValidation: test == nil, path: command.output, execution: command.threading.execution)
    if command.json {
      try console.result(result.json.text)
    } else {
      try console.results(result.lines)
      console.message("next           " + nextCommand(isJudged: test != nil))
    }
  }

  // The checkpoint to go on from; none where it is not there yet, so that one command line can be
  // started again and again.
  private func loadedCheckpoint() throws(SoftmaxError) -> Checkpoint? {
    guard let path = command.watching.resume else { return nil }
    let name = PrintableText.line(path)
    do throws(SoftmaxError) {
      let checkpoint = try Checkpoint.load(path)
      let position = checkpoint.position
      console.message(
        "going on from \(name): after epoch \(position.epoch)"
          + (position.step > 0 ? ", step \(NumberText.grouped(position.step))" : ""))
      return checkpoint
    } catch {
      guard error.code == .notFound else { throw error }
      console.message("\(name) is not there yet: beginning at the beginning")
      return nil
    }
  }

  // A network that fits the data: whatever is wrong with the test rows shows here, before training.
  private func preparedNetwork(
    for rows: TrainingRows, test: LabeledDataset?
  ) throws(SoftmaxError) -> Sequential {
    let dataset = rows.training
    try MemoryEstimate(
      inputCount: dataset.features.columnCount, hiddenUnits: command.hiddenUnits,
      classCount: dataset.classCount,
      batchSize: min(command.batchSize, dataset.count),
      optimizer: command.optimizer,
      keepsBestWeights: command.watching.earlyStopping != nil,
      writesCheckpoints: command.watching.checkpoint != nil
    ).validate()
    let network = try command.network.network(
      for: dataset, hiddenUnits: command.hiddenUnits, initializer: command.initializer,
      trainedBy: command.loss.loss, seed: command.training.seed)
    let classifier = try rows.classifier(network)
    try classifier.validateSaving()
    if let test {
      do throws(SoftmaxError) {
        _ = try rows.standardization?.standardized(test.features)
      } catch {
        throw SoftmaxError(
          error.code, "of the rows to be judged by, \(error.message)", remedy: error.remedy,
          at: error.location, cause: error.cause)
      }
      _ = try classifier.evaluation(on: test.selecting(rows: 0..<min(1, test.count)))
    }
    return network
  }

  private func describe(
    _ split: DatasetSplit, _ rows: TrainingRows, _ test: LabeledDataset?, _ network: Sequential,
    isNew: Bool
  ) {
    let dataset = rows.training
    console.message(
      "\(PrintableText.line(split.name)): \(NumberText.grouped(dataset.count)) rows of "
        + "\(NumberText.shape(dataset.featureShape)) to learn from, "
        + (test.map { "\(NumberText.grouped($0.count)) to be judged by" } ?? "none to be judged by")
    )
    if let validation = rows.validation {
      console.message(
        "\(NumberText.grouped(validation.count)) more rows are held back to validate by")
      warn(
        of: validation.missingClasses.filter(dataset.labels.contains), "validate by", in: dataset)
    }
    if rows.standardization != nil {
      console.message(
        "each feature is brought to mean 0 and deviation 1, as measured on the rows to learn from")
    } else if isNew, !command.network.batchNorm,
      let warning = FeatureSizes(of: dataset)?.warning
    {
      console.warning(warning)
    }
    let title = "\(dataset.classCount) classes: "
    console.message(
      title
        + PrintableText.list(
          dataset.classNames, columns: console.terminal.width - PrintableText.width(title)))
    console.message(network.summary(columns: min(88, console.terminal.width)))
    warn(of: dataset.missingClasses, "learn from", in: dataset)
    if command.network.batchNorm, command.batchSize == 1 {
      console.warning(
        "--batch-norm makes 0 of every batch of one row, so nothing of it is learnt; "
          + "use a greater --batch-size")
    }
    if command.initializer == .zeros, command.network.model == .mlp {
      console.warning(
        "all units of a hidden layer begin alike and stay alike with --init zeros; use glorot or he"
      )
    }
  }

  // Says of which classes there is no row for a purpose.
  private func warn(of classes: [Int], _ purpose: String, in dataset: LabeledDataset) {
    guard !classes.isEmpty else { return }
    let title = "no row to \(purpose) for "
    console.warning(
      title
        + PrintableText.list(
          classes.map { dataset.classNames[$0] },
          columns: max(20, console.terminal.width - title.count - 9)))
  }

  private func train(
    _ start: Sequential, on rows: TrainingRows, resuming checkpoint: Checkpoint?
  ) throws -> (classifier: Classifier, history: TrainingHistory, seconds: Double) {
    var network = start
    let (dataset, validation) = (rows.training, rows.validation)
    let options = command.training
    let loss = try command.loss.loss(for: dataset)
    let optimizer = command.optimizer
    let batchSize = command.batchSize
    let display = TrainingDisplay(
      console: console, epochCount: command.epochs, wantsCurves: command.watching.curves,
      isShared: command.json && console.terminal.isOutputTerminal)
    let interruption = Interruption()
    defer { interruption.end() }
    let began = ContinuousClock.now
    let history: TrainingHistory
    do {
      defer { display.end() }
      history = try network.fit(
        to: dataset, loss: loss, optimizer: optimizer, epochs: command.epochs, batchSize: batchSize,
        l1Penalty: options.l1, l2Penalty: command.l2Penalty,
        validation: validation.map { .data($0) } ?? .none,
        callbacks: callbacks(display, interruption, rows), resuming: checkpoint,
        execution: command.threading.execution)
    }
    let isComplete = history.stopReason != nil || history.epochs.count == command.epochs
    if let status = interruption.requestedStatus, !isComplete {
      throw interrupted(after: history, status: status)
    }
    let seconds = began.duration(to: .now) / .seconds(1)
    let record = TrainingRecord(
      dataset: command.data, rowCount: dataset.count, loss: loss, optimizer: optimizer,
      l1Penalty: options.l1, l2Penalty: command.l2Penalty, batchSize: batchSize, seed: options.seed,
      history: history)
    return (try rows.classifier(network, record: record), history, seconds)
  }

  private func callbacks(
    _ display: TrainingDisplay, _ interruption: Interruption, _ rows: TrainingRows
  ) -> [any TrainingCallback] {
    let watching = command.watching
    var callbacks: [any TrainingCallback] = [
      display, InterruptionWatch(interruption: interruption),
    ]
    if command.json {
      callbacks.append(
        .onEpochEnd { [console] status in
          if let epoch = status.history.epochs.last {
            try console.result(epoch.json.text)
          }
          return .proceed
        })
    }
    if let patience = watching.earlyStopping {
      callbacks.append(.earlyStopping(patience: patience))
    }
    if let patience = watching.reduceOnPlateau {
      callbacks.append(
        .reduceOnPlateau(
          patience: patience, monitor: watching.validation == nil ? .loss : .validationLoss))
    }
    if let path = watching.csvLog { callbacks.append(.csvLog(to: path)) }
    if let path = watching.checkpoint {
      callbacks.append(
        .checkpoint(
          to: path, everyEpochs: watching.checkpointEvery ?? 1,
          standardization: rows.standardization, byteScale: rows.byteScale))
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
        "interrupted after \(history.epochs.count) of \(command.epochs) epochs: the steps "
          + "so far are in \(path)\nto go on        softmax "
          + words.map(ShellWord.quoted).joined(separator: " ")), status: status)
  }

  private func nextCommand(isJudged: Bool) -> String {
    var words = ["softmax", isJudged ? "evaluate" : "inspect", ShellWord.quoted(command.output)]
    if isJudged { words.append(ShellWord.quoted(command.test ?? command.data)) }
    if isJudged, let directory = command.source.directory {
      words += ["--data-dir", ShellWord.quoted(directory)]
    }
    if isJudged { words += command.table.words.map(ShellWord.quoted) }
    return PrintableText.line(words.joined(separator: " "))
  }
}
