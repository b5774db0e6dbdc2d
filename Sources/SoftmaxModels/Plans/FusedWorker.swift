// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The work of one worker of a fused plan in a step, with its memory.
struct FusedWorker: Sendable, BitwiseCopyable {
  private let kernels: Kernels
  private let schedule: BatchSchedule
  private let isGradientStored: Bool

  // Parameters: the worker's features and slices, and the whole weight of the logits if its chunks need
  // units of others.
  private let inputPart: FusedNetwork.InputPart
  private let hidden: VectorView<FusedNetwork.HiddenPart>
  private let output: FusedNetwork.OutputPart
  private let wholeOutputWeight: MatrixView?

  // The batch. Features: all columns, or without hidden layers the columns that the worker owns; if there are
  // operations on features, `input` is their result, one matrix for all workers. Labels, or distributions as
  // [rows, classes] and transposed as [classes, rows].
  private let input: MatrixView
  private let inputSteps: FusedSteps?
  private let trainsInputs: Bool
  private let labels: VectorView<Int32>
  private let targetRows: MatrixView
  private let targetColumns: MatrixView

  // Per hidden layer, [rows, units]: the outputs, and the gradients with respect to the matrix products.
  // They are views of the worker's units; the whole matrices exist if other workers read them. `steps` are
  // the operations between product and output.
  private let activations: VectorView<MatrixView>
  private let wholeActivations: VectorView<MatrixView>
  private let gradients: VectorView<MatrixView>
  private let wholeGradients: VectorView<MatrixView>
  private let steps: VectorView<FusedSteps>
  // The partial logits over `inputCount` inputs: a matrix [classes, rows] for each chunk of the inputs, one
  // below the other. Successive blocks alternate between the two buffers, so a worker need not wait for
  // those that still read the previous block.
  private let inputCount: Int
  private let evenPartials: MatrixView
  private let oddPartials: MatrixView

  private let losses: VectorView<Float>
  private let predictions: VectorView<Int32>
  // The gradient with respect to the logits: [classes, rows].
  private let gradient: MatrixView
  // The results of each block of a step; only those of worker 0 are used.
  private let blockLosses: VectorView<Double>
  private let blockCorrectCounts: VectorView<Int64>

  /// Creates the workers of a network, with the memory that they share.
  static func team(
    for network: FusedNetwork, schedule: BatchSchedule, isGradientStored: Bool,
    hasDistributions: Bool, kernels: Kernels, in arena: Arena, ofWorkers arenas: [Arena]
  ) -> [FusedWorker] {
    let rows = min(schedule.batchSize, Kernels.rowChunk)
    let blocks = (schedule.batchSize + Kernels.rowChunk - 1) / Kernels.rowChunk
    let paddedRows = (rows + 15) / 16 * 16
    let hidden = network.shape.hidden
    let output = network.shape.output
    let classes = output.outputCount
    let last = hidden.count - 1
    // Activations and gradients are whole matrices if other workers read them. These are all activations,
    // except those of the last layer if the logits are divided in whole chunks, and all gradients, except
    // those of the first layer, because features need no gradient unless operations on them are trained.
    let wholeActivations = hidden.indices.map {
      $0 == last && network.wholeOutputWeight == nil
        ? nil : arena.matrix(rowCount: rows, columnCount: hidden[$0].outputCount)
    }
    let wholeGradients = hidden.indices.map {
      $0 == 0 && !network.shape.trainsInputs
        ? nil : arena.matrix(rowCount: rows, columnCount: hidden[$0].outputCount)
    }
    let none = arena.matrix(rowCount: 0, columnCount: 0)
    func partials() -> MatrixView {
      arena.matrix(rowCount: output.chunkCount * classes, columnCount: paddedRows)
    }
    let (evenPartials, oddPartials) = (partials(), partials())
    let hasInputSteps = !network.shape.inputSteps.isEmpty
    let wholeInput =
      hasInputSteps ? arena.matrix(rowCount: rows, columnCount: hidden[0].inputCount) : none
    return arenas.indices.map { worker in
      let arena = arenas[worker]
      let parts = network.hidden[worker]
      func own(_ whole: [MatrixView?]) -> VectorView<MatrixView> {
        arena.vector(
          copying: hidden.indices.map { index in
            let units = parts[index].units
            return whole[index]?.columns(units)
              ?? arena.matrix(rowCount: rows, columnCount: units.count)
          })
      }
      let (activations, gradients) = (own(wholeActivations), own(wholeGradients))
      let steps = hidden.indices.map {
        FusedSteps(
          of: hidden[$0].steps, units: parts[$0].units, tensors: parts[$0].unitTensors,
          outputs: activations[$0], gradient: gradients[$0], seed: network.seed, in: arena)
      }
      let features = network.inputs[worker]
      return FusedWorker(
        kernels: kernels, schedule: schedule, isGradientStored: isGradientStored,
        inputPart: features, hidden: parts,
        output: network.output[worker], wholeOutputWeight: network.wholeOutputWeight,
        input: hasInputSteps
          ? wholeInput
          : arena.matrix(
            rowCount: rows,
            columnCount: hidden.first?.inputCount ?? network.output[worker].inputs.count),
        inputSteps: hasInputSteps
          ? FusedSteps(
            of: network.shape.inputSteps, units: features.units, tensors: features.unitTensors,
            outputs: wholeInput.columns(features.units), gradient: nil, seed: network.seed,
            in: arena) : nil,
        trainsInputs: network.shape.trainsInputs,
        labels: arena.vector(count: paddedRows),
        targetRows: arena.matrix(rowCount: hasDistributions ? rows : 0, columnCount: classes),
        targetColumns: arena.matrix(
          rowCount: hasDistributions ? classes : 0, columnCount: paddedRows),
        activations: activations,
        wholeActivations: arena.vector(copying: wholeActivations.map { $0 ?? none }),
        gradients: gradients,
        wholeGradients: arena.vector(copying: wholeGradients.map { $0 ?? none }),
        steps: arena.vector(copying: steps),
        inputCount: output.inputCount, evenPartials: evenPartials, oddPartials: oddPartials,
        losses: arena.vector(count: paddedRows), predictions: arena.vector(count: paddedRows),
        gradient: arena.matrix(rowCount: classes, columnCount: paddedRows),
        blockLosses: arena.vector(count: blocks), blockCorrectCounts: arena.vector(count: blocks))
    }
  }

  /// Does the worker's share of a step.
  func run(
    _ step: Int, features: FeatureSource, targets: FeatureSource?, isUpdating: Bool, worker: Worker
  ) {
    let update = isUpdating ? schedule.update(of: step).update : nil
    let samples = schedule.samples(of: step)
    let blockCount = (samples.count + Kernels.rowChunk - 1) / Kernels.rowChunk
    for block in 0..<blockCount {
      let begin = samples.lowerBound + block * Kernels.rowChunk
      let places = begin..<min(begin + Kernels.rowChunk, samples.upperBound)
      let isEven = (step * blockLosses.count + block) % 2 == 0
      computeParts(
        of: places, block: block, number: schedule.number(of: step),
        into: isEven ? evenPartials : oddPartials, features: features, worker: worker)
      worker.barrier()
      differentiate(
        places, partials: isEven ? evenPartials : oddPartials, scale: 1 / Float(samples.count),
        targets: targets)
      backpropagate(rowCount: places.count, worker)
      if worker.index == 0 { sum(block: block, rowCount: places.count) }
      descend(block: block, rowCount: places.count, by: isGradientStored ? nil : update)
      // All workers must have read the other workers' units before the next block overwrites them.
      if hidden.count > 1 || inputSteps != nil { worker.barrier() }
    }
    if isGradientStored { self.step(blockCount: blockCount, by: update, worker: worker) }
    if worker.index == 0 {
      schedule.record(
        step: step, loss: treeSum(of: blockCount) { blockLosses[$0] },
        correctCount: (0..<blockCount).reduce(0) { $0 + Int(blockCorrectCounts[$1]) })
    }
  }

  // MARK: From features to the logits

  // Computes the worker's units and its chunks of the logits.
  private func computeParts(
    of places: Range<Int>, block: Int, number: Int, into partials: MatrixView,
    features: FeatureSource, worker: Worker
  ) {
    let next = schedule.places(after: places)
    if hidden.count == 0 {
      // Some rows at a time, so they are still in the first-level cache when they are multiplied.
      let rowCount = places.count
      for begin in stride(from: 0, to: rowCount, by: FusedWorker.rowsAtOnce) {
        let rows = begin..<min(begin + FusedWorker.rowsAtOnce, rowCount)
        gather(places, rows: rows, columns: output.inputs, features: features, into: input)
        let fetched = next.elements(rows.clamped(to: 0..<next.count))
        multiplyChunks(
          rows: rows, into: partials,
          next: features.fetch(rows: fetched, columns: output.inputs), worker)
      }
      return
    }
    let rows = 0..<places.count
    let firstRow = block * Kernels.rowChunk
    if let inputSteps {
      gather(
        places, rows: rows, columns: inputPart.units, features: features,
        into: inputSteps.products)
      inputSteps.forward(rowCount: rows.count, firstRow: firstRow, number: number, with: kernels)
    } else {
      gather(
        places, rows: rows, columns: 0..<features.columnCount, features: features, into: input)
    }
    for index in 0..<hidden.count {
      if index > 0 || inputSteps != nil { worker.barrier() }
      forward(layer: index, rows: rows)
      steps[index].forward(
        rowCount: rows.count, firstRow: firstRow, number: number, with: kernels)
      // If the inputs overflowed, the padding columns may hold NaN even though an activation made the units
      // finite again. The next product reads the padding too.
      activations[index].rows(rows).clearPadding()
    }
    if wholeOutputWeight != nil { worker.barrier() }
    multiplyChunks(
      rows: rows, into: partials,
      next: features.fetch(rows: next, columns: 0..<features.columnCount), worker)
  }

  // A multiple of 16, because the product with the batch in lanes processes 16 rows at once.
  private static let rowsAtOnce = 16

  // Converts some rows of the batch to floats.
  private func gather(
    _ places: Range<Int>, rows: Range<Int>, columns: Range<Int>, features: FeatureSource,
    into x: MatrixView
  ) {
    guard !columns.isEmpty else { return }
    kernels.gather(
      features, rows: schedule.order.elements(places).elements(rows), columns: columns,
      into: x.rows(rows))
  }

  // Computes the worker's chunks of the logits of some rows.
  private func multiplyChunks(
    rows: Range<Int>, into partials: MatrixView, next: FeatureFetch, _ worker: Worker
  ) {
    let classes = gradient.rowCount
    let chunk = Kernels.unitChunk(of: inputCount)
    let last = hidden.count - 1
    let chunks = worker.share(of: chunkCount)
    for index in chunks {
      let inputs = index * chunk..<min((index + 1) * chunk, inputCount)
      let x: MatrixView
      let weight: MatrixView
      if let whole = wholeOutputWeight {
        x = wholeActivations[last].rows(rows).columns(inputs)
        weight = whole.columns(inputs)
      } else {
        let own = inputs.relative(to: output.inputs)
        x = (last < 0 ? input : activations[last]).rows(rows).columns(own)
        weight = output.weight.value.columns(own)
      }
      kernels.multiplyChunk(
        x, weight,
        into: partials.rows(index * classes..<(index + 1) * classes)
          .columns(rows.lowerBound..<partials.columnCount),
        next: index == chunks.lowerBound ? next : nil)
    }
  }

  private var chunkCount: Int { evenPartials.rowCount / gradient.rowCount }

  // Computes the matrix product for the worker's units of a hidden layer.
  private func forward(layer index: Int, rows: Range<Int>) {
    let part = hidden[index]
    let x = (index > 0 ? wholeActivations[index - 1] : input).rows(rows)
    let y = steps[index].products.rows(rows)
    for panelIndex in 0..<part.panels.count {
      let panel = part.panels[panelIndex]
      let columns = panel.units.relative(to: part.units)
      kernels.multiply(
        x, panel.weight.value, bias: part.bias.value.columns(columns), into: y.columns(columns))
    }
  }

  // MARK: From the logits to the gradients of the units

  private func differentiate(
    _ places: Range<Int>, partials: MatrixView, scale: Float, targets: FeatureSource?
  ) {
    schedule.labels(of: places, into: labels)
    if let targets {
      kernels.gather(
        targets, rows: schedule.order.elements(places), into: targetRows.rows(0..<places.count))
      for row in 0..<places.count {
        for column in 0..<gradient.rowCount { targetColumns[column, row] = targetRows[row, column] }
      }
    }
    kernels.crossEntropy(
      partials: partials, chunkCount: chunkCount, bias: output.bias.value, labels: labels,
      targets: targets == nil ? nil : targetColumns, rowCount: places.count, scale: scale,
      loss: losses, predictions: predictions, gradient: gradient)
  }

  // Computes the gradients with respect to the products of the worker's units, from the last layer back.
  private func backpropagate(rowCount: Int, _ worker: Worker) {
    let rows = 0..<rowCount
    for index in stride(from: hidden.count - 1, through: 0, by: -1) {
      let part = hidden[index]
      let own = steps[index].outputGradient.rows(rows)
      if index == hidden.count - 1 {
        kernels.multiplyTransposed(gradient, output.weight.value, into: own)
      } else if let weight = hidden[index + 1].wholeWeight {
        worker.barrier()
        kernels.multiply(
          wholeGradients[index + 1].rows(rows), transposed: weight.rows(part.units), into: own)
      }
      steps[index].backward(rowCount: rowCount, with: kernels)
    }
    if trainsInputs, let inputSteps, let weight = hidden[0].wholeWeight {
      worker.barrier()
      kernels.multiply(
        wholeGradients[0].rows(rows), transposed: weight.rows(inputPart.units),
        into: inputSteps.outputGradient.rows(rows))
      inputSteps.backward(rowCount: rowCount, with: kernels)
    }
    // All workers must have read the weights of others before any worker changes them.
    if hidden.count > 1 || trainsInputs { worker.barrier() }
  }

  // MARK: From the gradients of the units to the parameters

  // Updates the worker's parameters with their gradients over a block of rows, or stores the gradients.
  private func descend(block: Int, rowCount: Int, by update: Kernels.Update?) {
    let rows = 0..<rowCount
    let last = (hidden.count > 0 ? activations[hidden.count - 1] : input).rows(rows)
    output.weight.descend(
      alongProductOf: gradient, isTransposed: true, last, block: block, by: update, with: kernels)
    kernels.sumColumns(
      gradient, count: rowCount, into: output.bias.gradient(ofBlock: block))
    output.bias.descend(block: block, by: update, with: kernels)
    for index in 0..<hidden.count {
      let part = hidden[index]
      let x = (index > 0 ? wholeActivations[index - 1] : input).rows(rows)
      let dy = gradients[index].rows(rows)
      for panelIndex in 0..<part.panels.count {
        let panel = part.panels[panelIndex]
        panel.weight.descend(
          alongProductOf: x, isTransposed: false,
          dy.columns(panel.units.relative(to: part.units)), block: block, by: update, with: kernels)
      }
      kernels.sumRows(dy, into: part.bias.gradient(ofBlock: block))
      part.bias.descend(block: block, by: update, with: kernels)
      steps[index].descend(block: block, by: update, with: kernels)
    }
    inputSteps?.descend(block: block, by: update, with: kernels)
  }

  // Updates the parameters with gradients that were stored block by block.
  private func step(blockCount: Int, by update: Kernels.Update?, worker: Worker) {
    func step(_ parameter: FusedParameter) {
      let total = parameter.total(blockCount: blockCount, with: kernels)
      if let update { parameter.step(along: total, by: update, with: kernels) }
    }
    step(output.weight)
    step(output.bias)
    for index in 0..<hidden.count {
      let part = hidden[index]
      for panelIndex in 0..<part.panels.count { step(part.panels[panelIndex].weight) }
      step(part.bias)
      steps[index].forEachParameter(step)
    }
    inputSteps?.forEachParameter(step)
    // The next step must not read other workers' weights before they are written.
    worker.barrier()
  }

  // Sums the losses and correct predictions of a block; every worker has all rows of them.
  private func sum(block: Int, rowCount: Int) {
    var loss = 0.0
    var correctCount: Int64 = 0
    for row in 0..<rowCount {
      loss += Double(losses[row])
      if predictions[row] == labels[row] { correctCount += 1 }
    }
    blockLosses[block] = loss
    blockCorrectCounts[block] = correctCount
  }
}

extension Range<Int> {
  /// Returns the range relative to the lower bound of another range.
  fileprivate func relative(to other: Range<Int>) -> Range<Int> {
    lowerBound - other.lowerBound..<upperBound - other.lowerBound
  }
}
