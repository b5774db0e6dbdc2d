// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Training in which each worker owns some of every layer's units.
///
/// Its weights and their optimizer's memory stay in its cache. A step, for a network of one hidden
/// layer: each worker converts the batch, computes its units and their part of the logits; they meet,
/// to exchange those parts; then each takes the loss and its gradient, goes back to its units, and
/// updates its weights in the register tiles in which their gradients come to be. Softmax regression
/// is the same with features in the place of units. A second hidden layer costs four more meetings,
/// each further one two. What a network does to each unit for itself, such as dropout or batch
/// normalization, costs none.
///
/// A batch of more rows than a block of the sums goes through block by block, the gradients being
/// stored and added in the order of the tree.
final class FusedPlan: TrainingPlan {
  let schedule: BatchSchedule
  private let arenas: [Arena]
  private let network: FusedNetwork
  private let workers: VectorView<FusedWorker>

  /// Lays out memory for training a network on a data set in batches of at most its size.
  ///
  /// Without an optimizer the gradients are stored.
  init(
    _ network: Sequential, of shape: FusedShape, on dataset: LabeledDataset, optimizer: Optimizer?,
    batchSize: Int, l2Penalty: Float, workerCount: Int, kernels: Kernels
  ) {
    let arena = Arena()
    let arenas = (0..<workerCount).map { _ in Arena() }
    let blocks = (batchSize + Kernels.rowChunk - 1) / Kernels.rowChunk
    let isGradientStored = blocks > 1 || !(optimizer?.rule.stepsInTiles ?? false)
    let treatment = GradientTreatment(optimizer, l1Penalty: 0, l2Penalty: l2Penalty)
    precondition(
      treatment.isNone, "gradients that are changed before their step are the plain plan's")
    precondition(
      shape.fits(rowCount: batchSize, workerCount: workerCount), "batches of this size are too")
    let fused = FusedNetwork(
      network, of: shape, memoryOf: optimizer,
      gradientLevelCount: isGradientStored ? Int.bitWidth - blocks.leadingZeroBitCount : 0,
      treatment: treatment, in: arena, ofWorkers: arenas)
    let schedule = BatchSchedule(dataset, batchSize: batchSize, in: arena)
    workers = arena.vector(
      copying: FusedWorker.team(
        for: fused, schedule: schedule, isGradientStored: isGradientStored,
        hasDistributions: dataset.targets.areDistributions, kernels: kernels, in: arena,
        ofWorkers: arenas))
    self.schedule = schedule
    self.arenas = arenas + [arena]
    self.network = fused
  }

  func weight(of step: Int) -> Double { Double(schedule.samples(of: step).count) }

  func store(into network: inout Sequential) { self.network.store(into: &network) }

  func storedOptimizerState() -> [[LayerTensors]] {
    (0..<network.memoryCount).map { slot in
      network.layers(of: { $0.memory(slot) })
    }
  }

  func load(_ network: Sequential, optimizerState: [[LayerTensors]]) {
    self.network.load(network)
    for (slot, layers) in optimizerState.enumerated() {
      self.network.load(into: { $0.memory(slot) }) { index in
        layers.first { $0.layer == index }?.tensors
      }
    }
  }

  func storedGradients() -> [LayerTensors] {
    let blocks = (schedule.samples(of: 0).count + Kernels.rowChunk - 1) / Kernels.rowChunk
    return network.layers(of: { $0.gradient(atLevel: blocks.trailingZeroBitCount) })
  }

  func run(
    _ steps: Range<Int>, features: FeatureSource, targets: FeatureSource?, isUpdating: Bool,
    team: WorkerTeam
  ) {
    team.run { [workers] worker in
      let own = workers[worker.index]
      for step in steps {
        own.run(
          step, features: features, targets: targets, isUpdating: isUpdating, worker: worker)
      }
    }
  }
}

extension Targets {
  fileprivate var areDistributions: Bool {
    if case .distributions = self { true } else { false }
  }
}
