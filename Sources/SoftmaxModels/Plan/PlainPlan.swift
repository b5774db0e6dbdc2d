// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The plain path: layer by layer, for every network.
///
/// A step has two parts. In the first every worker takes some of the batch's rows from features to
/// the gradient of the logits and back to the first layer; in the second every worker takes some of
/// the parameters, sums their gradient over all rows and updates them.
final class PlainPlan: TrainingPlan {
  /// A layer's parameters with their gradients and the optimizer's memory.
  struct ParameterState: Sendable, BitwiseCopyable {
    let layer: LoweredNetwork.DenseLayer
    let weight: PlainParameter
    let bias: PlainParameter
    /// The sum of the squares of the gradient of each unit's weights.
    let squares: VectorView<Double>
  }

  let schedule: BatchSchedule
  let network: LoweredNetwork
  let loss: Loss
  let kernels: Kernels
  let arena: Arena
  let forward: ForwardPass
  /// The gradient of the loss to each operation's output: [rows, outputs].
  let gradients: [MatrixView]
  let parameters: [ParameterState]
  let treatment: GradientTreatment

  let batchLabels: VectorView<Int32>
  let batchTargets: MatrixView?
  let losses: VectorView<Float>
  let guesses: VectorView<Int32>

  /// Lays out memory for training a network on a data set in batches of at most its size.
  init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer,
    batchSize: Int, l1Penalty: Float = 0, l2Penalty: Float, kernels: Kernels
  ) {
    let arena = Arena()
    let lowered = LoweredNetwork(network, in: arena)
    let rows = batchSize
    let forward = ForwardPass(lowered, rowCapacity: rows, kernels: kernels, in: arena)
    var gradients: [MatrixView] = []
    var count = lowered.inputCount
    for operation in lowered.operations {
      switch operation {
      case .dense(let layer):
        count = layer.outputCount
        gradients.append(arena.matrix(rowCount: rows, columnCount: count))
      case .activation:
        // An activation's gradient is turned into its input's in place.
        gradients.append(gradients.last ?? arena.matrix(rowCount: rows, columnCount: count))
      }
    }
    parameters = lowered.denseLayers.map { layer in
      ParameterState(
        layer: layer,
        weight: PlainParameter(layer.weight, memoryOf: optimizer, isPenalized: true, in: arena),
        bias: PlainParameter(layer.bias, memoryOf: optimizer, isPenalized: false, in: arena),
        squares: arena.vector(count: layer.outputCount))
    }
    self.network = lowered
    self.loss = loss
    self.kernels = kernels
    self.arena = arena
    self.forward = forward
    self.gradients = gradients
    treatment = GradientTreatment(optimizer, l1Penalty: l1Penalty, l2Penalty: l2Penalty)
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
    guard !rows.isEmpty else { return }
    let chosen = schedule.order.elements(samples).elements(rows)
    kernels.gather(features, rows: chosen, into: forward.input.rows(rows))
    forward.run(rows: rows)

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

  private func backpropagate(_ rows: Range<Int>) {
    var layersLeft = parameters.count
    for (index, operation) in network.operations.enumerated().reversed() where layersLeft > 0 {
      switch operation {
      case .activation(let function):
        guard index > 0 else { continue }
        kernels.applyGradient(
          of: function, at: forward.values[index].rows(rows), gradients[index].rows(rows),
          into: gradients[index - 1].rows(rows))
      case .dense(let layer):
        // Nothing before the first layer with parameters asks for its inputs' gradient.
        layersLeft -= 1
        guard layersLeft > 0 else { continue }
        let dy = gradients[index].rows(rows)
        let dx = gradients[index - 1].rows(rows)
        switch layer.layout {
        case .outputMajor: kernels.multiply(dy, layer.weight, into: dx)
        case .inputMajor: kernels.multiply(dy, transposed: layer.weight, into: dx)
        }
      }
    }
  }

  private func sumBatch(of step: Int, rowCount: Int) {
    schedule.record(
      step: step, loss: sumOverRows(0..<rowCount) { Double(losses[$0]) },
      correctCount: (0..<rowCount).count { guesses[$0] == batchLabels[$0] })
  }

  func storedGradients() -> [(layer: Int, weight: Matrix, bias: [Float])] {
    parameters.map {
      (
        $0.layer.index, $0.weight.gradient.matrix(transposed: $0.layer.layout == .inputMajor),
        $0.bias.gradient.matrix().elements
      )
    }
  }
}
