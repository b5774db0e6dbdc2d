// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// The work on a block of rows.
extension LinearPlan {
  /// The memory of a worker for a block.
  struct Memory {
    /// [rows, width]: the features and 1 for the bias.
    let floats: MatrixView
    /// The same minus the means, in double, and its transpose.
    let features: DoubleMatrixView
    let columns: DoubleMatrixView
    /// [classes, rows].
    let logits: DoubleMatrixView
    let probabilities: DoubleMatrixView
    let floatLogits: MatrixView
    /// [classes, width]: the gradient of a block in single precision.
    let floatSums: MatrixView
    let loss: LinearLoss.Memory

    init(
      _ arena: Arena, rowsOfBlock: Int, classCount: Int, inputCount: Int, width: Int, hasBias: Bool
    ) {
      floats = arena.matrix(rowCount: rowsOfBlock, columnCount: width)
      features = arena.doubles(rowCount: rowsOfBlock, columnCount: width)
      columns = arena.doubles(rowCount: width, columnCount: rowsOfBlock)
      logits = arena.doubles(rowCount: classCount, columnCount: rowsOfBlock)
      probabilities = arena.doubles(rowCount: classCount, columnCount: rowsOfBlock)
      floatLogits = arena.matrix(rowCount: classCount, columnCount: rowsOfBlock)
      floatSums = arena.matrix(rowCount: classCount, columnCount: width)
      loss = LinearLoss.Memory(arena, rowsOfBlock: rowsOfBlock)
      guard hasBias else { return }
      for row in 0..<rowsOfBlock {
        floats[row, inputCount] = 1
        features[row, inputCount] = 1
        columns[inputCount, row] = 1
      }
    }
  }

  // The number of classes whose weights stay in the cache.
  private static let classesOfProduct = 64

  /// Calls `body` for each slice on one of the workers.
  func run(
    on team: WorkerTeam, _ body: @escaping @Sendable (LinearPlan, Int, Memory) -> Void
  ) {
    team.run { [self] worker in
      for slice in slices.indices where slice % worker.count == worker.index {
        sums[slice].fill(0)
        body(self, slice, memory[worker.index])
      }
    }
  }

  private func forEachBlock(of slice: Int, _ body: (Range<Int>) -> Void) {
    let rows = slices[slice]
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsOfBlock) {
      body(first..<min(first + rowsOfBlock, rows.upperBound))
    }
  }

  /// Converts the features of a block.
  private func load(
    _ block: Range<Int>, _ features: FeatureSource, _ memory: Memory, _ precision: Precision
  ) {
    let floats = memory.floats.rows(0..<block.count).columns(0..<inputCount)
    kernels.convert(features, from: block.lowerBound, into: floats)
    guard precision == .double else { return }
    kernels.widen(floats, minus: means, into: memory.features, transposed: memory.columns)
  }

  /// Computes the logits of a block of `count` rows.
  private func multiply(
    _ parameters: Parameters, count: Int, _ memory: Memory, _ precision: Precision
  ) {
    guard precision == .single else {
      memory.logits.fill(0)
      return kernels.add(productOf: parameters.doubles, memory.columns, to: memory.logits)
    }
    let features = memory.floats.rows(0..<count)
    for first in stride(from: 0, to: classCount, by: Self.classesOfProduct) {
      let classes = first..<min(first + Self.classesOfProduct, classCount)
      kernels.multiply(
        parameters.floats.rows(classes), transposed: features,
        into: memory.floatLogits.rows(classes).columns(0..<count))
    }
    memory.logits.assign(memory.floatLogits)
  }

  /// Adds the gradient with respect to the parameters, from that with respect to the logits of a block.
  ///
  /// The logits of rows that the block does not have must be 0.
  private func addGradient(
    count: Int, _ memory: Memory, to sums: DoubleMatrixView, _ precision: Precision
  ) {
    guard precision == .single else {
      return kernels.add(productOf: memory.logits, memory.features, to: sums)
    }
    memory.logits.copy(to: memory.floatLogits)
    kernels.multiply(
      memory.floatLogits.columns(0..<count), memory.floats.rows(0..<count), into: memory.floatSums)
    memory.floatSums.add(times: 1, to: sums.values, at: 0, stride: sums.columnCount)
  }

  private func probabilities(of block: Range<Int>, _ memory: Memory) -> DoubleMatrixView {
    guard let keptProbabilities else { return memory.probabilities }
    let first = block.lowerBound * classCount
    return DoubleMatrixView(
      keptProbabilities.elements(first..<first + classCount * rowsOfBlock), rowCount: classCount,
      columnCount: rowsOfBlock)
  }

  /// Computes the loss and the gradient of a slice.
  func differentiate(_ slice: Int, _ features: FeatureSource, _ memory: Memory) {
    var (lossSum, correctCount) = (0.0, 0)
    forEachBlock(of: slice) { block in
      let probabilities = probabilities(of: block, memory)
      load(block, features, memory, precision)
      multiply(weight, count: block.count, memory, precision)
      loss.computeProbabilities(of: memory.logits, into: probabilities, memory.loss, kernels)
      loss.differentiate(
        memory.logits, probabilities, memory.loss, of: block, addingTo: &lossSum, &correctCount)
      addGradient(count: block.count, memory, to: sums[slice], precision)
    }
    losses[slice] = lossSum
    correctCounts[slice] = Int64(correctCount)
  }

  /// Computes the product of a slice's Hessian with the direction.
  func changeGradient(
    _ slice: Int, _ features: FeatureSource, _ memory: Memory, isKept: Bool
  ) {
    forEachBlock(of: slice) { block in
      let probabilities = probabilities(of: block, memory)
      if !isKept {
        load(block, features, memory, precision)
        multiply(weight, count: block.count, memory, precision)
        loss.computeProbabilities(of: memory.logits, into: probabilities, memory.loss, kernels)
      }
      if isKept || precision != precisionOfProducts {
        load(block, features, memory, precisionOfProducts)
      }
      multiply(direction, count: block.count, memory, precisionOfProducts)
      loss.change(memory.logits, at: probabilities, from: block.lowerBound, kernels)
      addGradient(count: block.count, memory, to: sums[slice], precisionOfProducts)
    }
  }
}

// MARK: - Samples of rows

extension LinearPlan {
  /// Returns blocks of about `limit` rows in all, by less than a block more, spaced evenly.
  func evenBlocks(limit: Int) -> [Range<Int>] {
    let blockCount = (rowCount + rowsOfBlock - 1) / rowsOfBlock
    let step = max(1, (blockCount * rowsOfBlock + limit - 1) / limit)
    return stride(from: 0, to: blockCount, by: step).map {
      $0 * rowsOfBlock..<min(($0 + 1) * rowsOfBlock, rowCount)
    }
  }

  /// Computes the probabilities of the rows of some blocks, [classes, rows].
  func copyProbabilities(
    of blocks: [Range<Int>], at parameters: [Double], on features: FeatureSource, team: WorkerTeam,
    to result: MatrixView
  ) {
    load(parameters, into: weight, precision)
    var places = [0]
    for block in blocks { places.append(places[places.count - 1] + block.count) }
    team.run { [self, places] worker in
      let workerCount = min(worker.count, memory.count)
      for (index, block) in blocks.enumerated() where index % workerCount == worker.index {
        let memory = memory[worker.index]
        load(block, features, memory, precision)
        multiply(weight, count: block.count, memory, precision)
        loss.computeProbabilities(
          of: memory.logits, into: memory.probabilities, memory.loss, kernels)
        memory.probabilities.copy(to: result.columns(places[index]..<places[index + 1]))
      }
    }
  }
}
