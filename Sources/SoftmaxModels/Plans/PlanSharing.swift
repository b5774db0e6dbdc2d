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
  func part(rowCount: Int, columnCount: Int, for worker: Worker) -> PlanPart {
    switch self {
    case .rows:
      PlanPart(rows: worker.share(of: rowCount, alignedTo: 8), columns: 0..<columnCount)
    case .columns:
      PlanPart(
        rows: 0..<rowCount, columns: PlanSharing.columns(of: columnCount, for: worker))
    }
  }
}

/// Some rows and columns, maybe none.
struct PlanPart: Sendable {
  let rows: Range<Int>
  let columns: Range<Int>

  var isEmpty: Bool { rows.isEmpty || columns.isEmpty }
}

extension MatrixView {
  /// Some rows and columns.
  subscript(part: PlanPart) -> MatrixView { rows(part.rows).columns(part.columns) }
}

extension PlanOperation.Dense {
  /// Whether each worker computes, and steps with the weights of, some of the units.
  func isSharedByColumns(forWorkers workerCount: Int) -> Bool {
    layout == .inputMajor && PlanSharing.hasColumns(outputCount, forWorkers: workerCount)
  }
}

extension PlanOperation {
  /// How its outputs are shared out, behind values that are shared out like `inputs`.
  func sharing(of inputs: PlanSharing, workerCount: Int) -> PlanSharing {
    switch self {
    case .dense(let layer): layer.isSharedByColumns(forWorkers: workerCount) ? .columns : .rows
    case .activation, .dropout: inputs
    case .batchNormalization: .columns
    case .layerNormalization: .rows
    case .custom(let own): own.isElementwise ? inputs : .rows
    }
  }

  /// Whether an output takes all of its row's inputs, and an input's gradient all of its row's
  /// gradients; else those of its own column.
  var takesWholeRows: Bool {
    switch self {
    case .dense, .layerNormalization: true
    case .custom(let own): !own.isElementwise
    case .activation, .dropout, .batchNormalization: false
    }
  }
}
