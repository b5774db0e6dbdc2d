// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A trainer that runs single training steps, for custom training loops.
///
/// ```swift
/// let trainer = try Trainer(network, on: dataset, optimizer: .adam(), batchSize: 32)
/// for epoch in 0..<5 {
///   for batch in try trainer.batches(epoch: epoch) {
///     let step = try trainer.step(on: batch)
///     print(step.loss, step.accuracy)
///   }
/// }
/// let trained = try trainer.network
/// ```
///
/// This loop gives the same bits as
/// ``Sequential/fit(to:pipeline:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)``
/// with the same settings. A trainer holds the prepared network with its parameters, the optimizer state
/// and the threads, so create it once for many steps. It must not be used by several threads at the same
/// time.
public final class Trainer {
  /// The training data after preprocessing.
  public var dataset: LabeledDataset { objective.dataset }
  /// The maximum number of samples per step.
  public var batchSize: Int { objective.batchSize }
  /// The number of batches so far; it equals the number of updates unless gradients are accumulated.
  public private(set) var stepCount = 0

  let objective: Objective
  private let optimizer: Optimizer
  private var clock: OptimizerClock
  /// The preprocessing that was applied to the features.
  let pipeline: Pipeline

  /// Prepares the training of a network.
  ///
  /// - Parameters:
  ///   - network: the network with its initial parameters.
  ///   - dataset: features of the network's input shape, and as many classes as the network has outputs.
  ///   - pipeline: the preprocessing of the features. With nil, features are only converted to floats:
  ///     columns in the order of the table, bytes times their scale.
  ///   - loss: the loss to minimize.
  ///   - optimizer: the update rule.
  ///   - batchSize: the maximum number of samples per step; at most the number of samples is used.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss. W does not include biases. The
  ///     derivative of |w| at 0 is 0.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss; W does not include biases.
  ///   - threads: the number of threads; nil for as many as are useful.
  /// - Throws: `shapeMismatch` or `invalidArgument`.
  public convenience init(
    _ network: Sequential, on dataset: LabeledDataset, pipeline: Pipeline? = nil,
    loss: Loss = .crossEntropy, optimizer: Optimizer = .adam(), batchSize: Int = 32,
    l1Penalty: Double = 0, l2Penalty: Double = 0, threads: Int? = nil
  ) throws(SoftmaxError) {
    try self.init(
      network,
      on: TrainingData(
        dataset, validation: .none, preprocessing: pipeline?.steps ?? [], seed: network.seed),
      loss: loss, optimizer: optimizer, batchSize: batchSize, l1Penalty: l1Penalty,
      l2Penalty: l2Penalty, execution: Execution(threads: threads))
  }

  /// Prepares the training of a network with the threads and kernels of `execution`.
  package init(
    _ network: Sequential, on data: TrainingData, loss: Loss, optimizer: Optimizer, batchSize: Int,
    l1Penalty: Double, l2Penalty: Double, execution: Execution
  ) throws(SoftmaxError) {
    try optimizer.validate()
    pipeline = data.pipeline
    self.optimizer = optimizer
    objective = try Objective(
      network, on: data.training, loss: loss, optimizer: optimizer, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, execution: execution)
    clock = OptimizerClock(optimizer, batchesPerEpoch: objective.plan.schedule.stepCount)
  }

  /// A factor of the learning rate in addition to the schedule, used starting at the next step; initially
  /// 1.
  ///
  /// - Precondition: the factor is finite and greater than 0.
  public var learningRateFactor: Double {
    get { clock.learningRateFactor }
    set {
      precondition(
        newValue > 0 && newValue.isFinite,
        "a learning rate's factor is finite and greater than 0, got \(newValue)")
      clock.learningRateFactor = newValue
    }
  }

  /// The learning rate of the next step.
  public var learningRate: Double { clock.learningRate }

  /// Returns the batches of an epoch, shuffled with the network's seed as by `fit`.
  ///
  /// - Parameter epoch: the index of the epoch, counted from 0.
  /// - Throws: `invalidArgument` for a negative epoch.
  public func batches(epoch: Int) throws(SoftmaxError) -> ShuffledBatches {
    try objective.batches(epoch: epoch)
  }

  /// Updates the parameters with the gradient of the mean loss of some samples.
  ///
  /// If the optimizer accumulates gradients, only the last batch of an update changes the parameters.
  ///
  /// - Parameter rows: the rows of the samples in the data set, at most `batchSize`; a row may occur
  ///   twice.
  /// - Returns: the sums of losses and correct predictions over these samples, computed before the
  ///   update.
  /// - Throws: `invalidArgument` for no samples or too many; `notFound` for a row that is not in the
  ///   data set; `diverged` if the loss is infinite or NaN, after the update.
  @discardableResult
  public func step(on rows: ArraySlice<Int>) throws(SoftmaxError) -> LossTotals {
    try objective.validate(rows)
    plan.schedule.setBatch(rows)
    run(0..<1)
    let found = plan.schedule.result(of: 0)
    guard found.lossSum.isFinite else { throw diverged("the loss became \(found.lossSum)") }
    return found
  }

  /// Updates the parameters with samples given as an array; see ``step(on:)-(ArraySlice<Int>)``.
  @discardableResult
  public func step(on rows: [Int]) throws(SoftmaxError) -> LossTotals { try step(on: rows[...]) }

  /// A copy of the network as trained so far; later steps do not change it.
  ///
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  public var network: Sequential {
    get throws(SoftmaxError) {
      let trained = networkAsItIs
      guard trained.isFinite else { throw diverged("the weights became infinite") }
      return trained
    }
  }

  private func diverged(_ message: String) -> SoftmaxError {
    SoftmaxError(
      .diverged, "\(message) by step \(stepCount)",
      remedy: "try a smaller learning rate, or features of a smaller scale")
  }
}

// The members that the training loop uses.
extension Trainer: TrainingProcess {
  private var plan: any TrainingPlan { objective.plan }
  var unit: TrainingHistory.Unit { .epoch }
  var endReason: String? { nil }

  var networkAsItIs: Sequential {
    var network = initial
    plan.store(into: &network)
    return network
  }

  var stepsOfEpoch: Int { plan.schedule.stepCount }

  func begin(epoch: Int) throws(SoftmaxError) {
    plan.schedule.setOrder(try batches(epoch: epoch).rows)
  }

  func run(_ steps: Range<Int>, addingTo totals: inout LossTotals) {
    run(steps)
    plan.schedule.add(steps, to: &totals)
  }

  private func run(_ steps: Range<Int>) {
    for (offset, step) in steps.enumerated() {
      let weight = optimizer.accumulatedBatches > 1 ? plan.weight(of: step) : 1
      plan.schedule.setUpdate(of: step, to: clock.next(weight: weight))
      plan.schedule.setNumber(of: step, to: stepCount + offset)
    }
    plan.run(steps, dataset: dataset, isUpdating: true, team: objective.team)
    stepCount += steps.count
  }
}

// The members that states and checkpoints use.
extension Trainer {
  var lastLearningRate: Double { clock.lastLearningRate }

  func scaleLearningRate(by factor: Double) throws(SoftmaxError) {
    let product = learningRateFactor * factor
    guard factor > 0, product > 0, product.isFinite else {
      throw SoftmaxError(
        .invalidArgument,
        "a callback wants the learning rate times \(factor), which leaves none to learn with")
    }
    learningRateFactor = product
  }

  /// The weight of the batches whose gradients are accumulated for the next update.
  var accumulatedWeight: AccumulatedWeight? { clock.accumulatedWeight }

  /// Sets the optimizer's clock to its state after a number of batches.
  func setClock(stepCount count: Int, accumulatedWeight: AccumulatedWeight?) {
    clock = OptimizerClock(
      optimizer, batchesPerEpoch: stepsOfEpoch, after: count, accumulatedWeight: accumulatedWeight)
    stepCount = count
  }

  func settings(validation: SettingsTree?) -> SettingsTree {
    var settings = objective.settings(validation: validation)
    settings["optimizer"] = SettingsTree(optimizer.name, optimizer.settings)
    return settings
  }
}

extension LabeledDataset {
  /// The number of rows and a fingerprint, which distinguish data sets in the settings of a training.
  var identity: SettingsTree {
    ["rows": SettingsTree(Double(count)), "fingerprint": SettingsTree("\(fingerprint)")]
  }
}

extension Sequential {
  /// Returns the network with the tensors of another network with the same layers; frozen layers stay
  /// frozen.
  func withValues(of other: Sequential) -> Sequential {
    var network = self
    for index in layers.indices { network.layers[index].tensors = other.layers[index].tensors }
    return network
  }

  var isFinite: Bool {
    layers.allSatisfy { $0.tensors.allSatisfy { $0.values.allSatisfy(\.isFinite) } }
  }
}
