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
  let loss: Loss
  let kernels: Kernels
  let arena: Arena
  let forward: PassMemory
  /// The gradient of the loss to each operation's output: [rows, outputs].
  let gradients: VectorView<MatrixView>
  /// What is trained, first to last.
  let parameters: [PlainParameter]
  let l2Penalty: Float
  /// The first operation with something to train; nil where all layers are frozen.
  let firstTrained: Int?

  let batchLabels: VectorView<Int32>
  let batchTargets: MatrixView?
  let losses: VectorView<Float>
  let guesses: VectorView<Int32>

  /// Lays out memory for training a network on a data set in batches of at most its size.
  init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer,
    batchSize: Int, l2Penalty: Float, kernels: Kernels
  ) {
    let arena = Arena()
    let lowered = LoweredNetwork(network, in: arena)
    let rows = batchSize
    let forward = PassMemory(lowered, rowCapacity: rows, in: arena)
    parameters = lowered.parameters(memoryCount: optimizer.stateCount, in: arena)
    firstTrained = parameters.first?.operation
    self.network = lowered
    self.loss = loss
    self.kernels = kernels
    self.arena = arena
    self.forward = forward
    gradients = forward.gradients
    self.l2Penalty = l2Penalty
    schedule = BatchSchedule(dataset, batchSize: batchSize, in: arena)
    batchLabels = arena.vector(count: rows)
    losses = arena.vector(count: rows)
    guesses = arena.vector(count: rows)
    if case .distributions(let matrix) = dataset.targets {
      batchTargets = arena.matrix(rowCount: rows, columnCount: matrix.columnCount)
    } else {
      batchTargets = nil
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
        self.differentiate(samples, features: features, targets: targets, worker: worker)
        worker.barrier()
        if worker.index == 0 { self.sumBatch(of: step, rowCount: samples.count) }
        self.updateParameters(
          rowCount: samples.count,
          by: isUpdating ? self.schedule.update(of: step) : nil, worker: worker)
        worker.barrier()
      }
    }
  }

  // MARK: From features to the gradients of the layers' outputs, shared by rows

  private func differentiate(
    _ samples: Range<Int>, features: FeatureSource, targets: FeatureSource?, worker: Worker
  ) {
    let rows = worker.share(of: samples.count, alignedTo: 8)
    let chosen = schedule.order.elements(samples).elements(rows)
    kernels.gather(features, rows: chosen, into: forward.input.rows(rows))
    propagate(rows)

    let logits = forward.logits.rows(rows)
    let first = samples.lowerBound
    schedule.labels(
      of: first + rows.lowerBound..<first + rows.upperBound, into: batchLabels.elements(rows))
    switch loss.kind {
    case .crossEntropy:
      differentiateCrossEntropy(
        rows, logits: logits, targets: targets, chosen: chosen, scale: 1 / Float(samples.count))
    }
    kernels.argmax(logits, into: guesses.elements(rows))
    backpropagate(rows)
  }

  private func propagate(_ rows: Range<Int>) {
    for index in 0..<network.operations.count {
      network.operations[index].forward(
        forward.source(of: index).rows(rows), into: forward.values[index].rows(rows), with: kernels)
    }
  }

  private func backpropagate(_ rows: Range<Int>) {
    // Nothing before the first parameters asks for a gradient, nor do they for that of their inputs.
    guard let firstTrained else { return }
    for index in (firstTrained..<network.operations.count).reversed() where index > firstTrained {
      network.operations[index].backward(
        x: forward.source(of: index).rows(rows), y: forward.values[index].rows(rows),
        dy: gradients[index].rows(rows), into: gradients[index - 1].rows(rows), with: kernels)
    }
  }

  private func sumBatch(of step: Int, rowCount: Int) {
    schedule.record(
      step: step, loss: sumOverRows(0..<rowCount) { Double(losses[$0]) },
      correctCount: (0..<rowCount).count { guesses[$0] == batchLabels[$0] })
  }

  func storedGradients() -> [Gradient.LayerGradient] {
    var result: [Gradient.LayerGradient] = []
    for parameter in parameters {
      let layer = parameter.tensor.layer
      let tensors = result.last?.layer == layer ? result.removeLast().tensors : []
      result.append(
        Gradient.LayerGradient(layer: layer, tensors: tensors + [parameter.storedGradient]))
    }
    return result
  }
}
