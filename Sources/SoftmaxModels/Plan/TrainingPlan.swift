// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Training, lowered to steps over an arena that is laid out up front.
///
/// A step has two parts. In the first every worker takes some of the batch's rows from features to
/// the gradient of the logits and back to the first layer; in the second every worker takes some of
/// the parameters, sums their gradient over all rows and updates them. The plain path, layer by
/// layer: where parts can be fused, `docs/numerics.md` says which order they have to keep.
final class TrainingPlan: Sendable {
  /// What the steps of an epoch gave before their updates.
  struct Totals {
    var loss = 0.0
    var correctCount = 0

    /// Adds the next step's.
    ///
    /// One after the other, so that the sums do not depend on how many steps a run takes.
    mutating func add(loss: Double, correctCount: Int) {
      self.loss += loss
      self.correctCount += correctCount
    }
  }

  /// A layer's gradient and the optimizer's memory, each as the weight and the bias lie.
  private struct ParameterState: Sendable {
    let layer: LoweredNetwork.DenseLayer
    let weightGradient: MatrixView
    let biasGradient: MatrixView
    let weightMemory: [MatrixView]
    let biasMemory: [MatrixView]
  }

  let network: LoweredNetwork
  let batchSize: Int
  private let loss: Loss
  private let kernels: Kernels
  private let arena: Arena
  private let forward: ForwardPass
  /// The gradient of the loss to each operation's output: [rows, outputs].
  private let gradients: [MatrixView]
  private let parameters: [ParameterState]
  private let l2Penalty: Float

  private let order: VectorView<Int64>
  private let labels: VectorView<Int32>
  private let batchLabels: VectorView<Int32>
  private let batchTargets: MatrixView?
  private let losses: VectorView<Float>
  private let guesses: VectorView<Int32>
  /// The sum of the losses, and the number of right guesses, of each step of the epoch.
  private let stepLosses: VectorView<Double>
  private let stepCorrectCounts: VectorView<Int64>

  /// Lays out memory for training a network on a data set in batches of at most its size.
  init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer,
    batchSize: Int, l2Penalty: Float, kernels: Kernels
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
    func like(_ view: MatrixView) -> MatrixView {
      arena.matrix(rowCount: view.rowCount, columnCount: view.columnCount)
    }
    parameters = lowered.denseLayers.map { layer in
      ParameterState(
        layer: layer, weightGradient: like(layer.weight), biasGradient: like(layer.bias),
        weightMemory: (0..<optimizer.stateCount).map { _ in like(layer.weight) },
        biasMemory: (0..<optimizer.stateCount).map { _ in like(layer.bias) })
    }
    self.network = lowered
    self.loss = loss
    self.batchSize = batchSize
    self.kernels = kernels
    self.arena = arena
    self.forward = forward
    self.gradients = gradients
    self.l2Penalty = l2Penalty
    order = arena.vector(count: dataset.count)
    labels = arena.vector(count: dataset.count)
    batchLabels = arena.vector(count: rows)
    losses = arena.vector(count: rows)
    guesses = arena.vector(count: rows)
    let steps = (dataset.count + batchSize - 1) / batchSize
    stepLosses = arena.vector(count: steps)
    stepCorrectCounts = arena.vector(count: steps)
    if case .distributions(let matrix) = dataset.targets {
      batchTargets = arena.matrix(rowCount: rows, columnCount: matrix.columnCount)
    } else {
      batchTargets = nil
    }
    for (index, label) in dataset.labels.enumerated() { labels[index] = Int32(label) }
  }

  /// The number of steps of an epoch.
  var stepCount: Int { (order.count + batchSize - 1) / batchSize }

  /// Sets the order in which the next epoch visits the samples.
  func setOrder(_ permutation: [Int]) {
    precondition(permutation.count == order.count, "an order visits every sample")
    for (index, row) in permutation.enumerated() { order[index] = Int64(row) }
  }

  /// Runs some steps of an epoch and adds what they gave to `totals`; step s updates by
  /// `updates[s - steps.lowerBound]`, or not at all where there are none.
  func run(
    _ steps: Range<Int>, features: FeatureSource, targets: FeatureSource?,
    updates: [Kernels.Update], team: WorkerTeam, totals: inout Totals
  ) {
    team.run { worker in
      for step in steps {
        let samples = step * self.batchSize..<min((step + 1) * self.batchSize, self.order.count)
        self.differentiate(samples, features: features, targets: targets, worker: worker)
        worker.barrier()
        if worker.index == 0 { self.sumBatch(of: step, rowCount: samples.count) }
        self.updateParameters(
          rowCount: samples.count,
          by: updates.isEmpty ? nil : updates[step - steps.lowerBound], worker: worker)
        worker.barrier()
      }
    }
    for step in steps {
      totals.add(loss: stepLosses[step], correctCount: Int(stepCorrectCounts[step]))
    }
  }

  // MARK: From features to the gradients of the layers' outputs, shared by rows

  private func differentiate(
    _ samples: Range<Int>, features: FeatureSource, targets: FeatureSource?, worker: Worker
  ) {
    let rows = worker.share(of: samples.count, alignedTo: 8)
    guard !rows.isEmpty else { return }
    let chosen = order.elements(samples).elements(rows)
    kernels.gather(features, rows: chosen, into: forward.input.rows(rows))
    forward.run(rows: rows)

    let logits = forward.logits.rows(rows)
    for row in rows { batchLabels[row] = labels[Int(order[samples.lowerBound + row])] }
    switch loss.kind {
    case .crossEntropy:
      differentiateCrossEntropy(
        rows, logits: logits, targets: targets, chosen: chosen, scale: 1 / Float(samples.count))
    }
    kernels.argmax(logits, into: guesses.elements(rows))
    backpropagate(rows)
  }

  // The rows' losses, and the gradient of their mean over the batch to the logits.
  private func differentiateCrossEntropy(
    _ rows: Range<Int>, logits: MatrixView, targets: FeatureSource?, chosen: VectorView<Int64>,
    scale: Float
  ) {
    let gradient = gradients[gradients.count - 1].rows(rows)
    if let targets, let batchTargets {
      let distributions = batchTargets.rows(rows)
      kernels.gather(targets, rows: chosen, into: distributions)
      kernels.crossEntropy(
        logits: logits, distributions: distributions, scale: scale, loss: losses.elements(rows),
        gradient: gradient)
    } else {
      kernels.crossEntropy(
        logits: logits, labels: batchLabels.elements(rows), scale: scale,
        loss: losses.elements(rows), gradient: gradient)
    }
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

  // MARK: From the gradients of the outputs to those of the parameters, shared by parameters

  private func updateParameters(rowCount: Int, by update: Kernels.Update?, worker: Worker) {
    var state = parameters.makeIterator()
    for (index, operation) in network.operations.enumerated() {
      guard case .dense(let layer) = operation, let state = state.next() else { continue }
      let x = forward.source(of: index).rows(0..<rowCount)
      let dy = gradients[index].rows(0..<rowCount)
      switch layer.layout {
      case .outputMajor:
        let columns = worker.share(of: layer.inputCount, alignedTo: 32)
        kernels.multiplyOverRows(
          dy, x.columns(columns), into: state.weightGradient.columns(columns))
        if let update {
          kernels.update(
            layer.weight.columns(columns), along: state.weightGradient.columns(columns),
            by: update, l2: l2Penalty, state: state.weightMemory.map { $0.columns(columns) })
        }
      case .inputMajor:
        let rows = worker.share(of: layer.inputCount, alignedTo: 8)
        kernels.multiplyOverRows(x.columns(rows), dy, into: state.weightGradient.rows(rows))
        if let update {
          kernels.update(
            layer.weight.rows(rows), along: state.weightGradient.rows(rows), by: update,
            l2: l2Penalty, state: state.weightMemory.map { $0.rows(rows) })
        }
      }
      let units = worker.share(of: layer.outputCount, alignedTo: 32)
      kernels.sumRows(dy.columns(units), into: state.biasGradient.columns(units))
      if let update {
        // The penalty leaves biases alone.
        kernels.update(
          layer.bias.columns(units), along: state.biasGradient.columns(units), by: update, l2: 0,
          state: state.biasMemory.map { $0.columns(units) })
      }
    }
  }

  private func sumBatch(of step: Int, rowCount: Int) {
    stepLosses[step] = sumOverRows(0..<rowCount) { Double(losses[$0]) }
    stepCorrectCounts[step] = Int64((0..<rowCount).count { guesses[$0] == batchLabels[$0] })
  }

  /// The gradients of the last run's last step, by layer: of the weight as [outputs, inputs].
  func storedGradients() -> [(layer: Int, weight: Matrix, bias: [Float])] {
    parameters.map {
      (
        $0.layer.index, $0.weightGradient.matrix(transposed: $0.layer.layout == .inputMajor),
        $0.biasGradient.matrix().elements
      )
    }
  }
}

/// The sum of a term over rows, in double: ascending in blocks of 256 rows, the blocks by the tree
/// of a binary counter.
func sumOverRows(_ rows: Range<Int>, _ term: (Int) -> Double) -> Double {
  var levels: [Double?] = []
  for begin in stride(from: rows.lowerBound, to: rows.upperBound, by: 256) {
    var sum = 0.0
    for row in begin..<min(begin + 256, rows.upperBound) { sum += term(row) }
    var level = 0
    while level < levels.count, let earlier = levels[level] {
      sum = earlier + sum
      levels[level] = nil
      level += 1
    }
    if level == levels.count { levels.append(sum) } else { levels[level] = sum }
  }
  var total: Double?
  for case let sum? in levels { total = total.map { sum + $0 } ?? sum }
  return total ?? 0
}
