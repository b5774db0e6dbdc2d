// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// The work on a block of rows.
extension LinearPlan {
  /// The memory of a worker for a block.
  struct Memory {
    /// Those of the last block, unless the plan keeps them.
    let inputs: Inputs
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
      inputs = Inputs(
        arena, rowsOfBlock: rowsOfBlock, inputCount: inputCount, width: width, hasBias: hasBias)
      logits = arena.doubles(rowCount: classCount, columnCount: rowsOfBlock)
      probabilities = arena.doubles(rowCount: classCount, columnCount: rowsOfBlock)
      floatLogits = arena.matrix(rowCount: classCount, columnCount: rowsOfBlock)
      floatSums = arena.matrix(rowCount: classCount, columnCount: width)
      loss = LinearLoss.Memory(arena, rowsOfBlock: rowsOfBlock)
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

  /// Returns the features of a block, converted unless they are kept or as they are needed.
  private func inputs(
    of block: Range<Int>, _ features: FeatureSource, _ memory: Memory, _ precision: Precision
  ) -> Inputs {
    let kept = keptInputs.isEmpty ? nil : keptInputs[block.lowerBound / rowsOfBlock]
    let inputs = kept ?? memory.inputs
    if let kept, kept.isLoaded(precision) { return inputs }
    var floats = features.floats(block)
    if precision == .single, kept == nil, let floats { return Inputs(floats, like: inputs) }
    if floats == nil || precision == .single {
      let converted = (precision == .single ? inputs : memory.inputs).floats.rows(0..<block.count)
      kernels.convert(features, from: block.lowerBound, into: converted)
      floats = converted
    }
    switch (precision, floats) {
    case (.double, let floats?):
      kernels.widen(floats, minus: means, into: inputs.features, transposed: inputs.columns)
    default: inputs.transpose()
    }
    kept?.didLoad(precision)
    return inputs
  }

  /// Computes the logits of a block of `count` rows.
  private func multiply(
    _ parameters: Parameters, _ inputs: Inputs, count: Int, _ memory: Memory,
    _ precision: Precision
  ) {
    guard precision == .single else {
      memory.logits.fill(0)
      return kernels.add(productOf: parameters.doubles, inputs.columns, to: memory.logits)
    }
    for first in stride(from: 0, to: classCount, by: Self.classesOfProduct) {
      let classes = first..<min(first + Self.classesOfProduct, classCount)
      let weight = parameters.floats.rows(classes).columns(0..<inputCount)
      let logits = memory.floatLogits.rows(classes).columns(0..<count)
      if let columns = inputs.floatColumns {
        kernels.multiply(weight, columns.columns(0..<count), into: logits)
      } else {
        kernels.multiply(weight, transposed: inputs.floats.rows(0..<count), into: logits)
      }
    }
    memory.logits.assign(memory.floatLogits)
    if hasBias { memory.logits.addToRows(column: inputCount, of: parameters.doubles) }
  }

  /// Adds the gradient with respect to the parameters, from that with respect to the logits of a block.
  ///
  /// The logits of rows that the block does not have must be 0.
  private func addGradient(
    _ inputs: Inputs, count: Int, _ memory: Memory, to sums: DoubleMatrixView,
    _ precision: Precision
  ) {
    guard precision == .single else {
      return kernels.add(productOf: memory.logits, inputs.features, to: sums)
    }
    memory.logits.copy(to: memory.floatLogits)
    let ofFeatures = memory.floatSums.columns(0..<inputCount)
    kernels.multiply(
      memory.floatLogits.columns(0..<count), inputs.floats.rows(0..<count), into: ofFeatures)
    ofFeatures.add(times: 1, to: sums.values, at: 0, stride: sums.columnCount)
    if hasBias { memory.logits.addRowSums(to: sums, column: inputCount) }
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
      let inputs = inputs(of: block, features, memory, precision)
      multiply(weight, inputs, count: block.count, memory, precision)
      loss.computeProbabilities(of: memory.logits, into: probabilities, memory.loss, kernels)
      loss.differentiate(
        memory.logits, probabilities, memory.loss, of: block, addingTo: &lossSum, &correctCount)
      addGradient(inputs, count: block.count, memory, to: sums[slice], precision)
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
      var inputs = inputs(
        of: block, features, memory, isKept ? precisionOfProducts : precision)
      if !isKept {
        multiply(weight, inputs, count: block.count, memory, precision)
        loss.computeProbabilities(of: memory.logits, into: probabilities, memory.loss, kernels)
        if precision != precisionOfProducts {
          inputs = self.inputs(of: block, features, memory, precisionOfProducts)
        }
      }
      multiply(direction, inputs, count: block.count, memory, precisionOfProducts)
      loss.change(memory.logits, at: probabilities, from: block.lowerBound, kernels)
      addGradient(inputs, count: block.count, memory, to: sums[slice], precisionOfProducts)
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
        let inputs = inputs(of: block, features, memory, precision)
        multiply(weight, inputs, count: block.count, memory, precision)
        loss.computeProbabilities(
          of: memory.logits, into: memory.probabilities, memory.loss, kernels)
        memory.probabilities.copy(to: result.columns(places[index]..<places[index + 1]))
      }
    }
  }
}
