// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Training in which each worker owns some of every layer's units.
///
/// Its weights and their optimizer's memory stay in its cache. A step, for a network of one hidden
/// layer: each worker converts the batch, computes its units and their part of the logits; they meet
/// once, to exchange those parts; then each takes the loss and its gradient, goes back to its units,
/// and updates its weights in the register tiles in which their gradients come to be. Softmax
/// regression is the same with features in the place of units. A further hidden layer costs two more
/// meetings.
///
/// A batch of more rows than a block of the sums goes through block by block, the gradients being
/// stored and added in the order of the tree.
final class FusedPlan: TrainingPlan {
  /// What a worker has for itself.
  private struct Bench: Sendable {
    /// The batch's features: all, or without hidden layers those that the worker owns.
    let input: MatrixView
    let labels: VectorView<Int32>
    /// Targets that are distributions, [rows, classes] and [classes, rows].
    let targets: (rows: MatrixView, columns: MatrixView)?
    let losses: VectorView<Float>
    let guesses: VectorView<Int32>
    /// The gradient to the logits, [classes, rows].
    let gradient: MatrixView
  }

  let schedule: BatchSchedule
  private let arena: Arena
  private let network: FusedNetwork
  private let kernels: Kernels
  private let benches: [Bench]
  /// The outputs of each hidden layer and the gradients to them before its activation:
  /// [rows, units].
  private let activations: [MatrixView]
  private let gradients: [MatrixView]
  /// The parts of the logits, a matrix [classes, rows] for each chunk of the inputs below each
  /// other; every other block uses the other, so that nobody waits for the readers of the last.
  private let partials: [MatrixView]
  private let blockLosses: VectorView<Double>
  private let blockCorrectCounts: VectorView<Int64>
  private let blocksPerStep: Int
  private let isGradientStored: Bool

  /// Lays out memory for training a network on a data set in batches of at most its size.
  init(
    _ network: Sequential, of shape: FusedShape, on dataset: LabeledDataset, optimizer: Optimizer?,
    batchSize: Int, l2Penalty: Float, workerCount: Int, kernels: Kernels
  ) {
    let arena = Arena()
    let blocks = (batchSize + Kernels.rowChunk - 1) / Kernels.rowChunk
    let rows = min(batchSize, Kernels.rowChunk)
    let paddedRows = (rows + 15) / 16 * 16
    isGradientStored = blocks > 1 || optimizer == nil
    let fused = FusedNetwork(
      network, of: shape, workerCount: workerCount, memoryCount: optimizer?.stateCount ?? 0,
      gradientLevelCount: isGradientStored ? Int.bitWidth - blocks.leadingZeroBitCount : 0,
      l2Penalty: l2Penalty, in: arena)
    let classes = shape.output.outputCount
    var hasDistributions = false
    if case .distributions = dataset.targets { hasDistributions = true }
    benches = fused.output.map { part in
      Bench(
        input: arena.matrix(
          rowCount: rows,
          columnCount: shape.hidden.first?.inputCount ?? part.inputs.count),
        labels: arena.vector(count: paddedRows),
        targets: hasDistributions
          ? (
            arena.matrix(rowCount: rows, columnCount: classes),
            arena.matrix(rowCount: classes, columnCount: paddedRows)
          ) : nil,
        losses: arena.vector(count: paddedRows), guesses: arena.vector(count: paddedRows),
        gradient: arena.matrix(rowCount: classes, columnCount: paddedRows))
    }
    activations = shape.hidden.map { arena.matrix(rowCount: rows, columnCount: $0.outputCount) }
    gradients = shape.hidden.map { arena.matrix(rowCount: rows, columnCount: $0.outputCount) }
    partials = (0..<2).map { _ in
      arena.matrix(rowCount: shape.output.chunkCount * classes, columnCount: paddedRows)
    }
    blockLosses = arena.vector(count: blocks)
    blockCorrectCounts = arena.vector(count: blocks)
    blocksPerStep = blocks
    schedule = BatchSchedule(dataset, batchSize: batchSize, in: arena)
    self.arena = arena
    self.network = fused
    self.kernels = kernels
  }

  func store(into network: inout Sequential) { self.network.store(into: &network) }

  func storedGradients() -> [(layer: Int, weight: Matrix, bias: [Float])] {
    let blocks = (schedule.samples(of: 0).count + Kernels.rowChunk - 1) / Kernels.rowChunk
    var result: [(layer: Int, weight: Matrix, bias: [Float])] = []
    network.forEachLayer({ $0.gradients[blocks.trailingZeroBitCount] }) { index, weight, bias in
      result.append((index, weight, bias))
    }
    return result
  }

  func run(
    _ steps: Range<Int>, features: FeatureSource, targets: FeatureSource?,
    updates: [Kernels.Update], team: WorkerTeam
  ) {
    team.run { worker in
      for step in steps {
        let update = updates.isEmpty ? nil : updates[step - steps.lowerBound]
        let samples = self.schedule.samples(of: step)
        let blockCount = (samples.count + Kernels.rowChunk - 1) / Kernels.rowChunk
        for block in 0..<blockCount {
          let begin = samples.lowerBound + block * Kernels.rowChunk
          let places = begin..<min(begin + Kernels.rowChunk, samples.upperBound)
          self.differentiate(
            places, scale: 1 / Float(samples.count), turn: step * self.blocksPerStep + block,
            features: features, targets: targets, worker: worker)
          if worker.index == 0 { self.sum(block: block, rowCount: places.count) }
          self.descend(
            block: block, rowCount: places.count, by: self.isGradientStored ? nil : update,
            worker: worker)
          // Others' units are read in both parts of a block; see `differentiate`.
          if self.activations.count > 1 { worker.barrier() }
        }
        if self.isGradientStored {
          self.step(blockCount: blockCount, by: update, worker: worker)
        }
        if worker.index == 0 { self.record(step: step, blockCount: blockCount) }
      }
    }
  }

  // MARK: From features to the gradients of the units

  private func differentiate(
    _ places: Range<Int>, scale: Float, turn: Int, features: FeatureSource,
    targets: FeatureSource?, worker: Worker
  ) {
    let bench = benches[worker.index]
    let part = network.output[worker.index]
    let rows = 0..<places.count
    let chosen = schedule.order.elements(places)
    let input = bench.input.rows(rows)
    let last = activations.count - 1
    if last >= 0 || !part.inputs.isEmpty {
      kernels.gather(
        features, rows: chosen, columns: last < 0 ? part.inputs : 0..<features.columnCount,
        into: input)
    }
    for index in activations.indices {
      if index > 0 { worker.barrier() }
      forward(layer: index, from: index > 0 ? activations[index - 1].rows(rows) : input, worker)
    }
    if !network.areChunksOwned { worker.barrier() }

    let partials = partials[turn % 2]
    let classes = part.bias.value.columnCount
    let chunkCount = network.shape.output.chunkCount
    for chunk in worker.share(of: chunkCount) {
      let columns = network.shape.output.inputs(ofChunks: chunk..<chunk + 1)
      let x =
        last < 0
        ? input.columns(columns.relative(to: part.inputs))
        : activations[last].rows(rows).columns(columns)
      kernels.multiplyChunk(
        x, network.outputWeight.columns(columns),
        into: partials.rows(chunk * classes..<(chunk + 1) * classes))
    }
    worker.barrier()

    schedule.labels(of: places, into: bench.labels)
    if let targets, let own = bench.targets {
      kernels.gather(targets, rows: chosen, into: own.rows.rows(rows))
      for row in rows {
        for column in 0..<classes { own.columns[column, row] = own.rows[row, column] }
      }
    }
    kernels.crossEntropy(
      partials: partials, chunkCount: chunkCount, bias: part.bias.value, labels: bench.labels,
      targets: bench.targets?.columns, rowCount: places.count, scale: scale, loss: bench.losses,
      guesses: bench.guesses, gradient: bench.gradient)
    backpropagate(rows: rows, worker)
  }

  // The worker's units of a hidden layer.
  private func forward(layer index: Int, from x: MatrixView, _ worker: Worker) {
    let part = network.hidden[index][worker.index]
    let y = activations[index].rows(0..<x.rowCount)
    for (panel, columns) in zip(part.panels, part.columns) {
      kernels.multiply(
        x, panel.value, bias: part.bias.value.columns(columns.relative(to: part.units)),
        into: y.columns(columns))
    }
    if let function = network.shape.hidden[index].activation {
      kernels.apply(function, to: y.columns(part.units), into: y.columns(part.units))
    }
  }

  // The gradients to the worker's units before their activations, last layer first.
  private func backpropagate(rows: Range<Int>, _ worker: Worker) {
    for index in activations.indices.reversed() {
      let units = network.hidden[index][worker.index].units
      let gradient = gradients[index].rows(rows).columns(units)
      if index == activations.count - 1 {
        kernels.multiplyTransposed(
          benches[worker.index].gradient, network.outputWeight.columns(units), into: gradient)
      } else if let weight = network.hiddenWeights[index + 1] {
        worker.barrier()
        kernels.multiply(
          gradients[index + 1].rows(rows), transposed: weight.rows(units), into: gradient)
      }
      if let function = network.shape.hidden[index].activation {
        kernels.applyGradient(
          of: function, at: activations[index].rows(rows).columns(units), gradient, into: gradient)
      }
    }
    // The weights between hidden layers have been read by all before anybody changes them.
    if activations.count > 1 { worker.barrier() }
  }

  // MARK: From the gradients of the units to the parameters

  // Takes steps along the gradients of the worker's parameters over a block of rows, or stores them.
  private func descend(
    block: Int, rowCount: Int, by update: Kernels.Update?, worker: Worker
  ) {
    let rows = 0..<rowCount
    let bench = benches[worker.index]
    let part = network.output[worker.index]
    let input = bench.input.rows(rows)
    let x = activations.last.map { $0.rows(rows).columns(part.inputs) } ?? input
    descend(part.weight, along: bench.gradient, isTransposed: true, x, block: block, by: update)
    kernels.sumColumns(
      bench.gradient, count: rowCount, into: part.bias.gradient(ofBlock: block))
    finish(part.bias, block: block, by: update)
    for index in activations.indices {
      let part = network.hidden[index][worker.index]
      let x = index > 0 ? activations[index - 1].rows(rows) : input
      let gradient = gradients[index].rows(rows)
      for (panel, columns) in zip(part.panels, part.columns) {
        descend(
          panel, along: x, isTransposed: false, gradient.columns(columns), block: block, by: update)
      }
      kernels.sumRows(
        gradient.columns(part.units), into: part.bias.gradient(ofBlock: block))
      finish(part.bias, block: block, by: update)
    }
  }

  private func descend(
    _ weight: FusedParameter, along a: MatrixView, isTransposed: Bool, _ b: MatrixView, block: Int,
    by update: Kernels.Update?
  ) {
    if let update {
      kernels.descend(
        weight.value, alongProductOf: a, isTransposed: isTransposed, b, by: update,
        l2: weight.l2Penalty, first: weight.first, second: weight.second)
    } else {
      kernels.gradient(
        alongProductOf: a, isTransposed: isTransposed, b, into: weight.gradient(ofBlock: block))
      weight.add(block: block, with: kernels)
    }
  }

  private func finish(_ bias: FusedParameter, block: Int, by update: Kernels.Update?) {
    if let update {
      bias.step(along: bias.gradient(ofBlock: block), by: update, with: kernels)
    } else {
      bias.add(block: block, with: kernels)
    }
  }

  // Takes the step along gradients that were stored block by block.
  private func step(blockCount: Int, by update: Kernels.Update?, worker: Worker) {
    func step(_ parameter: FusedParameter) {
      let gradient = parameter.total(blockCount: blockCount, with: kernels)
      if let update { parameter.step(along: gradient, by: update, with: kernels) }
    }
    step(network.output[worker.index].weight)
    step(network.output[worker.index].bias)
    for layer in network.hidden {
      layer[worker.index].panels.forEach(step)
      step(layer[worker.index].bias)
    }
    // Whoever reads others' weights must not do so before they are written.
    worker.barrier()
  }

  // MARK: Losses

  private func sum(block: Int, rowCount: Int) {
    let bench = benches[0]
    var loss = 0.0
    var correctCount: Int64 = 0
    for row in 0..<rowCount {
      loss += Double(bench.losses[row])
      if bench.guesses[row] == bench.labels[row] { correctCount += 1 }
    }
    blockLosses[block] = loss
    blockCorrectCounts[block] = correctCount
  }

  private func record(step: Int, blockCount: Int) {
    schedule.record(
      step: step, loss: treeSum(of: blockCount) { blockLosses[$0] },
      correctCount: (0..<blockCount).reduce(0) { $0 + Int(blockCorrectCounts[$1]) })
  }
}

extension Range<Int> {
  /// The range as counted from the beginning of another.
  fileprivate func relative(to other: Range<Int>) -> Range<Int> {
    lowerBound - other.lowerBound..<upperBound - other.lowerBound
  }
}
