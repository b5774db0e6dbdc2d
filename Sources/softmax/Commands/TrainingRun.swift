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
    try OutputFile.validate(command.output)

    var loader = DatasetLoader(
      console: console, directory: command.source.directory,
      table: command.table.format)
    let split = try loader.split(of: reference)
    let dataset = try reference.part(of: split, default: .training)
    let test: LabeledDataset?
    if let testReference {
      test = try loader.samples(
        of: testReference, default: .test, classNames: dataset.classNames)
    } else {
      // Rows that were trained on say nothing about others.
      test = reference.part == .test ? nil : split.test
    }
    let network = try preparedNetwork(for: dataset, test: test)
    describe(split, dataset, test, network)
    if let testReference, reference.trainsOnRows(of: testReference) {
      console.warning(
        "--test names rows that are trained on; how well those are known says little about others")
    }

    let (classifier, history, seconds) = try train(network, on: dataset)
    try classifier.save(to: command.output)
    let evaluation = try test.map { test throws(SoftmaxError) in
      try classifier.evaluation(on: test, threads: command.threading.threads)
    }
    let result = TrainingResult(
      classifier: classifier, history: history, seconds: seconds, evaluation: evaluation,
      path: command.output, threadCount: command.threading.count)
    if command.json {
      try console.result(result.json.text)
    } else {
      try console.results(result.lines)
      console.message("next           " + nextCommand(isJudged: test != nil))
    }
  }

  // A network that fits the data: whatever is wrong with the test rows shows here, before training.
  private func preparedNetwork(
    for dataset: LabeledDataset, test: LabeledDataset?
  ) throws(SoftmaxError) -> Sequential {
    try MemoryEstimate(
      inputCount: dataset.features.columnCount, hiddenUnits: command.network.hiddenUnits,
      classCount: dataset.classCount,
      batchSize: min(command.training.batchSize(for: command.network.model), dataset.count),
      optimizer: command.training.optimizer(for: command.network.model)
    ).validate()
    let network = try command.network.network(
      for: dataset, trainedBy: command.loss.loss, seed: command.training.seed)
    if let test {
      let classifier = try Classifier(network: network, trainedOn: dataset)
      _ = try classifier.evaluation(on: test.selecting(rows: 0..<min(1, test.count)))
    }
    return network
  }

  private func describe(
    _ split: DatasetSplit, _ dataset: LabeledDataset, _ test: LabeledDataset?,
    _ network: Sequential
  ) {
    console.message(
      "\(PrintableText.line(split.name)): \(NumberText.grouped(dataset.count)) rows of "
        + "\(NumberText.shape(dataset.featureShape)) to learn from, "
        + (test.map { "\(NumberText.grouped($0.count)) to be judged by" } ?? "none to be judged by")
    )
    let title = "\(dataset.classCount) classes: "
    console.message(
      title
        + PrintableText.list(
          dataset.classNames, columns: console.terminal.width - PrintableText.width(title)))
    console.message(network.summary(columns: min(88, console.terminal.width)))
    let missing = dataset.missingClasses.map { dataset.classNames[$0] }
    if !missing.isEmpty {
      let title = "no row to learn from for "
      console.warning(
        title
          + PrintableText.list(missing, columns: max(20, console.terminal.width - title.count - 9)))
    }
    if command.network.initializer.initializer == .zeros, command.network.model == .mlp {
      console.warning(
        "all units of a hidden layer begin alike and stay alike with --init zeros; use glorot or he"
      )
    }
  }

  private func train(
    _ start: Sequential, on dataset: LabeledDataset
  ) throws -> (classifier: Classifier, history: TrainingHistory, seconds: Double) {
    var network = start
    let options = command.training
    let loss = try command.loss.loss(for: dataset)
    let optimizer = options.optimizer(for: command.network.model)
    let batchSize = options.batchSize(for: command.network.model)
    var display = TrainingDisplay(console: console)
    let interruption = Interruption()
    defer {
      interruption.end()
      display.end()
    }
    let began = ContinuousClock.now
    let history = try network.fit(
      to: dataset, loss: loss, optimizer: optimizer, epochs: options.epochs, batchSize: batchSize,
      l1Penalty: options.l1, l2Penalty: options.l2, threads: command.threading.threads
    ) { progress in
      display.show(progress)
      if command.json, progress.isEpochEnd {
        try console.result(TrainingResult.json(of: progress).text)
      }
      try interruption.check()
    }
    let seconds = began.duration(to: .now) / .seconds(1)
    let record = TrainingRecord(
      dataset: command.data, rowCount: dataset.count, loss: loss, optimizer: optimizer,
      l1Penalty: options.l1, l2Penalty: options.l2, batchSize: batchSize, seed: options.seed,
      history: history)
    let classifier = try Classifier(network: network, trainedOn: dataset, record: record)
    return (classifier, history, seconds)
  }

  private func nextCommand(isJudged: Bool) -> String {
    var words = ["softmax", isJudged ? "evaluate" : "inspect", ShellWord.quoted(command.output)]
    if isJudged { words.append(ShellWord.quoted(command.test ?? command.data)) }
    if isJudged, let directory = command.source.directory {
      words += ["--data-dir", ShellWord.quoted(directory)]
    }
    return PrintableText.line(words.joined(separator: " "))
  }
}
