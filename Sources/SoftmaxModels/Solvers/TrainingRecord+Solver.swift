// SPDX-License-Identifier: Apache-2.0

extension TrainingRecord {
  /// Creates the record of a call of `fit` with a solver; its batch size is the number of rows.
  public init(
    dataset: String? = nil, rowCount: Int, loss: Loss, solver: some Solver,
    l1Penalty: Double = 0, l2Penalty: Double, seed: UInt64, history: TrainingHistory
  ) {
    self.init(
      dataset: dataset, rowCount: rowCount, loss: loss, optimizer: solver.name,
      optimizerSettings: solver.settings, l1Penalty: l1Penalty, l2Penalty: l2Penalty,
      batchSize: rowCount, seed: seed, history: history)
  }
}
