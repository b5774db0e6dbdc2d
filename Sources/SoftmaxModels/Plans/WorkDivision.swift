// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The division of a matrix with a row per sample among the workers: by rows or by columns.
///
/// Columns are used for matrix products with many weights. In the forward products and in the updates a
/// worker then reads only the weights that it updates itself, so they stay in its processor's cache from
/// step to step.
enum WorkDivision: Sendable, BitwiseCopyable {
  case rows
  case columns

  /// Returns a worker's range of columns; it depends only on the count and the worker.
  static func columns(of count: Int, for worker: Worker) -> Range<Int> {
    worker.share(of: count, alignedTo: alignment)
  }

  /// Returns whether a number of columns suffices to give every worker some.
  static func hasColumns(_ count: Int, forWorkers workerCount: Int) -> Bool {
    (count + alignment - 1) / alignment >= workerCount
  }

  // The number of floats of the widest vector, so no vector is divided between two workers.
  private static let alignment = 16

  /// Returns a worker's part of a batch, which may be empty.
  func part(rowCount: Int, columnCount: Int, for worker: Worker) -> BatchPart {
    switch self {
    case .rows:
      BatchPart(rows: worker.share(of: rowCount, alignedTo: 8), columns: 0..<columnCount)
    case .columns:
      BatchPart(
        rows: 0..<rowCount, columns: WorkDivision.columns(of: columnCount, for: worker))
    }
  }
}

extension PlainNetwork.Operation {
  /// Returns the division of the operation's outputs, given the division of its inputs.
  func division(of inputs: WorkDivision, workerCount: Int) -> WorkDivision {
    switch traits.form {
    case .product:
      WeightLayout(inputCount: inputCount, outputCount: outputCount) == .inputMajor
        && WorkDivision.hasColumns(outputCount, forWorkers: workerCount) ? .columns : .rows
    case .rows: .rows
    case .columns: .columns
    case .elements: inputs
    }
  }
}
