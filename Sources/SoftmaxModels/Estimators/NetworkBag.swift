// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

/// A bag of networks, one for each fold: it learns from the rows of the others, and keeps its best epoch by the log
/// loss of that fold.
///
/// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular
/// data", NeurIPS 2024: the layers, the start, the rates and the schedule of RealMLP, without label smoothing and
/// embeddings of numbers.
struct NetworkBag {
  static let name = "networks"

  private static let hiddenUnits = 128
  private static let hiddenLayerCount = 3
  private static let dropout = 0.15
  // The number of rows from which on a temperature is fitted; fewer tell it too badly.
  private static let calibratedRowCount = 1_000
  // The number of rows from which the first parameters are drawn.
  private static let startRowCount = 1_024
  private static let batchSize = 256
  private static let greatestEpochCount = 256
  private static let leastEpochCount = 16
  // Fewer rows are too few to learn from in folds.
  private static let leastRowCount = 50
  // The multiplications and additions of all members up to which they are trained for the most epochs.
  private static let greatestOperationCount = 4e12

  private let rows: LabeledDataset
  private let folds: [[Int]]
  private let seed: UInt64
  private let execution: Execution
  private let epochCount: Int

  /// The networks, and the logits of each fold by the network that did not learn from it.
  struct Fitted {
    let networks: [Sequential]
    let heldOut: [HeldOutLogits]
  }

  /// Prepares the networks; nil if there are too few rows for them, or if training them would take too long.
  ///
  /// - Parameter rows: the rows as the networks see them.
  init?(_ rows: LabeledDataset, folds: [[Int]], seed: UInt64, execution: Execution) {
    self.rows = rows
    self.folds = folds
    self.seed = seed
    self.execution = execution
    guard rows.count >= Self.leastRowCount, let network = try? Self.network(for: rows, seed: seed)
    else { return nil }
    let operations =
      6.0 * Double(network.parameterCount) * Double(rows.count) * Double(folds.count - 1)
    let epochs = Self.greatestOperationCount / operations
    guard epochs >= Double(Self.leastEpochCount) else { return nil }
    epochCount = Int(min(epochs, Double(Self.greatestEpochCount)))
  }

  private static func network(
    for rows: LabeledDataset, seed: UInt64
  ) throws(SoftmaxError) -> Sequential {
    var layers: [any Layer] = [Scaling()]
    for _ in 0..<hiddenLayerCount {
      layers += [Dense(hiddenUnits), ParametricActivation(.selu), Dropout(dropout)]
    }
    layers.append(Dense(rows.classCount, activation: .softmax))
    return try Sequential(input: rows.featureShape, seed: seed) { layers }
  }

  private var optimizer: Optimizer {
    .adamWByTensor().scheduled(.coslog4(over: .epochs(epochCount)))
  }

  /// The record of the training.
  var record: TrainingRecord {
    TrainingRecord(
      rowCount: rows.count, loss: .crossEntropy, optimizer: optimizer, l2Penalty: 0,
      batchSize: Self.batchSize, seed: seed, history: TrainingHistory())
  }

  /// Trains the networks side by side, one to a worker.
  ///
  /// A member has its own seed, so the bits do not depend on the number of workers.
  ///
  /// - Parameter isCancelled: asked from any thread, a few times a second; the training ends if it is true.
  /// - Throws: `CancellationError` if it was cancelled; `diverged`.
  func fitted(until isCancelled: (@Sendable () -> Bool)? = nil) throws -> Fitted {
    struct State {
      var results: [(network: Sequential, heldOut: HeldOutLogits)?]
      var taken = 0
      var error: (any Error)?
    }
    let state = Mutex(State(results: Array(repeating: nil, count: folds.count)))
    let workerCount = min(execution.threadCount, folds.count)
    let inner = execution.limited(to: max(1, execution.threadCount / workerCount))
    let team = WorkerTeam(threadCount: workerCount)
    team.run { _ in
      while true {
        let fold = state.withLock { state in
          state.taken += 1
          return state.error == nil ? state.taken - 1 : folds.count
        }
        guard fold < folds.count else { return }
        do {
          let result = try member(fold, execution: inner, until: isCancelled)
          state.withLock { $0.results[fold] = result }
        } catch {
          state.withLock { $0.error = $0.error ?? error }
        }
      }
    }
    let (results, error) = state.withLock { ($0.results.compactMap(\.self), $0.error) }
    if let error { throw error }
    var networks = results.map(\.network)
    guard rows.count >= Self.calibratedRowCount else {
      return Fitted(networks: networks, heldOut: results.map(\.heldOut))
    }
    // One temperature for all networks, on the rows that each did not learn from.
    let heldOut = results.map(\.heldOut)
    let temperature = Temperature.best(
      for: try Matrix(
        rowCount: heldOut.reduce(0) { $0 + $1.rows.count }, columnCount: rows.classCount,
        elements: heldOut.flatMap(\.logits.elements)),
      labels: heldOut.flatMap(\.rows).map { rows.labels[$0] })
    for index in networks.indices { try networks[index].divideOutputs(by: temperature) }
    return Fitted(
      networks: networks,
      heldOut: try zip(folds, networks).map { fold, network in
        HeldOutLogits(
          rows: fold,
          logits: try network.predictor(execution: execution)
            .logits(for: rows.features.selecting(rows: fold)))
      })
  }

  private func member(
    _ fold: Int, execution: Execution, until isCancelled: (@Sendable () -> Bool)?
  ) throws -> (network: Sequential, heldOut: HeldOutLogits) {
    let heldOut = folds[fold]
    let isHeldOut = Set(heldOut)
    let learning = rows.selecting(rows: (0..<rows.count).filter { !isHeldOut.contains($0) })
    let judging = rows.selecting(rows: heldOut)
    var network = try Self.network(for: rows, seed: seed &+ UInt64(fold))
    let order = CounterBasedGenerator(seed: network.seed, purpose: .user)
      .permutation(of: learning.count)
    let first = order.prefix(Self.startRowCount).sorted()
    try network.startFromData(
      learning.features.selecting(rows: first).matrix, execution: execution)
    _ = try network.fit(
      to: TrainingData(training: learning, validation: judging), loss: .crossEntropy,
      optimizer: optimizer, epochs: epochCount, batchSize: Self.batchSize, l1Penalty: 0,
      l2Penalty: 0, callbacks: [.earlyStopping(patience: epochCount)], resuming: nil,
      execution: execution,
      onProgress: { _ in if isCancelled?() == true { throw CancellationError() } })
    let logits = try network.predictor(execution: execution).logits(for: judging.features)
    return (network, HeldOutLogits(rows: heldOut, logits: logits))
  }
}
