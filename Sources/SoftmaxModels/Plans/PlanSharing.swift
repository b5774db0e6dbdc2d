// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What each worker computes of a matrix with a row for each sample: some rows, or some columns.
///
/// Columns where the weights are many: of the products forward and of the updates, a worker then needs
/// no weights but those that it steps with itself, and they stay in its processor's cache from step to
/// step.
enum PlanSharing: Sendable, BitwiseCopyable {
  case rows
  case columns

  /// A worker's part of the columns; everybody cuts at the same places.
  static func columns(of count: Int, for worker: Worker) -> Range<Int> {
    worker.share(of: count, alignedTo: alignment)
  }

  /// Whether so many columns keep all workers busy.
  static func hasColumns(_ count: Int, forWorkers workerCount: Int) -> Bool {
    (count + alignment - 1) / alignment >= workerCount
  }

  // A vector's width, so that nobody's last one is another's first.
  private static let alignment = 16

  /// A worker's part, maybe none.
  func part(rowCount: Int, columnCount: Int, for worker: Worker) -> BatchPart {
    switch self {
    case .rows:
      BatchPart(rows: worker.share(of: rowCount, alignedTo: 8), columns: 0..<columnCount)
    case .columns:
      BatchPart(
        rows: 0..<rowCount, columns: PlanSharing.columns(of: columnCount, for: worker))
    }
  }
}

extension PlainNetwork.Operation {
  /// How its outputs are shared out, after values that are shared out like `inputs`.
  func sharing(of inputs: PlanSharing, workerCount: Int) -> PlanSharing {
    switch traits.form {
    case .product:
      WeightLayout(inputCount: inputCount, outputCount: outputCount) == .inputMajor
        && PlanSharing.hasColumns(outputCount, forWorkers: workerCount) ? .columns : .rows
    case .rows: .rows
    case .columns: .columns
    case .elements: inputs
    }
  }
}
