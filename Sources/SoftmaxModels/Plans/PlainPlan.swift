// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The training plan that runs layer by layer and takes every network.
///
/// A step has two phases. The first computes the logits from the features, then the loss, then the
/// gradients back to the first trained layer: each worker takes some rows or some columns of every
/// operation (`WorkDivision`), with a barrier wherever a worker needs results of others. In the second phase
/// every worker sums the gradient of some of the parameters over all rows, and updates them.
final class PlainPlan: TrainingPlan {
  let schedule: BatchSchedule
  let network: PlainNetwork
  /// The computation of the loss; nil for cross-entropy without label smoothing, class weights and sample
  /// weights.
  let lossPass: LossPass?
  let kernels: Kernels
  let arena: Arena
  let forward: PassMemory
  /// How the workers divide the outputs of each operation.
  private let divisions: VectorView<WorkDivision>
  /// Whether every worker converts the whole batch into its own copy.
  private let hasOwnInputs: Bool
  /// Whether a batch is a single block of the sums over rows.
  private let isSmallBatch: Bool
  /// The gradient of the loss with respect to each operation's output: [rows, outputs].
  let gradients: VectorView<MatrixView>
  /// The trained parameters, in order.
  let parameters: [PlainParameter]
  /// For each parameter the sums of the squares of its gradient, one sum for each unit of a dense layer's
  /// weight.
  let squares: [VectorView<Double>]
  let treatment: GradientTreatment
  /// Whether updates of dense layers' weights use gradients in registers, which are never stored.
  let stepsInTiles: Bool
  /// The index of the first operation with a trained parameter; nil if all layers are frozen.
  let firstTrained: Int?

  let batchLabels: VectorView<Int32>
  let batchTargets: MatrixView?
  let losses: VectorView<Float>
  let predictions: VectorView<Int32>

  /// Lays out memory for training a network on a data set in batches of at most `batchSize`.
  ///
  /// - Parameters:
  ///   - stepsInTiles: whether updates may use gradients in the registers in which they are computed;
  ///     otherwise gradients are stored first, which gives the same bits.
  ///   - workerCount: the number of workers of the team that runs the plan.
  init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer,
    batchSize: Int, l1Penalty: Float = 0, l2Penalty: Float, stepsInTiles: Bool = true,
    workerCount: Int, kernels: Kernels
  ) {
    let arena = Arena()
    let lowered = PlainNetwork(network, rowCapacity: batchSize, in: arena)
    let rows = batchSize
    var last = WorkDivision.rows
    let divisions = lowered.operations.elements().map { operation in
      last = operation.division(of: last, workerCount: workerCount)
      return last
    }
    self.divisions = arena.vector(copying: divisions)
    // For a large batch, a copy per worker would take memory rather than save time, and prefetching by one
    // worker would evict data that it is about to read.
    isSmallBatch = batchSize <= Kernels.rowChunk
    let takesWholeRows = lowered.operations[0].traits.takesWholeRows
    hasOwnInputs =
      isSmallBatch && divisions[0] == .columns && takesWholeRows
      && FusedShape.hasRoom(
        inputCount: lowered.inputCount, rowCount: batchSize, workerCount: workerCount)
    let forward = PassMemory(
      lowered, rowCapacity: rows, inputCount: hasOwnInputs ? workerCount : 1, in: arena)
    treatment = GradientTreatment(optimizer, l1Penalty: l1Penalty, l2Penalty: l2Penalty)
    self.stepsInTiles =
      stepsInTiles && optimizer.rule.stepsInTiles && treatment.isNone
      && batchSize <= Kernels.rowChunk
    parameters = lowered.parameters(
      ruleStateCount: optimizer.stateCount, isAccumulating: treatment.isAccumulating, in: arena
    ) { optimizer.rateFactors(of: $0.name, in: network.layers[$0.layer]) }
    for parameter in parameters { parameter.tensor.first?.fill(optimizer.rule.initialState) }
    squares = parameters.map { arena.vector(count: $0.unitCount) }
    firstTrained = parameters.first?.operation
    self.network = lowered
    self.kernels = kernels
    self.arena = arena
    self.forward = forward
    gradients = forward.gradients
    schedule = BatchSchedule(dataset, batchSize: batchSize, in: arena)
    batchLabels = arena.vector(count: rows)
    losses = arena.vector(count: rows)
    predictions = arena.vector(count: rows)
    let isPlain = loss.isPlainCrossEntropy && dataset.sampleWeights == nil
    lossPass =
      isPlain
      ? nil
      : LossPass(
        loss, of: dataset.targets, labels: dataset.labels, sampleWeights: dataset.sampleWeights,
        classCount: dataset.classCount, outputCount: lowered.outputCount, batchSize: rows,
        kernels: kernels, in: arena)
    batchTargets = dataset.targets.matrix.map {
      arena.matrix(rowCount: isPlain ? rows : 0, columnCount: $0.columnCount)
    }
  }

  func store(into network: inout Sequential) { self.network.store(into: &network) }

  func run(
    _ steps: Range<Int>, features: FeatureSource, targets: FeatureSource?, isUpdating: Bool,
    worker: Worker
  ) {
    for step in steps {
      let samples = schedule.samples(of: step)
      differentiate(samples, step: step, features: features, targets: targets, worker: worker)
      worker.barrier()
      fetch(after: samples, features: features, worker: worker)
      if worker.index == 0 { sumBatch(of: step, samples: samples) }
      updateParameters(
        rowCount: samples.count, by: isUpdating ? schedule.update(of: step) : nil, worker: worker)
      worker.barrier()
    }
  }

  /// Returns the input of an operation for a worker.
  func source(of operation: Int, for worker: Worker) -> MatrixView {
    operation > 0
      ? forward.values[operation - 1] : forward.inputs[hasOwnInputs ? worker.index : 0]
  }

  // MARK: From features to the gradients of the layers' outputs

  /// Does a worker's part of the first phase: from features to the gradients of the operations' outputs.
  func differentiate(
    _ samples: Range<Int>, step: Int, features: FeatureSource, targets: FeatureSource?,
    worker: Worker
  ) {
    let rowCount = samples.count
    let order = schedule.order.elements(samples)
    let rows = worker.share(of: rowCount, alignedTo: 8)
    let gathered = gatheredRows(of: rowCount, for: worker)
    kernels.gather(
      features, rows: order.elements(gathered),
      into: source(of: 0, for: worker).rows(gathered))
    propagate(rowCount: rowCount, step: step, worker: worker)

    if divisions[divisions.count - 1] == .columns { worker.barrier() }
    differentiateLoss(rows, of: samples, logits: forward.logits.rows(rows), targets: targets)
    backpropagate(rowCount: rowCount, worker: worker)
  }

  private func gatheredRows(of rowCount: Int, for worker: Worker) -> Range<Int> {
    hasOwnInputs ? 0..<rowCount : worker.share(of: rowCount, alignedTo: 8)
  }

  // Prefetches the rows of the next batch, which are not in the caches. The updates that follow take long
  // enough to hide the latency.
  private func fetch(after samples: Range<Int>, features: FeatureSource, worker: Worker) {
    guard isSmallBatch else { return }
    let next = schedule.places(after: samples)
    let rows = gatheredRows(of: next.count, for: worker)
    features.fetch(rows: next.elements(rows), columns: 0..<features.columnCount).begin()
  }

  private func propagate(rowCount: Int, step: Int, worker: Worker) {
    let number = schedule.number(of: step)
    for index in 0..<network.operations.count {
      let operation = network.operations[index]
      if index > 0 {
        meet(worker, after: divisions[index - 1], before: divisions[index], of: operation)
      } else if divisions[0] == .columns, !hasOwnInputs {
        worker.barrier()
      }
      let y = forward.values[index]
      let part = divisions[index].part(
        rowCount: rowCount, columnCount: y.columnCount, for: worker)
      operation.body.forward(
        source(of: index, for: worker), into: y, part: part, step: number, with: kernels)
    }
  }

  private func backpropagate(rowCount: Int, worker: Worker) {
    // Operations before the first trained one need no gradients, and the first trained one no input gradient.
    guard let firstTrained else { return }
    // The rows of the loss were divided among the workers; a gradient is divided as the output that it
    // belongs to.
    var last = WorkDivision.rows
    for index in (firstTrained..<network.operations.count).reversed() {
      let operation = network.operations[index]
      let isWanted = index > firstTrained
      guard isWanted || operation.traits.sumsOnTheWayBack else { break }
      // The input gradient of a matrix product is divided as the input was.
      let division = divisions[operation.traits.form == .product ? index - 1 : index]
      meet(worker, after: last, before: division, of: operation)
      let x = source(of: index, for: worker)
      operation.body.backward(
        x: x, y: forward.values[index], dy: gradients[index],
        into: isWanted ? gradients[index - 1] : nil,
        part: division.part(rowCount: rowCount, columnCount: x.columnCount, for: worker),
        with: kernels)
      last = division
    }
  }

  // Waits for the other workers if the next operation reads results that they computed.
  private func meet(
    _ worker: Worker, after last: WorkDivision, before next: WorkDivision,
    of operation: PlainNetwork.Operation
  ) {
    if last != next || (next == .columns && operation.traits.takesWholeRows) { worker.barrier() }
  }

  func storedOptimizerState() -> [[LayerTensors]] {
    (0..<(parameters.first?.tensor.state.count ?? 0)).map { slot in
      var layers: [LayerTensors] = []
      for parameter in parameters {
        for tensor in parameter.tensors(of: parameter.tensor.state[slot]) {
          layers.append(tensor, ofLayer: parameter.tensors[0].layer)
        }
      }
      return layers
    }
  }

  func load(_ network: Sequential, optimizerState: [[LayerTensors]]) {
    self.network.load(network)
    for (slot, layers) in optimizerState.enumerated() {
      var rest = layers.flatMap(\.tensors)[...]
      for parameter in parameters {
        parameter.assign(
          Array(rest.prefix(parameter.tensors.count)), to: parameter.tensor.state[slot])
        rest = rest.dropFirst(parameter.tensors.count)
      }
    }
  }
}
