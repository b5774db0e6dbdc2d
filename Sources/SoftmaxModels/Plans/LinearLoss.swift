// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The loss of a linear model on the rows of a data set in double precision, for blocks of logits with a column per
/// row: cross-entropy, or that of each class against the rest.
///
/// For one class against the rest a probability is the sigmoid of its logit, the softmax of the logit and 0, and the
/// loss of a row is the sum over the classes of ln(1 + e^z) minus the logit of the label.
struct LinearLoss: Sendable {
  /// Whether a loss is one of these.
  static func supports(_ loss: Loss) -> Bool { loss.kind is CrossEntropyLoss || loss.isOneVsRest }

  /// Whether each class is told from the rest by itself.
  let isOneVsRest: Bool
  private let labels: VectorView<Int32>
  private let targets: LinearTargets
  /// The factor of each row's loss in the mean.
  private let scales: VectorView<Double>
  /// The factor s m of each row's (diag(p) - p p^T) x x^T in the Hessian, or s of its diag(p (1 - p)) x x^T for one
  /// class against the rest; 0 after the last row, up to a whole block.
  let hessianScales: VectorView<Double>
  private let weightSum: Double
  private let predictionCount: Int

  /// The memory of a worker for a block.
  struct Memory {
    let greatest: VectorView<Double>
    let exponentials: VectorView<Double>
    /// The first class of the greatest logit.
    let predictions: VectorView<Double>
    /// The factor of the probabilities in the gradient, and that of the loss.
    let targetSums: VectorView<Double>
    let scales: VectorView<Double>
    /// The sum of max(0, z) over the classes, for one class against the rest.
    let shifts: VectorView<Double>
    /// Of a class against the rest: 0 and the logits, and their softmax.
    let pair: DoubleMatrixView
    let shares: DoubleMatrixView
    let pairGreatest: VectorView<Double>
    let pairSums: VectorView<Double>

    init(_ arena: Arena, rowsOfBlock: Int) {
      greatest = arena.vector(count: rowsOfBlock)
      exponentials = arena.vector(count: rowsOfBlock)
      predictions = arena.vector(count: rowsOfBlock)
      targetSums = arena.vector(count: rowsOfBlock)
      scales = arena.vector(count: rowsOfBlock)
      shifts = arena.vector(count: rowsOfBlock)
      pair = arena.doubles(rowCount: 2, columnCount: rowsOfBlock)
      shares = arena.doubles(rowCount: 2, columnCount: rowsOfBlock)
      pairGreatest = arena.vector(count: rowsOfBlock)
      pairSums = arena.vector(count: rowsOfBlock)
    }
  }

  init(_ loss: Loss, on dataset: LabeledDataset, rowsOfBlock: Int, in arena: Arena) {
    isOneVsRest = loss.isOneVsRest
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
        0, scales[row] * (isOneVsRest ? 1 : targets.sum(ofRow: row, label: Int(labels[row]))))
    }
    predictionCount =
      weights.inSum.isEmpty ? dataset.count : weights.inSum.count { $0 > 0 }
  }

  // The number of sums of exponentials, each at most 2, whose product is finite.
  private static let factorsOfProduct = 512

  /// Computes the probabilities of a block of logits, and in `memory` what their loss needs.
  func computeProbabilities(
    of logits: DoubleMatrixView, into probabilities: DoubleMatrixView, _ memory: Memory,
    _ kernels: Kernels
  ) {
    guard isOneVsRest else {
      return kernels.softmaxColumns(
        logits, into: probabilities, greatest: memory.greatest, sums: memory.exponentials)
    }
    for column in 0..<logits.columnCount {
      memory.greatest[column] = -.infinity
      (memory.shifts[column], memory.exponentials[column]) = (0, 1)
    }
    for unit in 0..<logits.rowCount {
      let ofUnit = logits.rows(unit..<unit + 1).values
      memory.pair.rows(1..<2).values.assign(ofUnit)
      kernels.softmaxColumns(
        memory.pair, into: memory.shares, greatest: memory.pairGreatest, sums: memory.pairSums)
      probabilities.rows(unit..<unit + 1).values.assign(memory.shares.rows(1..<2).values)
      for column in 0..<logits.columnCount {
        memory.greatest[column] = max(memory.greatest[column], ofUnit[column])
        memory.shifts[column] += memory.pairGreatest[column]
        memory.exponentials[column] *= memory.pairSums[column]
      }
      // One logarithm serves many classes.
      guard (unit + 1) % Self.factorsOfProduct == 0 else { continue }
      for column in 0..<logits.columnCount {
        memory.shifts[column] += ElementaryFunctions.logarithm(memory.exponentials[column])
        memory.exponentials[column] = 1
      }
    }
  }

  /// Replaces changes of the logits of the block of rows from `first` by those of the gradient with respect to the
  /// logits.
  func change(
    _ logits: DoubleMatrixView, at probabilities: DoubleMatrixView, from first: Int,
    _ kernels: Kernels
  ) {
    let scales = hessianScales.elements(first..<first + logits.columnCount)
    guard isOneVsRest else {
      return kernels.changeSoftmaxColumns(probabilities, scale: scales, by: logits)
    }
    logits.multiply(bySlopesOf: probabilities, times: scales)
  }

  /// Replaces the logits of a block of rows by the gradient, and adds their losses one by one.
  ///
  /// - Parameters:
  ///   - logits: the logits; columns that the block does not have become 0.
  ///   - probabilities: those that `computeProbabilities` has computed, with the same memory.
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
      let targetSum = targets.sum(ofRow: row, label: label)
      (memory.targetSums[column], memory.scales[column]) = (isOneVsRest ? 1 : targetSum, scale)
      guard scale > 0 else { continue }
      let sum = memory.exponentials[column]
      let logSum =
        sum > 0 && sum.isFinite
        ? (isOneVsRest ? memory.shifts : memory.greatest)[column]
          + ElementaryFunctions.logarithm(sum) : .nan
      var ofRow = targets.loss(of: logits, column: column, row: row, label: label, logSum: logSum)
      // The logarithm counts once, even if the targets do not sum to 1 exactly.
      if isOneVsRest { ofRow += (1 - targetSum) * logSum }
      loss += scale * ofRow
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
