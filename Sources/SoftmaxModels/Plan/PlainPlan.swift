// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The plain path: layer by layer, for every network.
///
/// A step has two parts. In the first every worker takes some of the batch's rows from features to
/// the gradient of the logits and back to the first layer; in the second every worker takes some of
/// the parameters, sums their gradient over all rows and updates them. Operations that look at the
/// whole batch at once meet in between.
final class PlainPlan: TrainingPlan {
  let schedule: BatchSchedule
  let network: LoweredNetwork
  /// For every loss but plain cross-entropy without weights.
  let lossPass: LossPass?
  let kernels: Kernels
  let arena: Arena
  let forward: PassMemory
  /// The gradient of the loss to each operation's output: [rows, outputs].
  let gradients: VectorView<MatrixView>
  /// What is trained, first to last.
  let parameters: [PlainParameter]
  /// For each of them the sums of the squares of its gradient, one for each unit of a weight.
  let squares: [VectorView<Double>]
  let treatment: GradientTreatment
  /// How many numbers the rule of the steps remembers; what a parameter remembers beside is a sum.
  let memoryCount: Int
  /// Whether the weights of dense layers step along gradients that are never stored.
  let stepsInTiles: Bool
  /// The first operation with something to train; nil where all layers are frozen.
  let firstTrained: Int?

  let batchLabels: VectorView<Int32>
  let batchTargets: MatrixView?
  let losses: VectorView<Float>
  let guesses: VectorView<Int32>

  /// Lays out memory for training a network on a data set in batches of at most its size.
  ///
  /// - Parameter stepsInTiles: whether gradients may be stepped along in the registers in which they
  ///   come to be; without it they are stored first, which gives the same bits.
  init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer,
    batchSize: Int, l1Penalty: Float = 0, l2Penalty: Float, stepsInTiles: Bool = true,
    kernels: Kernels
  ) {
    let arena = Arena()
    let lowered = LoweredNetwork(network, rowCapacity: batchSize, in: arena)
    let rows = batchSize
    let forward = PassMemory(lowered, rowCapacity: rows, in: arena)
    treatment = GradientTreatment(optimizer, l1Penalty: l1Penalty, l2Penalty: l2Penalty)
    memoryCount = optimizer.memoryCount
    self.stepsInTiles =
      stepsInTiles && optimizer.stepsInTiles && treatment.isNone && batchSize <= Kernels.rowChunk
    parameters = lowered.parameters(
      memoryCount: memoryCount + (treatment.isAccumulating ? 1 : 0), in: arena)
    if memoryCount > 0 {
      for parameter in parameters { parameter.memory[0].fill(optimizer.initialMemory) }
    }
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
    guesses = arena.vector(count: rows)
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
    team: WorkerTeam
  ) {
    team.run { worker in
      for step in steps {
        let samples = self.schedule.samples(of: step)
        self.differentiate(
          samples, step: step, features: features, targets: targets, worker: worker)
        worker.barrier()
        if worker.index == 0 { self.sumBatch(of: step, samples: samples) }
        self.updateParameters(
          rowCount: samples.count,
          by: isUpdating ? self.schedule.update(of: step) : nil, worker: worker)
        worker.barrier()
      }
    }
  }

  // MARK: From features to the gradients of the layers' outputs, shared by rows

  private func differentiate(
    _ samples: Range<Int>, step: Int, features: FeatureSource, targets: FeatureSource?,
    worker: Worker
  ) {
    let rows = worker.share(of: samples.count, alignedTo: 8)
    let chosen = schedule.order.elements(samples).elements(rows)
    kernels.gather(features, rows: chosen, into: forward.input.rows(rows))
    propagate(rows, of: samples.count, step: step, worker: worker)

    differentiateLoss(rows, of: samples, logits: forward.logits.rows(rows), targets: targets)
    backpropagate(rows, of: samples.count, worker: worker)
  }

  private func propagate(
    _ rows: Range<Int>, of rowCount: Int, step: Int, worker: Worker
  ) {
    let number = schedule.number(of: step)
    for index in 0..<network.operations.count {
      let operation = network.operations[index]
      let (x, y) = (forward.source(of: index), forward.values[index])
      if case .batchNormalization(let layer) = operation {
        // Of all rows, so all must be there.
        worker.barrier()
        layer.takeMoments(
          of: x.rows(0..<rowCount), columns: worker.share(of: layer.count, alignedTo: 16),
          with: kernels)
        worker.barrier()
      }
      operation.forward(x.rows(rows), into: y.rows(rows), rows: rows, step: number, with: kernels)
    }
  }

  private func backpropagate(_ rows: Range<Int>, of rowCount: Int, worker: Worker) {
    // Nothing before the first parameters asks for a gradient, nor do they for that of their inputs.
    guard let firstTrained else { return }
    for index in (firstTrained..<network.operations.count).reversed() {
      let operation = network.operations[index]
      if case .batchNormalization(let layer) = operation {
        worker.barrier()
        layer.sumGradients(
          of: gradients[index].rows(0..<rowCount),
          columns: worker.share(of: layer.count, alignedTo: 16), with: kernels)
        worker.barrier()
      }
      guard index > firstTrained else { break }
      operation.backward(
        x: forward.source(of: index).rows(rows), y: forward.values[index].rows(rows),
        dy: gradients[index].rows(rows), into: gradients[index - 1].rows(rows), rows: rows,
        with: kernels)
    }
  }

  func storedGradients() -> [Gradient.LayerGradient] {
    tensorsByLayer { $0.tensors(of: $0.gradient) }.map {
      Gradient.LayerGradient(layer: $0.layer, tensors: $0.tensors)
    }
  }

  func storedMemory() -> [[Trainer.State.LayerValues]] {
    (0..<(parameters.first?.memory.count ?? 0)).map { slot in
      tensorsByLayer { $0.tensors(of: $0.memory[slot]) }.map {
        Trainer.State.LayerValues(layer: $0.layer, tensors: $0.tensors)
      }
    }
  }

  func load(_ network: Sequential, memory: [[Trainer.State.LayerValues]]) {
    self.network.load(network)
    for (slot, layers) in memory.enumerated() {
      var rest = layers.flatMap(\.tensors)[...]
      for parameter in parameters {
        parameter.assign(Array(rest.prefix(parameter.tensors.count)), to: parameter.memory[slot])
        rest = rest.dropFirst(parameter.tensors.count)
      }
    }
  }

  // What the parameters give, those of a layer together.
  private func tensorsByLayer(
    _ numbers: (PlainParameter) -> [LayerTensor]
  ) -> [(layer: Int, tensors: [LayerTensor])] {
    var result: [(layer: Int, tensors: [LayerTensor])] = []
    for parameter in parameters {
      let layer = parameter.tensors[0].layer
      let tensors = result.last?.layer == layer ? result.removeLast().tensors : []
      result.append((layer, tensors + numbers(parameter)))
    }
    return result
  }
}
