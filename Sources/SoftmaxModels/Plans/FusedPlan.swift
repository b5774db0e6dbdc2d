// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

/// The fast training plan, in which each worker owns some units of every layer.
///
/// A worker's weights and their optimizer state stay in its processor's cache. With one hidden layer, a
/// step has one exchange between the workers: each worker converts the batch to floats, computes its units
/// and its partial logits; after a barrier each reads all partial logits, computes the loss and the
/// gradient of the logits, goes back to its units, and updates its weights in the register tiles in which
/// the gradients are computed. In softmax regression the features replace the hidden units. A second hidden
/// layer costs four more barriers, each further layer two. Operations on single units, such as dropout or
/// batch normalization, cost no barrier.
///
/// A batch with more rows than a block of the sums over rows is processed block by block; then the
/// gradients are stored and added in the order of the summation tree.
///
/// Memory is laid out for a number of workers. A team may run its caller alone when the processors are
/// busy; for that case a second layout for one worker is made on first use, and parameters and optimizer
/// state are copied between the two. Only the first change allocates. The plan supports only the networks of
/// `FusedShape`; the bits are those of `PlainPlan`.
final class FusedPlan: TrainingPlan {
  let schedule: BatchSchedule
  private let arena: Arena
  private let workerCount: Int
  private let parameterCount: Int
  private let makeLayout: @Sendable (_ workerCount: Int) -> FusedLayout
  private let layouts: Mutex<Layouts>

  private struct Layouts {
    var current: FusedLayout
    var other: FusedLayout?
    // The memory through which the parameters are copied between the two.
    var flat: MatrixView?
  }

  /// Lays out memory for training a network on a data set in batches of at most `batchSize`.
  ///
  /// Without an optimizer the gradients are stored.
  init(
    _ network: Sequential, of shape: FusedShape, on dataset: LabeledDataset, optimizer: Optimizer?,
    batchSize: Int, l2Penalty: Float, workerCount: Int, kernels: Kernels
  ) {
    let treatment = GradientTreatment(optimizer, l1Penalty: 0, l2Penalty: l2Penalty)
    precondition(
      treatment.isNone, "gradients that are changed before their step are the plain plan's")
    precondition(
      shape.fits(rowCount: batchSize, workerCount: workerCount),
      "batches of this size are too large for the fused plan")
    let arena = Arena()
    let schedule = BatchSchedule(dataset, batchSize: batchSize, in: arena)
    let hasDistributions = dataset.targets.areDistributions
    makeLayout = { workerCount in
      FusedLayout(
        network, of: shape, schedule: schedule, hasDistributions: hasDistributions,
        optimizer: optimizer, treatment: treatment, workerCount: workerCount, kernels: kernels)
    }
    layouts = Mutex(Layouts(current: makeLayout(workerCount)))
    self.schedule = schedule
    self.arena = arena
    self.workerCount = workerCount
    parameterCount = ParameterLayout(network).count
  }

  func weight(of step: Int) -> Double { Double(schedule.samples(of: step).count) }

  func store(into network: inout Sequential) {
    layouts.withLock { $0.current.network.store(into: &network) }
  }

  func storedOptimizerState() -> [[LayerTensors]] {
    layouts.withLock { $0.current.network.storedOptimizerState() }
  }

  func load(_ network: Sequential, optimizerState: [[LayerTensors]]) {
    layouts.withLock { $0.current.network.load(network, optimizerState: optimizerState) }
  }

  func run(
    _ steps: Range<Int>, features: FeatureSource, targets: FeatureSource?, isUpdating: Bool,
    worker: Worker
  ) {
    let own = layouts.withLock { $0.current.workers[worker.index] }
    for step in steps {
      own.run(step, features: features, targets: targets, isUpdating: isUpdating, worker: worker)
    }
  }

  func forEachPart(of worker: Worker, afterStep step: Int, _ body: (ParameterPart) -> Void) {
    let level = blockCount(of: step).trailingZeroBitCount
    let parts = layouts.withLock { $0.current.parts[worker.index] }
    for index in 0..<parts.count {
      let part = parts[index]
      body(
        ParameterPart(
          value: part.parameter.value, gradient: part.parameter.gradient(atLevel: level),
          offset: part.offset, stride: part.stride, isOwned: part.isOwned))
    }
  }

  private func blockCount(of step: Int) -> Int {
    (schedule.samples(of: step).count + Kernels.rowChunk - 1) / Kernels.rowChunk
  }

  func prepare(workerCount count: Int) {
    layouts.withLock { layouts in
      guard layouts.current.workers.count != count else { return }
      let old = layouts.current
      let new = layouts.other ?? makeLayout(count)
      let flat = layouts.flat ?? arena.matrix(rowCount: 1, columnCount: parameterCount)
      old.copy(to: new, through: flat)
      layouts = Layouts(current: new, other: old, flat: flat)
    }
  }
}

/// The memory of a fused plan for a given number of workers.
private struct FusedLayout: Sendable {
  let network: FusedNetwork
  let workers: VectorView<FusedWorker>
  /// The slices of parameters of each worker.
  let parts: VectorView<VectorView<FusedPart>>
  private let arenas: [Arena]

  init(
    _ network: Sequential, of shape: FusedShape, schedule: BatchSchedule, hasDistributions: Bool,
    optimizer: Optimizer?, treatment: GradientTreatment, workerCount: Int, kernels: Kernels
  ) {
    let arena = Arena()
    let arenas = (0..<workerCount).map { _ in Arena() }
    let blocks = (schedule.batchSize + Kernels.rowChunk - 1) / Kernels.rowChunk
    let isGradientStored = blocks > 1 || !(optimizer?.rule.stepsInTiles ?? false)
    self.network = FusedNetwork(
      network, of: shape, stateOf: optimizer,
      gradientLevelCount: isGradientStored ? Int.bitWidth - blocks.leadingZeroBitCount : 0,
      treatment: treatment, in: arena, ofWorkers: arenas)
    workers = arena.vector(
      copying: FusedWorker.team(
        for: self.network, schedule: schedule, isGradientStored: isGradientStored,
        hasDistributions: hasDistributions, kernels: kernels, in: arena, ofWorkers: arenas))
    let layout = ParameterLayout(network)
    let fused = self.network
    parts = arena.vector(
      copying: arenas.indices.map { arena.vector(copying: fused.parts(of: $0, in: layout)) })
    self.arenas = arenas + [arena]
  }

  /// Copies parameters, optimizer state and other tensors to a layout for another number of workers, without
  /// an allocation.
  ///
  /// - Parameter flat: memory for the flat parameters.
  func copy(to other: FusedLayout, through flat: MatrixView) {
    copy(to: other, through: flat) { $0.value }
    for slot in 0..<network.stateCount { copy(to: other, through: flat) { $0.state(slot) } }
    // The tensors of units that are not trained have no place in the flat parameters.
    copyUntrained(to: other, through: flat) { network, worker in
      let part = network.inputs[worker]
      return (part.unitTensors, part.firstUnit)
    }
    for index in network.shape.hidden.indices {
      copyUntrained(to: other, through: flat) { network, worker in
        let part = network.hidden[worker][index]
        return (part.unitTensors, part.firstUnit)
      }
    }
  }

  private func copyUntrained(
    to other: FusedLayout, through flat: MatrixView,
    _ part: (FusedNetwork, _ worker: Int) -> (
      tensors: VectorView<FusedNetwork.UnitTensor>, firstUnit: Int
    )
  ) {
    let first = part(network, 0).tensors
    for place in 0..<first.count where first[place].parameter == nil {
      func row(_ network: FusedNetwork, _ worker: Int) -> (own: MatrixView, whole: MatrixView) {
        let (tensors, firstUnit) = part(network, worker)
        let own = tensors[place].value
        return (own, flat.columns(firstUnit..<firstUnit + own.columnCount))
      }
      for worker in network.inputs.indices {
        let (own, whole) = row(network, worker)
        whole.assign(own)
      }
      for worker in other.network.inputs.indices {
        let (own, whole) = row(other.network, worker)
        own.assign(whole)
      }
    }
  }

  private func copy(
    to other: FusedLayout, through flat: MatrixView, _ view: (FusedParameter) -> MatrixView
  ) {
    func forEachPart(
      of layout: FusedLayout, _ body: (_ own: MatrixView, _ whole: MatrixView, Bool) -> Void
    ) {
      for worker in 0..<layout.parts.count {
        let parts = layout.parts[worker]
        for index in 0..<parts.count {
          let (part, own) = (parts[index], view(parts[index].parameter))
          let whole = flat.matrix(
            at: part.offset, rowCount: own.rowCount, columnCount: own.columnCount,
            stride: part.stride)
          body(own, whole, part.isOwned)
        }
      }
    }
    forEachPart(of: self) { own, whole, isOwned in if isOwned { whole.assign(own) } }
    forEachPart(of: other) { own, whole, _ in own.assign(whole) }
  }
}

extension FusedNetwork {
  /// Returns the optimizer's state in the shapes of the parameters.
  fileprivate func storedOptimizerState() -> [[LayerTensors]] {
    (0..<stateCount).map { slot in layers(of: { $0.state(slot) }) }
  }

  /// Copies parameters and optimizer state into the workers' memory.
  fileprivate func load(_ network: Sequential, optimizerState: [[LayerTensors]]) {
    load(network)
    for (slot, layers) in optimizerState.enumerated() {
      load(into: { $0.state(slot) }) { index in
        layers.first { $0.layer == index }?.tensors
      }
    }
  }
}

extension Targets {
  fileprivate var areDistributions: Bool {
    if case .distributions = self { true } else { false }
  }
}
