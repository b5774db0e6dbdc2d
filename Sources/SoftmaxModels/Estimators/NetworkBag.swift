// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A bag of networks, one for each fold, which learns from the rows of the others.
struct NetworkBag {
  // The number of rows from which on a temperature is fitted; fewer tell it too badly.
  private static let calibratedRowCount = 1_000
  // The number of rows from which the first parameters are drawn.
  private static let startRowCount = 1_024
  // Fewer rows are too few to learn from in folds.
  private static let leastRowCount = 50

  private let recipe: NetworkRecipe
  private let rows: LabeledDataset
  private let folds: [Fold]
  private let seed: UInt64
  private let execution: Execution
  /// The number of epochs for which they are trained.
  let epochCount: Int

  /// The networks, and the logits of each fold by the network that did not learn from it.
  struct Fitted {
    let networks: [Sequential]
    let heldOut: [HeldOutLogits]
    /// The temperature by which the outputs were divided; nil if there are too few rows to tell it.
    var temperature: Double? = nil
  }

  /// Whether deep networks would be trained for all their epochs.
  static func isFullyTrainable(on dataset: LabeledDataset, foldCount: Int) -> Bool {
    let recipe = NetworkRecipe.deep
    guard let network = try? network(of: recipe, for: dataset, seed: 0) else { return false }
    return dataset.count >= leastRowCount
      && epochCount(
        of: network, rowCount: dataset.count, foldCount: foldCount,
        operationCount: recipe.greatestOperationCount) >= Double(recipe.epochCounts.upperBound)
  }

  // The number of epochs that a number of operations allows.
  private static func epochCount(
    of network: Sequential, rowCount: Int, foldCount: Int, operationCount: Double
  ) -> Double {
    operationCount
      / (6.0 * Double(network.parameterCount) * Double(rowCount) * Double(foldCount - 1))
  }

  /// Prepares the networks; nil if there are too few rows for them, or if training them would take too long.
  ///
  /// - Parameters:
  ///   - rows: the rows as the networks see them.
  ///   - operationCount: the most multiplications and additions of all networks; nil for those of the recipe.
  init?(
    _ recipe: NetworkRecipe, for rows: LabeledDataset, folds: [Fold], seed: UInt64,
    execution: Execution, operationCount: Double? = nil
  ) {
    self.recipe = recipe
    self.rows = rows
    self.folds = folds
    self.seed = seed
    self.execution = execution
    guard rows.count >= Self.leastRowCount,
      let network = try? Self.network(of: recipe, for: rows, seed: seed)
    else { return nil }
    let epochs = Self.epochCount(
      of: network, rowCount: rows.count, foldCount: folds.count,
      operationCount: operationCount ?? recipe.greatestOperationCount)
    guard epochs >= Double(recipe.epochCounts.lowerBound) else { return nil }
    epochCount = Int(min(epochs, Double(recipe.epochCounts.upperBound)))
  }

  private static func network(
    of recipe: NetworkRecipe, for rows: LabeledDataset, seed: UInt64
  ) throws(SoftmaxError) -> Sequential {
    try Sequential(input: rows.featureShape, seed: seed) {
      (rows.featureShape.count > 1 ? [Flatten()] : []) + recipe.layers(rows.classCount)
    }
  }

  /// The record of the training.
  var record: TrainingRecord {
    TrainingRecord(
      rowCount: rows.count, loss: .crossEntropy, optimizer: recipe.optimizer(epochCount),
      l2Penalty: recipe.l2Penalty, batchSize: recipe.batchSize, seed: seed,
      history: TrainingHistory())
  }

  /// Trains the networks side by side, one to a worker.
  ///
  /// A member has its own seed, so the bits do not depend on the number of workers.
  ///
  /// - Parameter isCancelled: asked from any thread, a few times a second; the training ends if it is true.
  /// - Throws: `CancellationError` if it was cancelled; `diverged`.
  func fitted(until isCancelled: (@Sendable () -> Bool)? = nil) throws -> Fitted {
    let networks = try trained(until: isCancelled)
    let fitted = Fitted(networks: networks, heldOut: try heldOutLogits(of: networks))
    return rows.count < Self.calibratedRowCount ? fitted : try calibrated(fitted)
  }

  /// Trains the networks, and divides their outputs by a temperature that is known.
  func networks(
    dividedBy temperature: Double?, until isCancelled: (@Sendable () -> Bool)?
  ) throws -> [Sequential] {
    var networks = try trained(until: isCancelled)
    guard let temperature else { return networks }
    for index in networks.indices { try networks[index].divideOutputs(by: temperature) }
    return networks
  }

  private func trained(until isCancelled: (@Sendable () -> Bool)?) throws -> [Sequential] {
    let workerCount = min(execution.threadCount, folds.count)
    let inner = execution.limited(to: max(1, execution.threadCount / workerCount))
    return try WorkerTeam(threadCount: workerCount).results(ofTasks: folds.count) {
      try network(fold: $0, execution: inner, until: isCancelled)
    }
  }

  /// Divides the outputs of all networks by one temperature, that of the rows that each did not learn from.
  private func calibrated(_ fitted: Fitted) throws -> Fitted {
    let temperature = Temperature.best(
      for: try Matrix(
        rowCount: fitted.heldOut.reduce(0) { $0 + $1.rows.count }, columnCount: rows.classCount,
        elements: fitted.heldOut.flatMap(\.logits.elements)),
      labels: fitted.heldOut.flatMap(\.rows).map { rows.labels[$0] })
    var networks = fitted.networks
    for index in networks.indices { try networks[index].divideOutputs(by: temperature) }
    return Fitted(
      networks: networks, heldOut: try heldOutLogits(of: networks), temperature: temperature)
  }

  private func heldOutLogits(of networks: [Sequential]) throws(SoftmaxError) -> [HeldOutLogits] {
    try zip(folds, networks).map { fold, network throws(SoftmaxError) in
      HeldOutLogits(
        rows: fold.judged,
        logits: try network.predictor(execution: execution)
          .logits(for: rows.features.selecting(rows: fold.judged)))
    }
  }

  private func network(
    fold: Int, execution: Execution, until isCancelled: (@Sendable () -> Bool)?
  ) throws -> Sequential {
    let learning = rows.selecting(rows: folds[fold].learned(ofRows: rows.count))
    let judging = rows.selecting(rows: folds[fold].judged)
    var network = try Self.network(of: recipe, for: rows, seed: seed &+ UInt64(fold))
    if recipe.startsFromFeatures {
      let order = CounterBasedGenerator(seed: network.seed, purpose: .user)
        .permutation(of: learning.count)
      let first = order.prefix(Self.startRowCount).sorted()
      try network.initialize(
        from: learning.features.selecting(rows: first).matrix, execution: execution)
    }
    _ = try network.fit(
      to: TrainingData(
        training: learning, validation: recipe.keepsBestEpoch ? judging : nil),
      loss: .crossEntropy, optimizer: recipe.optimizer(epochCount), epochs: epochCount,
      batchSize: recipe.batchSize, l1Penalty: 0, l2Penalty: recipe.l2Penalty,
      callbacks: recipe.keepsBestEpoch ? [.earlyStopping(patience: epochCount)] : [],
      resuming: nil, execution: execution,
      onProgress: { _ in if isCancelled?() == true { throw CancellationError() } })
    return network
  }
}
