// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The cross-entropy of the rows of a data set in double precision, for blocks of logits with a column per
/// row.
struct LinearLoss: Sendable {
  private let labels: VectorView<Int32>
  private let targets: LinearTargets
  /// The factor of each row's loss in the mean.
  private let scales: VectorView<Double>
  /// The factor s m of each row's (diag(p) - p p^T) x x^T in the Hessian; 0 after the last row, up to a whole
  /// block.
  let hessianScales: VectorView<Double>
  private let weightSum: Double
  private let predictionCount: Int

  /// The memory of a worker for a block.
  struct Memory {
    let greatest: VectorView<Double>
    let exponentials: VectorView<Double>
    /// The first class of the greatest logit.
    let predictions: VectorView<Double>
    /// The sum of the targets, and the factor of the loss.
    let targetSums: VectorView<Double>
    let scales: VectorView<Double>

    init(_ arena: Arena, rowsOfBlock: Int) {
      greatest = arena.vector(count: rowsOfBlock)
      exponentials = arena.vector(count: rowsOfBlock)
      predictions = arena.vector(count: rowsOfBlock)
      targetSums = arena.vector(count: rowsOfBlock)
      scales = arena.vector(count: rowsOfBlock)
    }
  }

  init(_ loss: Loss, on dataset: LabeledDataset, rowsOfBlock: Int, in arena: Arena) {
    targets = LinearTargets(loss, dataset)
    labels = arena.vector(copying: dataset.labels.map { Int32($0) })
    let weights = SampleWeights(
      loss, of: dataset.targets, labels: dataset.labels, sampleWeights: dataset.sampleWeights)
    let weightSum =
      weights.inDivisor.isEmpty ? Double(dataset.count) : weights.inDivisor.reduce(0, +)
    self.weightSum = weightSum
    scales = arena.vector(
      copying: weights.inSum.isEmpty
        ? Array(repeating: 1 / weightSum, count: dataset.count)
        : weights.inSum.map { weightSum > 0 ? $0 / weightSum : 0 })
    hessianScales = arena.vector(
      count: (dataset.count + rowsOfBlock - 1) / rowsOfBlock * rowsOfBlock)
    for row in 0..<dataset.count {
      hessianScales[row] = max(
        0, scales[row] * targets.sum(ofRow: row, label: Int(labels[row])))
    }
    predictionCount =
      weights.inSum.isEmpty ? dataset.count : weights.inSum.count { $0 > 0 }
  }

  /// Replaces the logits of a block of rows by the gradient, and adds their losses one by one.
  ///
  /// - Parameters:
  ///   - logits: the logits; columns that the block does not have become 0.
  ///   - probabilities: their softmax, with the greatest logits and the sums of exponentials in `memory`.
  ///   - block: the rows.
  ///   - loss: the sum to which the losses are added.
  ///   - correctCount: the number to which that of the rows that are classified correctly is added.
  func differentiate(
    _ logits: DoubleMatrixView, _ probabilities: DoubleMatrixView, _ memory: Memory,
    of block: Range<Int>, addingTo loss: inout Double, _ correctCount: inout Int
  ) {
    logits.findFirst(memory.greatest, into: memory.predictions)
    for (column, row) in block.enumerated() {
      let label = Int(labels[row])
      let scale = scales[row]
      (memory.targetSums[column], memory.scales[column]) = (
        targets.sum(ofRow: row, label: label), scale
      )
      guard scale > 0 else { continue }
      let sum = memory.exponentials[column]
      let logSum =
        sum > 0 && sum.isFinite
        ? memory.greatest[column] + ElementaryFunctions.logarithm(sum) : .nan
      loss +=
        scale * targets.loss(of: logits, column: column, row: row, label: label, logSum: logSum)
      if memory.predictions[column] == Double(label) { correctCount += 1 }
    }
    logits.assign(probabilities, times: memory.targetSums)
    for (column, row) in block.enumerated() where scales[row] > 0 {
      targets.subtract(from: logits, column: column, row: row, label: Int(labels[row]))
    }
    logits.multiplyColumns(by: memory.scales)
    // A row of scale 0 contributes 0, even if its logits are infinite or NaN.
    for (column, row) in block.enumerated() where !(scales[row] > 0) {
      for unit in 0..<logits.rowCount { logits[unit, column] = 0 }
    }
    clear(logits, from: block.count)
  }

  // The last block may have fewer rows; the others must not contribute.
  private func clear(_ columns: DoubleMatrixView, from first: Int) {
    for unit in 0..<columns.rowCount {
      for column in first..<columns.columnCount { columns[unit, column] = 0 }
    }
  }

  /// Returns the totals of all rows for the losses of their parts, which are added in order.
  func totals(losses: VectorView<Double>, correctCounts: VectorView<Int64>) -> LossTotals {
    var totals = LossTotals(
      weightSum: weightSum, predictionCount: predictionCount,
      emptyStepCount: weightSum > 0 ? 0 : 1)
    for part in 0..<losses.count {
      totals.lossSum += losses[part] * (weightSum > 0 ? weightSum : 1)
      totals.correctCount += Int(correctCounts[part])
    }
    return totals
  }
}
