// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What each worker computes of a matrix with a row for each sample: some rows, or some columns.
///
/// Columns where the weights are many: a worker then needs no weights but those that it steps with
/// itself, and they stay in its processor's cache from step to step.
enum PlanSharing: Sendable, BitwiseCopyable {
  case rows
  case columns

  /// A worker's part of the columns; everybody cuts at the same places.
  static func columns(of count: Int, for worker: Worker) -> Range<Int> {
    worker.share(of: count, alignedTo: 16)
  }

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

/// Some rows and columns.
struct PlanPart: Sendable {
  let rows: Range<Int>
  let columns: Range<Int>

  var isEmpty: Bool { rows.isEmpty || columns.isEmpty }
}

extension MatrixView {
  /// Some rows and columns.
  subscript(part: PlanPart) -> MatrixView { rows(part.rows).columns(part.columns) }
}

extension PlanOperation {
  /// How its outputs are shared out, behind values that are shared out like `inputs`.
  func sharing(of inputs: PlanSharing) -> PlanSharing {
    switch self {
    case .dense(let layer): layer.layout == .inputMajor ? .columns : .rows
    case .activation, .dropout: inputs
    case .batchNormalization: .columns
    case .layerNormalization: .rows
    case .own(let own): own.isElementwise ? inputs : .rows
    }
  }

  /// Whether an output takes all of its row's inputs, and an input's gradient all of its row's
  /// gradients; else those at its own place.
  var takesWholeRows: Bool {
    switch self {
    case .dense, .layerNormalization: true
    case .own(let own): !own.isElementwise
    case .activation, .dropout, .batchNormalization: false
    }
  }
}
