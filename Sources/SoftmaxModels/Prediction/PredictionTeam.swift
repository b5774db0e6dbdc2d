// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The worker threads of a predictor, each with separate memory for intermediate values.
struct PredictionTeam: Sendable {
  // The greatest number of rows that a worker processes at a time: a multiple of the tile height, and few enough
  // for the intermediate values to stay in cache. Of many features there are fewer rows.
  private static let greatestBlock = 96
  private static let valuesOfBlock = 1 << 22
  // The minimum number of operations of a batch to be shared: for fewer, waiting for the workers takes longer
  // than the work saved.
  private static let leastOperations = 4_000_000

  private let team: WorkerTeam
  private let arena = Arena()
  private let passes: [PredictionPass]
  /// For each worker, 1 if its last rows had finite results, else 0.
  private let areFinite: VectorView<Int32>

  private let block: Int

  init(for network: PackedNetwork, threads: Int, kernels: Kernels) {
    team = WorkerTeam(threadCount: threads)
    let block = max(1, min(Self.greatestBlock, Self.valuesOfBlock / network.inputCount))
    self.block = block
    passes = (0..<team.threadCount).map { [arena] _ in
      PredictionPass(network, rowCapacity: block, kernels: kernels, in: arena)
    }
    areFinite = arena.vector(count: team.threadCount)
    wantedThreadCount = threads
  }

  /// The requested number of workers; the system may have granted fewer.
  let wantedThreadCount: Int

  /// Whether a batch of `rowCount` rows is large enough to be shared among workers.
  static func isWorthSharing(rowCount: Int, in network: PackedNetwork) -> Bool {
    rowCount > leastOperations / max(1, network.operationCount)
  }

  /// Computes all rows; returns false if a feature may not be finite or a logit is not finite.
  func run(
    _ features: Features, _ output: PredictionPass.Output, isShared: Bool, into result: MatrixView
  ) -> Bool {
    features.withSource { source in
      guard isShared, passes.count > 1 else {
        return run(
          passes[0], source, rows: 0..<features.rowCount, output, into: result)
      }
      team.run { [self] worker in
        let rows = worker.share(of: source.rowCount, alignedTo: 16)
        let isFinite = run(
          passes[worker.index], source, rows: rows, output, into: result)
        areFinite[worker.index] = isFinite ? 1 : 0
      }
      return areFinite.elements().allSatisfy { $0 == 1 }
    }
  }

  private func run(
    _ pass: PredictionPass, _ source: FeatureSource, rows: Range<Int>,
    _ output: PredictionPass.Output, into result: MatrixView
  ) -> Bool {
    var isFinite = true
    for begin in stride(from: rows.lowerBound, to: rows.upperBound, by: block) {
      let part = begin..<min(begin + block, rows.upperBound)
      if !pass.run(source, rows: part, output, into: result.rows(part)) { isFinite = false }
    }
    return isFinite
  }
}
